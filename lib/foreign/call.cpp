// SPDX-License-Identifier: MIT
#include "foreign/call.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "foreign/columns.h"

namespace trunkline::foreign {
namespace {

using Cause = std::pair<std::string_view, int>;

// ITU-T Q.850 table 1, in the words of FreeSWITCH's switch_channel_cause2str.
constexpr std::array kCauses{
    Cause{"UNALLOCATED_NUMBER", 1}, Cause{"NO_ROUTE_TRANSIT_NET", 2},
    Cause{"NO_ROUTE_DESTINATION", 3}, Cause{"CHANNEL_UNACCEPTABLE", 6},
    Cause{"CALL_AWARDED_DELIVERED", 7}, Cause{"NORMAL_CLEARING", 16}, Cause{"USER_BUSY", 17},
    Cause{"NO_USER_RESPONSE", 18}, Cause{"NO_ANSWER", 19}, Cause{"SUBSCRIBER_ABSENT", 20},
    Cause{"CALL_REJECTED", 21}, Cause{"NUMBER_CHANGED", 22}, Cause{"EXCHANGE_ROUTING_ERROR", 25},
    Cause{"DESTINATION_OUT_OF_ORDER", 27}, Cause{"INVALID_NUMBER_FORMAT", 28},
    Cause{"FACILITY_REJECTED", 29}, Cause{"NORMAL_UNSPECIFIED", 31},
    Cause{"NORMAL_CIRCUIT_CONGESTION", 34}, Cause{"NETWORK_OUT_OF_ORDER", 38},
    Cause{"NORMAL_TEMPORARY_FAILURE", 41}, Cause{"SWITCH_CONGESTION", 42},
    Cause{"REQUESTED_CHAN_UNAVAIL", 44}, Cause{"OUTGOING_CALL_BARRED", 52},
    Cause{"INCOMING_CALL_BARRED", 54}, Cause{"BEARERCAPABILITY_NOTAUTH", 57},
    Cause{"BEARERCAPABILITY_NOTAVAIL", 58}, Cause{"SERVICE_UNAVAILABLE", 63},
    Cause{"SERVICE_NOT_IMPLEMENTED", 79}, Cause{"INCOMPATIBLE_DESTINATION", 88},
    Cause{"RECOVERY_ON_TIMER_EXPIRE", 102}, Cause{"PROTOCOL_ERROR", 111},
    Cause{"INTERWORKING", 127},
    // No cause of Q.850: the caller gave up, which is a normal end.
    Cause{"ORIGINATOR_CANCEL", 16}};

using Word = std::pair<std::string_view, std::string_view>;

// In lower case, without spaces, '-' and '_'.
constexpr std::array kDispositions{Word{"answered", "answered"},
                                   Word{"answer", "answered"},
                                   Word{"completed", "answered"},
                                   Word{"connected", "answered"},
                                   Word{"busy", "busy"},
                                   Word{"userbusy", "busy"},
                                   Word{"noanswer", "missed"},
                                   Word{"missed", "missed"},
                                   Word{"unanswered", "missed"},
                                   Word{"rejected", "rejected"},
                                   Word{"declined", "rejected"},
                                   Word{"callrejected", "rejected"},
                                   Word{"cancel", "cancelled"},
                                   Word{"canceled", "cancelled"},
                                   Word{"cancelled", "cancelled"},
                                   Word{"originatorcancel", "cancelled"},
                                   Word{"failed", "failed"},
                                   Word{"congestion", "failed"},
                                   Word{"chanunavail", "failed"},
                                   Word{"refused", "refused"},
                                   Word{"interrupted", "interrupted"}};

constexpr std::size_t kLongestExtension = 6;

std::size_t digits_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

}  // namespace

core::Result<void> check(const Call& call) {
  const auto refused = [](const char* why) { return core::fault(core::ExitCode::data, why); };
  if (call.caller.empty() && call.dialled.empty() && call.called.empty())
    return refused("neither caller nor called is given");
  if (call.ended_at < call.started_at) return refused("it ends before it starts");
  if (call.answered_at &&
      (*call.answered_at < call.started_at || *call.answered_at > call.ended_at))
    return refused("it is answered before it starts or after it ends");
  if (call.talk && *call.talk < core::Milliseconds(0)) return refused("its duration is negative");
  return {};
}

std::optional<int> q850_of(std::string_view name) {
  const auto* const found = std::find_if(kCauses.begin(), kCauses.end(),
                                         [&](const Cause& one) { return one.first == name; });
  return found == kCauses.end() ? std::nullopt : std::optional(found->second);
}

std::string disposition_of(std::optional<int> q850_cause) {
  switch (q850_cause.value_or(0)) {
    case 16:
      return "cancelled";
    case 17:
      return "busy";
    case 18:
    case 19:
      return "missed";
    case 21:
      return "rejected";
    default:
      return "failed";
  }
}

std::optional<std::string> disposition_word(std::string_view word) {
  const std::string plain = plain_heading(core::trim(word));
  const auto* const found = std::find_if(kDispositions.begin(), kDispositions.end(),
                                         [&](const Word& one) { return one.first == plain; });
  return found == kDispositions.end() ? std::nullopt : std::optional(std::string(found->second));
}

const std::string& reached(const Call& call) {
  return call.called.empty() ? call.dialled : call.called;
}

bool is_extension(std::string_view number) {
  return !number.empty() && number.size() <= kLongestExtension &&
         digits_in(number) == number.size();
}

std::string guessed_direction(std::string_view caller, std::string_view called) {
  const std::size_t from = digits_in(caller);
  const std::size_t to = digits_in(called);
  if (from == 0 || to == 0) return "unknown";
  if (from <= kLongestExtension) return to <= kLongestExtension ? "internal" : "outbound";
  return to <= kLongestExtension ? "inbound" : "unknown";
}

std::string did_of(std::string_view dialled) {
  constexpr std::string_view kNumber = "0123456789+ -()./";
  const bool is_number = dialled.find_first_not_of(kNumber) == std::string_view::npos;
  return is_number && digits_in(dialled) > kLongestExtension ? std::string(dialled) : std::string();
}

}  // namespace trunkline::foreign
