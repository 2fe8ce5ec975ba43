// SPDX-License-Identifier: MIT

// Bytes as a sequence of events, in any order: no crash, one final answer, one end, and nothing
// after it. (tests/call/property_test.cpp plays a world that answers; this one does not.)

#include <cstdint>
#include <cstdlib>
#include <string>

#include "call/step.h"

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

call::Invited invitation(Input& input) {
  call::Invited invited;
  invited.dialled = "102";
  const unsigned choice = input.next();
  for (unsigned i = 0; i < choice % 4; ++i) invited.targets.push_back({});
  invited.offer = sdp(choice / 4);
  if (choice > 240) invited.refusal = call::Invited::Refusal{};
  return invited;
}

call::Happening next_event(Input& input) {
  const unsigned kind = input.next();
  const unsigned value = input.next();
  const call::LegId leg(value % 5);
  switch (kind % 17) {
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
      return call::Failed{
          .leg = leg, .status = 300 + static_cast<int>(input.next()) % 400, .reason = {}};
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
      return call::TimerFired{static_cast<call::Timer>(value % 3)};
    case 15:
      return call::Committed{.ticket = value % 16, .is_on_disk = value < 200};
    default:
      return call::Interrupted{.why = static_cast<call::Interruption>(value % 5), .leg = leg};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
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
