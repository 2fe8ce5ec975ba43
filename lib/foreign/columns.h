// SPDX-License-Identifier: MIT
#pragma once

// Which column of somebody's CSV means what: "caller=src,started=calldate". Shared by calls to
// import and invoices to reconcile.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::foreign {

/// Our field to their heading, or to its number from 1 ("#3") where there is no heading.
using Columns = std::map<std::string, std::string, std::less<>>;

/// "OURS=THEIRS,OURS=THEIRS"; lines as well as commas separate, so that a file holds the same, with
/// comments behind '#' at the start of a line. Faults have the code usage.
[[nodiscard]] core::Result<Columns> parse_columns(std::string_view text,
                                                  std::span<const std::string_view> known);

/// Headings as people vary them: "Start Time", "start_time" and "StartTime" are the same.
std::string plain_heading(std::string_view heading);

/// Where each field's column is in a heading's record.
class ColumnPlaces {
 public:
  ColumnPlaces() = default;
  /// A heading that is not there is a fault (usage) with the nearest one that is.
  [[nodiscard]] static core::Result<ColumnPlaces> find(const Columns& columns,
                                                       std::span<const std::string_view> heading);
  /// The field's text in a record; "" where it has no column.
  std::string_view text(std::span<const std::string_view> record, std::string_view field) const;
  bool has(std::string_view field) const { return places_.find(field) != places_.end(); }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
};

/// Whether columns are named by numbers, so that the first record is a call already.
bool are_numbered(const Columns& columns);

}  // namespace trunkline::foreign
