// SPDX-License-Identifier: MIT

// Bytes as a sequence of events, in any order: no crash, one final answer, one end, and nothing
// after it. (tests/call/property_test.cpp plays a world that answers; this one does not.)

#include <cstdint>
#include <cstdlib>
#include <string>

#include "call/step.h"
#include "fuzz/target.h"

namespace {

using namespace trunkline;

/// Reads numbers from the input; zeros once it is used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool is_used_up() const { return position_ >= size_; }
  unsigned next() { return is_used_up() ? 0U : data_[position_++]; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t position_ = 0;
};

std::string sdp(unsigned choice) {
  return choice % 2 == 0 ? std::string() : "v=0\r\n";
}

call::Extensions says(unsigned choice) {
  return {.has_update = (choice & 1U) != 0,
          .has_100rel = (choice & 2U) != 0,
          .needs_100rel = (choice & 6U) == 6,
          .has_timer = (choice & 8U) != 0,
          .session = {.expires = core::Seconds(choice / 16 * 60),
                      .refresher = static_cast<call::Refresher>(choice % 3)}};
}

call::Invited invitation(Input& input) {
  call::Invited invited;
  invited.dialled = "102";
  const unsigned choice = input.next();
  for (unsigned i = 0; i < choice % 4; ++i) invited.targets.push_back({});
  invited.offer = sdp(choice / 4);
  if (choice > 240) invited.refusal = call::Invited::Refusal{};
  invited.says = says(choice / 2);
  return invited;
}

call::Failed failure(call::LegId leg, Input& input) {
  call::Failed failed{
      .leg = leg, .status = 300 + static_cast<int>(input.next()) % 400, .reason = {}};
  failed.is_unreachable = failed.status == 408;
  if (failed.status >= 310) return failed;
  const unsigned choice = input.next();
  failed.redirections.resize(choice % 3);
  for (call::Redirection& redirection : failed.redirections) {
    redirection.targets.resize(choice / 3 % 3);
    for (auto& target : redirection.targets) target.is_spare = choice > 128;
  }
  return failed;
}

call::Happening next_event(Input& input) {
  const unsigned kind = input.next();
  const unsigned value = input.next();
  const call::LegId leg(value % 5);
  switch (kind % 25) {
    case 0:
      return invitation(input);
    case 1:
      if (value > 200) {
        return call::MediaDone{.request = input.next() % 16,
                               .sdp = core::fault(core::ExitCode::unavailable, "away")};
      }
      return call::MediaDone{.request = value % 16, .sdp = sdp(1)};
    case 2:
      return call::Progressed{.leg = leg, .status = 180, .sdp = sdp(value / 5)};
    case 3:
      return call::Answered{.leg = leg, .sdp = sdp(value / 5)};
    case 4:
      return failure(leg, input);
    case 5:
      return call::Cancelled{};
    case 6:
      return call::Acknowledged{.leg = leg, .sdp = sdp(value / 5)};
    case 7:
      return call::NotAcknowledged{.leg = leg};
    case 8:
      return call::ByeReceived{.leg = leg};
    case 9:
      return call::ByeDone{.leg = leg};
    case 10:
      return call::Reinvited{.leg = leg, .transaction = value, .sdp = sdp(value / 5)};
    case 11:
      return call::ReinviteCancelled{.leg = leg};
    case 12:
      return call::ReinviteAnswered{.leg = leg, .sdp = sdp(value / 5)};
    case 13:
      return call::ReinviteFailed{.leg = leg, .status = 481, .reason = {}};
    case 14:
      return call::TimerFired{.timer = static_cast<call::Timer>(value / 5 % 5), .leg = leg};
    case 15:
      return call::Committed{.ticket = value % 16, .is_on_disk = value < 200};
    case 17:
      return call::Pracked{.transaction = value, .sdp = sdp(value / 5)};
    case 18:
      return call::NotPracked{};
    case 19:
      return call::Updated{
          .leg = leg, .transaction = value, .sdp = sdp(value / 5), .says = says(input.next())};
    case 20:
      return call::UpdateAnswered{.leg = leg, .sdp = sdp(value / 5), .says = says(input.next())};
    case 21:
      return call::UpdateFailed{.leg = leg,
                                .status = 405 + static_cast<int>(value),
                                .least_session = core::Seconds(input.next() * 1000)};
    case 22:
      return call::InfoReceived{.leg = leg, .transaction = value, .body = sdp(value / 5)};
    case 23:
      return call::InfoAnswered{
          .leg = leg, .number = value / 5, .status = 200 + static_cast<int>(input.next())};
    case 24:
      return call::Progressed{.leg = leg,
                              .status = 183,
                              .sdp = sdp(value / 5),
                              .sequence = input.next(),
                              .says = says(value)};
    default:
      return call::Interrupted{.why = static_cast<call::Interruption>(value % 6), .leg = leg};
  }
}

}  // namespace

FUZZ_TARGET(call_step) {
  Input input(data, size);
  call::State state;
  int finals = 0;
  int ends = 0;
  bool is_finished = false;
  while (!input.is_used_up()) {
    auto result = call::step(std::move(state), {.at = {}, .what = next_event(input)});
    state = std::move(result.state);
    if (is_finished && !result.actions.empty()) std::abort();
    for (const call::Action& action : result.actions) {
      if (is_finished || call::describe(action).empty()) std::abort();
      const auto* append = std::get_if<call::Append>(&action);
      if (append != nullptr && append->kind == "call.ended") ++ends;
      if (std::holds_alternative<call::Accept>(action)) ++finals;
      if (std::holds_alternative<call::Reject>(action)) ++finals;
      if (std::holds_alternative<call::Finish>(action)) is_finished = true;
    }
    if (finals > 1 || ends > 1) std::abort();
  }
  if (is_finished && (finals != 1 || ends != 1)) std::abort();
  return 0;
}
