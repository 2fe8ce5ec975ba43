// SPDX-License-Identifier: MIT
#pragma once

// Every rule that can refuse or ban, as a table: its name in the ledger, what is answered, what it
// says of what happened, and what an operator can do about it. A refusal always carries its rule,
// so that nobody has to guess why (pain point 16).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::guard {

enum class Rule : std::uint8_t {
  // Bans: nothing is answered.
  ban_operator,
  ban_passwords,
  ban_unknown_users,
  ban_probing,
  ban_malformed,
  ban_flood,
  ban_tool,
  // A device whose password is being guessed.
  lock_device,
  // Limits of one party.
  source_calls,
  source_call_rate,
  source_registrations,
  source_registration_rate,
  device_calls,
  device_call_rate,
  user_calls,
  user_call_rate,
  user_registrations,
  tenant_calls,
  tenant_call_rate,
  tenant_registrations,
  // The whole exchange.
  global_calls,
  global_call_rate,
  overload_lag,
  overload_backlog,
  overload_transactions,
};

struct RuleRow {
  Rule rule;
  std::string_view name;  ///< in the ledger's `rule`: "guard.device.calls"
  /// 0: dropped. 403 for what concerns one party, 503 for what concerns us all; rule.cpp says why.
  int status;
  /// Q.850: 21 call rejected, 42 switching equipment congestion.
  int q850_cause;
  std::string_view meaning;  ///< what happened, in one line
  std::string_view advice;   ///< what to do, where it was not meant
};

std::span<const RuleRow> rules();
const RuleRow& row_of(Rule rule);
std::string_view name_of(Rule rule);
core::Result<Rule> parse_rule(std::string_view name);

/// Whether it is a ban, which is kept and ends by the clock.
bool is_ban(Rule rule);

/// Why a request is not served.
struct Refusal {
  Rule rule = Rule::global_calls;
  std::string reason = {};  ///< "device alice has 20 of 20 calls"
  /// After how long it is worth asking again; 0: not said.
  core::Seconds retry_after{0};

  int status() const { return row_of(rule).status; }
};

}  // namespace trunkline::guard
