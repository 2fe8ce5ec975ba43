// SPDX-License-Identifier: MIT
// The answers. RFC 3261 21.5.4 keeps 503 for a server that is itself overloaded, and a client that
// gets one should send nothing else to this server until Retry-After has passed and should try
// another server: wrong for a limit of one party, whose other calls and whose REGISTER must go on.
// RFC 3261 21.4.4: 403 is "understood, but refusing to fulfill; the request SHOULD NOT be
// repeated", which is what a limit asks of a phone. 429 is no "too many requests" in SIP (RFC 3892
// section 5 gives it to Referred-By), and 486 or 480 speak of the called side. Retry-After goes
// with 503 only, since RFC 3261 20.33 does not allow it with 403.
#include "guard/rule.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "core/text.h"

namespace trunkline::guard {
namespace {

constexpr int kRejected = 21;
constexpr int kCongestion = 42;

constexpr auto kRules = std::to_array<RuleRow>({
    {Rule::ban_operator, "guard.ban.operator", 0, kRejected, "an operator banned it",
     "lift it: sipctl ban remove ADDRESS"},
    {Rule::ban_passwords, "guard.ban.passwords", 0, kRejected,
     "it gave wrong passwords again and again",
     "if it is a phone of yours: correct its password (sipctl device set DEVICE --new-password), "
     "then sipctl ban remove ADDRESS"},
    {Rule::ban_unknown_users, "guard.ban.unknown-users", 0, kRejected,
     "it tried many users that do not exist",
     "if these are phones of yours: look at their user names (sipctl device list), then sipctl ban "
     "remove ADDRESS"},
    {Rule::ban_probing, "guard.ban.probing", 0, kRejected,
     "it asked for many numbers and never proved who it is",
     "if it is a peer of yours: put its network into guard.allow, then sipctl ban remove ADDRESS"},
    {Rule::ban_malformed, "guard.ban.malformed", 0, kRejected,
     "it sent many messages that are no SIP",
     "if it is a peer of yours: see what it sends (tcpdump), put its network into guard.allow, "
     "then "
     "sipctl ban remove ADDRESS"},
    {Rule::ban_flood, "guard.ban.flood", 0, kRejected,
     "it sent more than a stranger may and did not stop",
     "if it is a peer of yours: put its network into guard.allow, then sipctl ban remove ADDRESS"},
    {Rule::ban_tool, "guard.ban.tool", 0, kRejected, "it called itself by a scanner's name",
     "if you scan your own exchange: put your network into guard.allow, then sipctl ban remove "
     "ADDRESS"},
    {Rule::lock_device, "guard.lock.device", 403, kRejected,
     "wrong passwords were given for the device again and again",
     "it is open again by itself (guard.ban_time); at once: sipctl device set DEVICE "
     "--new-password"},
    {Rule::source_calls, "guard.source.calls", 403, kRejected,
     "the address has as many calls as one may have",
     "raise guard.source_calls, or put the network into guard.allow"},
    {Rule::source_call_rate, "guard.source.call-rate", 403, kRejected,
     "the address called more often in a minute than one may",
     "raise guard.source_calls_per_minute, or put the network into guard.allow"},
    {Rule::source_registrations, "guard.source.registrations", 403, kRejected,
     "the address has as many registrations as one may have",
     "raise guard.source_registrations, or put the network into guard.allow"},
    {Rule::source_registration_rate, "guard.source.registration-rate", 403, kRejected,
     "the address registered more often in a minute than one may",
     "raise guard.source_registrations_per_minute, or put the network into guard.allow"},
    {Rule::device_calls, "guard.device.calls", 403, kRejected,
     "the device has as many calls as it may have",
     "sipctl limit set --device DEVICE --calls N, or raise guard.device_calls"},
    {Rule::device_call_rate, "guard.device.call-rate", 403, kRejected,
     "the device called more often in a minute than it may",
     "sipctl limit set --device DEVICE --calls-per-minute N, or raise "
     "guard.device_calls_per_minute"},
    {Rule::user_calls, "guard.user.calls", 403, kRejected,
     "the user's devices have as many calls as the user may have",
     "give the user other limits: sipctl limit set --user NAME --calls N"},
    {Rule::user_call_rate, "guard.user.call-rate", 403, kRejected,
     "the user's devices called more often in a minute than the user may",
     "sipctl limit set --user NAME --calls-per-minute N"},
    {Rule::user_registrations, "guard.user.registrations", 403, kRejected,
     "the user's devices have as many registrations as the user may have",
     "sipctl limit set --user NAME --registrations N"},
    {Rule::tenant_calls, "guard.tenant.calls", 403, kRejected,
     "the tenant has as many calls as it may have", "sipctl limit set --tenant TENANT --calls N"},
    {Rule::tenant_call_rate, "guard.tenant.call-rate", 403, kRejected,
     "the tenant called more often in a minute than it may",
     "sipctl limit set --tenant TENANT --calls-per-minute N"},
    {Rule::tenant_registrations, "guard.tenant.registrations", 403, kRejected,
     "the tenant has as many registrations as it may have",
     "sipctl limit set --tenant TENANT --registrations N"},
    {Rule::global_calls, "guard.global.calls", 503, kCongestion,
     "the exchange has as many calls as it may have", "raise sip.max_calls"},
    {Rule::global_call_rate, "guard.global.call-rate", 503, kCongestion,
     "more calls came in a second than the exchange takes", "raise guard.calls_per_second"},
    {Rule::overload_lag, "guard.overload.lag", 503, kCongestion,
     "the exchange is overloaded: its loop is late", "give it a faster core, or less load"},
    {Rule::overload_backlog, "guard.overload.backlog", 503, kCongestion,
     "the exchange is overloaded: messages wait to be read", "give it a faster core, or less load"},
    {Rule::overload_transactions, "guard.overload.transactions", 503, kCongestion,
     "the exchange is overloaded: too many transactions are alive",
     "raise guard.max_transactions if there is memory (10 kB each)"},
});

}  // namespace

std::span<const RuleRow> rules() {
  return kRules;
}

const RuleRow& row_of(Rule rule) {
  const auto found = std::ranges::find(kRules, rule, &RuleRow::rule);
  assert(found != kRules.end());
  return *found;
}

std::string_view name_of(Rule rule) {
  return row_of(rule).name;
}

core::Result<Rule> parse_rule(std::string_view name) {
  const auto found = std::ranges::find(kRules, name, &RuleRow::name);
  if (found != kRules.end()) return found->rule;
  return core::fault(core::ExitCode::data,
                     "no rule of the guard is named '" + core::printable(name) + "'");
}

bool is_ban(Rule rule) {
  return row_of(rule).status == 0;
}

}  // namespace trunkline::guard
