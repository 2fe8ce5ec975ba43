// SPDX-License-Identifier: MIT
#pragma once

// Rows of trunkline.cdr as calls, and the one place that knows its columns; for the files of this
// folder. Statements are put together when the program is compiled:
//
//   constexpr auto kText = joined("SELECT ", kColumns, " FROM trunkline.cdr WHERE ...");
//   static constexpr db::Statement kSelect{kText.data()};

#include <array>
#include <cstddef>

#include "cdr/call.h"
#include "db/binary_rows.h"
#include "db/rows.h"

namespace trunkline::cdr {

inline constexpr char kColumns[] =  // NOLINT(modernize-avoid-c-arrays): joined() wants its size
    "call, tenant_id, node, direction, caller_device, caller_name, caller_number, caller_call_id,"
    " caller_address, caller_user_agent, dialled, called_device, called_name, called_number,"
    " called_call_id, called_address, called_user_agent, state, disposition, sip_status,"
    " q850_cause, ended_by, reason, rule, started_at, ringing_at, answered_at, ended_at, pdd_ms,"
    " ring_ms, talk_ms, recording_mode, recording, country, trim_scale(cost)::text AS cost,"
    " cost_currency, trunk, did, campaign";

/// The texts one behind the other, with a NUL.
template <std::size_t... Sizes>
consteval auto joined(const char (&... parts)[Sizes]) {
  std::array<char, (Sizes + ...) - sizeof...(Sizes) + 1> text{};
  std::size_t length = 0;
  const auto append = [&](const char* part, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) text[length++] = part[i];
  };
  (append(parts, Sizes - 1), ...);
  return text;
}

/// A row with kColumns.
Call call_of(const db::Row& row);
/// A row of a stream with kColumns, into a call whose memory is used again.
void read_call(const db::BinaryRow& row, Call& call);

}  // namespace trunkline::cdr
