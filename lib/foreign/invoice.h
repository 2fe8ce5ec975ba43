// SPDX-License-Identifier: MIT
#pragma once

// A carrier's invoice line by line, by a map of its columns, and our calls that could be on it.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/uuid.h"
#include "db/connection.h"
#include "foreign/columns.h"
#include "foreign/format.h"
#include "foreign/numbers.h"
#include "foreign/reconcile.h"

namespace trunkline::foreign {

/// What a map of an invoice may name: id, caller, called, started, duration, price.
std::span<const std::string_view> invoice_fields();
/// The columns under their usual names ("Start Time", "Destination", "Billsec", ...), for a heading
/// that is not mapped. A fault (usage) where called, started or duration is not among them.
[[nodiscard]] core::Result<Columns> usual_columns(std::span<const std::string_view> heading);

/// "0.0123", "1,50", "-2"; with or without a currency's sign. A fault (data) otherwise.
[[nodiscard]] core::Result<Money> parse_money(std::string_view text);
/// "1.5", "0.0123".
std::string to_text(Money money);

struct InvoiceLine {
  std::uint64_t line = 0;
  std::string caller = {};
  std::string called = {};
  BilledCall call = {};
};

struct InvoiceForm {
  Columns columns = {};  ///< empty: usual_columns()
  std::string time_form = {};
  bool by_caller = true;  ///< whether callers have to be the same, where the invoice has them
};

struct Invoice {
  std::vector<InvoiceLine> lines = {};
  bool has_callers = false;
};

/// `refuse` is told of lines that are none. Faults of the heading are thrown as core::Error
/// (usage).
Invoice read_invoice(Source source, const std::string& name, const InvoiceForm& form,
                     Numbers& numbers,
                     const std::function<void(std::uint64_t line, const core::Fault&)>& refuse);

struct OurCall {
  core::CallRef id = {};
  std::string caller = {};
  std::string called = {};
  BilledCall call = {};
};

struct OurFilter {
  core::Time since = {};
  core::Time until = {};
  std::optional<core::TenantId> tenant = {};
  std::string direction = {};  ///< "": any
  bool by_start = false;       ///< their times are of the start of a call, not of its answer
  bool by_caller = false;
};

/// Answered calls to numbers of a public network.
std::vector<OurCall> our_calls(db::Connection& connection, const OurFilter& filter,
                               Numbers& numbers);

}  // namespace trunkline::foreign
