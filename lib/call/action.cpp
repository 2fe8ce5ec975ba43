// SPDX-License-Identifier: MIT
#include "call/action.h"

#include <fmt/format.h>

#include "call/state.h"

namespace trunkline::call {
namespace {

std::string_view name_of(Timer timer) {
  switch (timer) {
    case Timer::ring:
      return "ring";
    case Timer::answer:
      return "answer";
    case Timer::settle:
      return "settle";
    case Timer::refresh:
      return "refresh";
    case Timer::expiry:
      return "expiry";
  }
  return "";
}

bool is_of_leg(Timer timer) {
  return timer == Timer::refresh || timer == Timer::expiry;
}

std::string_view sdp_note(const std::string& sdp) {
  return sdp.empty() ? std::string_view() : std::string_view(" with sdp");
}

struct Describe {
  std::string operator()(const Append& a) const {
    return fmt::format("append {} (ticket {})", a.kind, a.ticket);
  }
  std::string operator()(const OfferMedia& a) const {
    return fmt::format("offer media of {} (request {})", tag_of(a.from), a.request);
  }
  std::string operator()(const AnswerMedia& a) const {
    return fmt::format("answer media of {} by {} (request {})", tag_of(a.offerer), tag_of(a.by),
                       a.request);
  }
  std::string operator()(const DeleteMedia& a) const {
    return fmt::format("delete media (request {})", a.request);
  }
  std::string operator()(const Dial& a) const {
    return fmt::format("dial {}{}", tag_of(a.leg), sdp_note(a.sdp));
  }
  std::string operator()(const CancelDial& a) const {
    return fmt::format("cancel {}{}", tag_of(a.leg),
                       a.is_answered_elsewhere ? " answered elsewhere" : "");
  }
  std::string operator()(const Acknowledge& a) const {
    return fmt::format("acknowledge {}{}", tag_of(a.leg), sdp_note(a.sdp));
  }
  std::string operator()(const Prack& a) const {
    return fmt::format("prack {} {}{}", tag_of(a.leg), a.sequence, sdp_note(a.sdp));
  }
  std::string operator()(const Progress& a) const {
    return fmt::format("progress {}{}{}", a.status, a.is_reliable ? " reliably" : "",
                       sdp_note(a.sdp));
  }
  std::string operator()(const Accept& a) const { return fmt::format("accept{}", sdp_note(a.sdp)); }
  std::string operator()(const Reject& a) const { return fmt::format("reject {}", a.status); }
  std::string operator()(const Bye& a) const { return fmt::format("bye {}", tag_of(a.leg)); }
  std::string operator()(const AcceptBye& a) const {
    return fmt::format("accept bye of {}", tag_of(a.leg));
  }
  std::string operator()(const Reinvite& a) const {
    return fmt::format("reinvite {}{}", tag_of(a.leg), sdp_note(a.sdp));
  }
  std::string operator()(const CancelReinvite& a) const {
    return fmt::format("cancel reinvite {}", tag_of(a.leg));
  }
  std::string operator()(const Update& a) const {
    return fmt::format("update {}{}", tag_of(a.leg), sdp_note(a.sdp));
  }
  std::string operator()(const SendInfo& a) const {
    return fmt::format("info {} {}", tag_of(a.leg), a.content_type);
  }
  std::string operator()(const AcceptRequest& a) const {
    return fmt::format("accept request of {}{}", tag_of(a.leg), sdp_note(a.sdp));
  }
  std::string operator()(const RejectRequest& a) const {
    return fmt::format("reject request of {} {}{}", tag_of(a.leg), a.status,
                       a.may_retry ? " retry" : "");
  }
  std::string operator()(const StartTimer& a) const {
    if (!is_of_leg(a.timer)) return fmt::format("start {} timer", name_of(a.timer));
    return fmt::format("start {} timer of {}", name_of(a.timer), tag_of(a.leg));
  }
  std::string operator()(const StopTimer& a) const {
    if (!is_of_leg(a.timer)) return fmt::format("stop {} timer", name_of(a.timer));
    return fmt::format("stop {} timer of {}", name_of(a.timer), tag_of(a.leg));
  }
  std::string operator()(const Finish&) const { return "finish"; }
};

}  // namespace

std::string tag_of(LegId leg) {
  return leg == kCallerLeg ? "caller" : fmt::format("called-{}", leg.value());
}

std::string_view name_of(Dialog dialog) {
  switch (dialog) {
    case Dialog::none:
      return "none";
    case Dialog::invited:
      return "invited";
    case Dialog::unacknowledged:
      return "unacknowledged";
    case Dialog::confirmed:
      return "confirmed";
    case Dialog::over:
      return "over";
  }
  return "";
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::fresh:
      return "fresh";
    case Phase::offering:
      return "offering";
    case Phase::dialling:
      return "dialling";
    case Phase::answering:
      return "answering";
    case Phase::connected:
      return "connected";
    case Phase::ending:
      return "ending";
    case Phase::finished:
      return "finished";
  }
  return "";
}

std::string describe(const Action& action) {
  return std::visit(Describe{}, action);
}

}  // namespace trunkline::call
