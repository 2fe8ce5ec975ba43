// SPDX-License-Identifier: MIT
#include "exchange/call_name.h"

#include <fmt/format.h>

#include "core/text.h"

namespace trunkline::exchange {
namespace {

/// A shorter tail would name a call by chance.
constexpr std::size_t kShortestTail = 4;

bool has_call_id(const core::Json& record, std::string_view party, std::string_view name) {
  const auto found = record.find(party);
  return found != record.end() && core::text_at(*found, "call_id") == name;
}

}  // namespace

bool is_named(const core::Json& record, std::string_view name) {
  if (name == kLastCall) return true;
  const std::string id = core::text_at(record, "call");
  const bool is_tail = name.size() >= kShortestTail && id.ends_with(core::to_lower(name));
  return is_tail || has_call_id(record, "caller", name) || has_call_id(record, "called", name);
}

tl::unexpected<core::Fault> no_such_call(std::string_view name) {
  if (name == kLastCall) return core::fault(core::ExitCode::no_input, "there is no call");
  return core::fault(core::ExitCode::no_input,
                     fmt::format("no call is named '{}'", core::printable(name)),
                     "name it by its id, the end of its id, its SIP Call-ID, or last");
}

tl::unexpected<core::Fault> ambiguous_call(std::string_view name) {
  return core::fault(core::ExitCode::usage,
                     fmt::format("more than one call is named '{}'", core::printable(name)),
                     "give more characters of the end of its id");
}

}  // namespace trunkline::exchange
