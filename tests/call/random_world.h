// SPDX-License-Identifier: MIT
#pragma once

// A world for one call: it plays phones, relay and journal, answers what the call asks for, in
// random order, sometimes badly or not at all, throws in events that nobody asked for, and asserts
// what lib/call/step.h promises. Seeded, so a failure can be repeated.

#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "call/scene.h"
#include "call/step.h"

namespace trunkline::call {

class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed) : random_(seed) {}

  void play() {
    begin();
    for (int i = below(80); i > 0 && !is_finished_; --i) {
      if (below(10) < 7 && !owed_.empty()) {
        answer_something();
      } else {
        surprise();
      }
    }
    settle();
    check_end();
  }

  std::uint64_t events() const { return events_; }
  bool was_connected() const { return is_accepted_; }
  unsigned accepted_reinvites() const { return accepted_reinvites_; }
  unsigned accepted_updates() const { return accepted_updates_; }
  unsigned refreshes() const { return refreshes_; }
  unsigned pracks() const { return pracks_; }
  unsigned infos() const { return infos_; }
  unsigned redirected() const { return redirected_; }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool one_in(int count) { return below(count) == 0; }
  LegId any_leg() { return LegId(static_cast<unsigned>(below(static_cast<int>(contacts_) + 2))); }
  /// What a phone says of itself.
  Extensions says() {
    Extensions says{.has_update = one_in(2), .has_100rel = one_in(2), .has_timer = one_in(2)};
    says.needs_100rel = says.has_100rel && one_in(3);
    if (one_in(2)) {
      says.session = {.expires = core::Seconds(60 + below(3600)),
                      .refresher = static_cast<Refresher>(below(3))};
    }
    return says;
  }
  std::string sdp() { return one_in(12) ? std::string() : one_in(2) ? kOffer : kHoldOffer; }

  void begin() {
    contacts_ = static_cast<std::size_t>(below(4));
    Invited invited = invitation(contacts_, one_in(5) ? "" : kOffer);
    for (std::size_t i = 1; i < contacts_; ++i) invited.targets[i].is_spare = one_in(4);
    invited.says = says();
    if (one_in(4)) invited.session_policy.expires = core::Seconds(0);
    if (one_in(10)) invited.refusal = Invited::Refusal{.status = 404, .reason = "nobody"};
    deliver(invited);
  }

  void deliver(Happening what) {
    ++events_;
    now_.steady += core::Milliseconds(below(5000));
    const bool was_finished = is_finished_;
    if (const auto* asked = std::get_if<Reinvited>(&what)) note_request(*asked, true);
    if (const auto* asked = std::get_if<Updated>(&what)) note_request(*asked, false);
    if (const auto* asked = std::get_if<InfoReceived>(&what)) note_request(*asked, false);
    Step result = step(std::move(state_), Event{.at = now_, .what = std::move(what)});
    state_ = std::move(result.state);
    if (was_finished) REQUIRE(result.actions.empty());
    for (const Action& action : result.actions) {
      REQUIRE_FALSE(is_finished_);
      INFO(describe(action));
      std::visit([&](const auto& asked) { see(asked); }, action);
    }
  }

  /// A request of a phone's that the call hears has to get one final answer.
  template <class Request>
  void note_request(const Request& request, bool is_invite) {
    if (is_finished_ || request.leg.value() >= state_.legs.size()) return;
    requests_.emplace(request.transaction, is_invite);
  }

  // What the call asks for: counted, and owed an answer.

  void see(const Append& asked) {
    if (asked.kind == "call.ended") ++ended_entries_;
    REQUIRE(asked.body.starts_with(R"({"schema":"call.v1")"));
    if (asked.kind == "call.answered") answered_ticket_ = asked.ticket;
    if (asked.kind == "call.ended") ended_ticket_ = asked.ticket;
    owe([this, ticket = asked.ticket] {
      const bool is_on_disk = !one_in(20);
      if (ticket == ended_ticket_) is_ended_settled_ = true;
      if (ticket == answered_ticket_) is_answer_on_disk_ = is_on_disk;
      deliver(Committed{.ticket = ticket, .is_on_disk = is_on_disk});
    });
  }
  void see(const OfferMedia& asked) {
    REQUIRE(deletions_ == 0);
    has_media_ = true;
    owe_media(asked.request);
  }
  void see(const AnswerMedia& asked) {
    REQUIRE(deletions_ == 0);
    REQUIRE(has_media_);
    owe_media(asked.request);
  }
  void see(const DeleteMedia& asked) {
    ++deletions_;
    owe_media(asked.request);
  }
  void owe_media(unsigned request) {
    owe([this, request] {
      auto reply = one_in(12)   ? relay_is_away()
                   : one_in(12) ? relay_refuses()
                                : core::Result<std::string>(kAnswer);
      deliver(MediaDone{.request = request, .sdp = std::move(reply)});
    });
  }
  void see(const Dial& asked) {
    const bool is_again = dialled_.contains(asked.leg);
    if (is_again) {
      REQUIRE(raised_.erase(asked.leg) == 1);
      REQUIRE(asked.session.expires > core::Seconds(0));
    }
    dialled_.insert(asked.leg);
    decided_.erase(asked.leg);
    owe([this, leg = asked.leg] { finish_dial(leg); });
    for (int i = below(4); i > 0; --i) {
      owe([this, leg = asked.leg, is_reliable = asked.has_100rel && one_in(2)] {
        if (decided_.contains(leg)) return;
        Progressed progressed{.leg = leg,
                              .status = one_in(2) ? 180 : 183,
                              .sdp = sdp(),
                              .sequence = {},
                              .says = says()};
        if (is_reliable) progressed.sequence = ++sequences_;
        if (is_reliable) owed_pracks_.insert(sequences_);
        deliver(std::move(progressed));
      });
    }
  }
  void see(const Prack& asked) {
    REQUIRE(dialled_.contains(asked.leg));
    REQUIRE(owed_pracks_.erase(asked.sequence) == 1);
    ++pracks_;
  }
  void finish_dial(LegId leg) {
    decided_.insert(leg);
    const bool is_answered = cancelled_.contains(leg) ? one_in(4) : one_in(2);
    if (is_answered) {
      answered_.insert(leg);
      return deliver(Answered{.leg = leg, .sdp = sdp(), .says = says()});
    }
    constexpr std::array kStatuses{486, 603, 480, 404, 408, 503, 600, 302, 487, 422};
    const int status = kStatuses.at(static_cast<std::size_t>(below(10)));
    Failed failed{.leg = leg, .status = status, .reason = "so"};
    failed.is_unreachable = (status == 408 || status == 503) && one_in(2);
    if (status == 302) failed.redirections = redirections();
    if (one_in(3)) failed.reasons = {.q850_cause = 27, .values = {"Q.850;cause=27"}};
    if (status == 422) {
      failed.least_session = core::Seconds(1800 + below(3600));
      raised_.insert(leg);
    }
    deliver(std::move(failed));
    raised_.erase(leg);
  }
  /// Every one leads to other legs, or is refused. Ends some time: one phone in a call redirects
  /// so often.
  std::vector<Redirection> redirections() {
    std::vector<Redirection> all;
    for (int i = below(3); i > 0 && redirected_ < 5; --i) {
      ++redirected_;
      Redirection one{.to = "sip:103@example.org", .rule = "extension"};
      if (one_in(4)) one.refusal = "not registered";
      for (int j = one.refusal.empty() ? 1 + below(3) : 0; j > 0; --j) {
        one.targets.push_back({.call_id = "other", .address = "192.0.2.3:5060"});
        one.targets.back().is_spare = one.targets.size() > 1 && one_in(2);
      }
      all.push_back(std::move(one));
    }
    return all;
  }
  void see(const CancelDial& asked) {
    REQUIRE(dialled_.contains(asked.leg));
    REQUIRE_FALSE(decided_.contains(asked.leg));
    REQUIRE(cancelled_.insert(asked.leg).second);
  }
  void see(const Acknowledge& asked) { ++acknowledged_[asked.leg]; }
  void see(const Progress& asked) {
    REQUIRE(finals_ == 0);
    if (!asked.is_reliable) return;
    // RFC 3262 section 3: the next one after the PRACK of this.
    REQUIRE_FALSE(is_prack_due_);
    is_prack_due_ = true;
    owe([this] {
      if (!is_prack_due_) return;
      is_prack_due_ = false;
      if (one_in(8)) return deliver(NotPracked{});
      const Pracked pracked{.transaction = ++transactions_, .sdp = sdp()};
      if (!is_finished_) requests_.emplace(pracked.transaction, false);
      deliver(pracked);
    });
  }
  void see(const Accept&) {
    ++finals_;
    REQUIRE_FALSE(is_prack_due_);
    REQUIRE(is_answer_on_disk_);
    is_accepted_ = true;
    owe_acknowledgement(kCallerLeg);
  }
  void see(const Reject& asked) {
    ++finals_;
    REQUIRE((is_ended_settled_ || is_last_resort_));
    REQUIRE(asked.status >= 400);
  }
  void owe_acknowledgement(LegId leg) {
    owe([this, leg] {
      acknowledged_us_.insert(leg);
      if (one_in(8)) return deliver(NotAcknowledged{.leg = leg});
      deliver(Acknowledged{.leg = leg, .sdp = sdp()});
    });
  }
  void see(const Bye& asked) {
    REQUIRE(byes_.insert(asked.leg).second);
    if (asked.leg == kCallerLeg) {
      REQUIRE(is_accepted_);
      // RFC 3261 section 15
      REQUIRE(acknowledged_us_.contains(kCallerLeg));
    } else {
      REQUIRE(answered_.contains(asked.leg));
      REQUIRE(acknowledged_[asked.leg] > 0);
    }
    owe([this, leg = asked.leg] { deliver(ByeDone{.leg = leg}); });
  }
  void see(const AcceptBye& asked) {
    REQUIRE(byes_received_.contains(asked.leg));
    REQUIRE(byes_accepted_.insert(asked.leg).second);
  }
  int refusal(LegId leg) {
    constexpr std::array kStatuses{481, 488, 491, 422, 405, 500};
    const int status = kStatuses.at(static_cast<std::size_t>(below(6)));
    if (status == 481) lost_.insert(leg);
    return status;
  }
  core::Seconds least_of(int status) {
    return core::Seconds(status == 422 ? 1800 + below(7200) : 0);
  }
  bool has_leg(LegId leg) const { return leg == kCallerLeg || dialled_.contains(leg); }
  /// One request of ours at a time that can carry an offer.
  void begin_request(LegId leg) {
    REQUIRE(has_leg(leg));
    REQUIRE(asked_.insert(leg).second);
  }
  void see(const Reinvite& asked) {
    begin_request(asked.leg);
    if (state_.leg(asked.leg).refresh != Leg::Refresh::none) ++refreshes_;
    owe([this, leg = asked.leg] {
      asked_.erase(leg);
      if (one_in(3)) {
        const int status = refusal(leg);
        return deliver(ReinviteFailed{
            .leg = leg, .status = status, .reason = {}, .least_session = least_of(status)});
      }
      deliver(ReinviteAnswered{.leg = leg, .sdp = sdp(), .says = says()});
    });
  }
  void see(const CancelReinvite&) {}
  void see(const Update& asked) {
    begin_request(asked.leg);
    if (asked.sdp.empty()) ++refreshes_;
    owe([this, leg = asked.leg] {
      asked_.erase(leg);
      if (one_in(3)) {
        const int status = refusal(leg);
        return deliver(UpdateFailed{
            .leg = leg, .status = status, .reason = {}, .least_session = least_of(status)});
      }
      deliver(UpdateAnswered{.leg = leg, .sdp = sdp(), .says = says()});
    });
  }
  void see(const SendInfo& asked) {
    REQUIRE(has_leg(asked.leg));
    ++infos_;
    owe([this, leg = asked.leg, number = asked.number] {
      const int status = one_in(3) ? refusal(leg) : 200;
      deliver(InfoAnswered{.leg = leg, .number = number, .status = status});
    });
  }
  void see(const AcceptRequest& asked) {
    REQUIRE(requests_.contains(asked.transaction));
    REQUIRE(answered_requests_.insert(asked.transaction).second);
    if (!requests_[asked.transaction]) {
      accepted_updates_ += asked.sdp.empty() ? 0 : 1;
      return;
    }
    ++accepted_reinvites_;
    owe_acknowledgement(asked.leg);
  }
  void see(const RejectRequest& asked) {
    REQUIRE(requests_.contains(asked.transaction));
    REQUIRE(answered_requests_.insert(asked.transaction).second);
    REQUIRE(asked.status >= 400);
  }
  void see(const StartTimer& asked) {
    REQUIRE(asked.after >= core::Milliseconds(0));
    REQUIRE(timers_.insert({asked.timer, asked.leg}).second);
  }
  void see(const StopTimer& asked) { timers_.erase({asked.timer, asked.leg}); }
  void see(const Finish&) { is_finished_ = true; }

  void owe(std::function<void()> answer) { owed_.push_back(std::move(answer)); }
  void answer_something() {
    const auto chosen = owed_.begin() + below(static_cast<int>(owed_.size()));
    const std::function<void()> answer = *chosen;
    owed_.erase(chosen);
    // Some never answer: the last resort has to close them.
    if (one_in(300)) {
      has_lost_something_ = true;
      return;
    }
    answer();
  }

  void fire(Timer timer, LegId leg = kCallerLeg) {
    if (timers_.erase({timer, leg}) == 0) return;
    if (timer == Timer::settle) is_last_resort_ = true;
    deliver(TimerFired{.timer = timer, .leg = leg});
  }

  void surprise() {
    const LegId leg = any_leg();
    switch (below(16)) {
      case 0:
        return deliver(Cancelled{});
      case 1:
      case 2:
        return receive_bye(leg);
      case 3:
      case 4:
      case 5:
        return deliver(
            Reinvited{.leg = leg, .transaction = ++transactions_, .sdp = sdp(), .says = says()});
      case 6:
        return deliver(ReinviteCancelled{.leg = leg});
      case 7:
        return fire(one_in(2) ? Timer::ring : Timer::answer);
      case 8:
        if (one_in(3)) interrupt(leg);
        return;
      case 9:
      case 10:
        return deliver(
            Updated{.leg = leg, .transaction = ++transactions_, .sdp = sdp(), .says = says()});
      case 11:
        return fire(Timer::refresh, leg);
      case 12:
        return one_in(8) ? fire(Timer::expiry, leg) : void();
      case 13:
        return deliver(InfoReceived{.leg = leg,
                                    .transaction = ++transactions_,
                                    .content_type = "application/dtmf-relay",
                                    .body = one_in(4) ? "" : "Signal=5"});
      default:
        return nonsense(leg);
    }
  }
  void interrupt(LegId leg) {
    const auto why = static_cast<Interruption>(below(6));
    if (why != Interruption::leg_lost) return deliver(Interrupted{.why = why});
    lost_.insert(leg);
    deliver(Interrupted{.why = why, .leg = leg});
  }
  /// Once for a leg; from one that has a dialog.
  void receive_bye(LegId leg) {
    const bool has_dialog = leg == kCallerLeg || answered_.contains(leg);
    if (!has_dialog || !byes_received_.insert(leg).second) return;
    const Dialog before = leg.value() < state_.legs.size() ? state_.leg(leg).dialog : Dialog::none;
    const bool is_heard = !is_finished_ && before != Dialog::none;
    if (is_heard) byes_heard_.insert(leg);
    ByeReceived bye{.leg = leg};
    if (one_in(3)) bye.reasons = {.q850_cause = 31, .values = {"Q.850;cause=31"}};
    deliver(std::move(bye));
  }
  /// Events nobody can send now: doubled, of unknown legs, of other requests.
  void nonsense(LegId leg) {
    switch (below(12)) {
      case 8:
        return deliver(UpdateAnswered{.leg = LegId(77)});
      case 9:
        return deliver(UpdateFailed{.leg = LegId(77), .status = 500});
      case 10:
        return deliver(InfoAnswered{.leg = leg, .number = 10'000, .status = 200});
      case 11:
        return deliver(TimerFired{.timer = Timer::expiry, .leg = LegId(77)});
      case 0:
        return deliver(MediaDone{.request = 10'000, .sdp = kAnswer});
      case 1:
        return deliver(Committed{.ticket = 10'000, .is_on_disk = one_in(2)});
      case 2:
        return deliver(ByeDone{.leg = LegId(77)});
      case 3:
        return deliver(Progressed{.leg = LegId(77), .status = 180});
      case 4:
        return deliver(Acknowledged{.leg = LegId(77)});
      case 5:
        return deliver(ReinviteFailed{.leg = LegId(77), .status = 500});
      case 6:
        return decided_.contains(leg) ? deliver(Failed{.leg = leg, .status = 486}) : void();
      default:
        return deliver(invitation(2));
    }
  }

  void settle() {
    for (int i = 0; i < 1000 && !owed_.empty(); ++i) answer_something();
    if (!is_finished_) deliver(Interrupted{.why = Interruption::hang_up});
    for (int i = 0; i < 1000 && !owed_.empty(); ++i) answer_something();
    if (!is_finished_ && has_lost_something_) fire(Timer::settle);
  }

  void check_end() {
    CAPTURE(name_of(state_.phase), contacts_, has_lost_something_);
    REQUIRE(is_finished_);
    CHECK(finals_ == 1);
    CHECK(ended_entries_ == 1);
    CHECK(deletions_ == (has_media_ ? 1 : 0));
    CHECK(timers_.empty());
    for (const auto& [transaction, is_invite] : requests_) {
      CAPTURE(transaction, is_invite);
      CHECK(answered_requests_.contains(transaction));
    }
    for (const LegId leg : byes_heard_) CHECK(byes_accepted_.contains(leg));
    if (is_last_resort_) return;
    for (const LegId leg : dialled_) {
      CAPTURE(leg.value());
      CHECK(decided_.contains(leg));
      // An answered leg was acknowledged and ended by one of the two sides, or known to be gone.
      if (!answered_.contains(leg)) continue;
      CHECK(acknowledged_[leg] > 0);
      CHECK((byes_.contains(leg) || byes_heard_.contains(leg) || lost_.contains(leg)));
    }
  }
  std::mt19937_64 random_;
  State state_;
  Moment now_{.wall = core::from_microseconds(1'795'000'000'000'000),
              .steady = core::SteadyTime(core::Seconds(1000))};
  std::vector<std::function<void()>> owed_;
  std::size_t contacts_ = 0;
  std::uint64_t events_ = 0;
  unsigned transactions_ = 0;
  unsigned accepted_reinvites_ = 0;
  unsigned accepted_updates_ = 0;
  unsigned refreshes_ = 0;
  unsigned pracks_ = 0;
  unsigned infos_ = 0;
  unsigned redirected_ = 0;
  std::uint32_t sequences_ = 0;

  int finals_ = 0;
  int ended_entries_ = 0;
  int deletions_ = 0;
  unsigned answered_ticket_ = 0;
  unsigned ended_ticket_ = 0;
  bool is_answer_on_disk_ = false;
  bool is_ended_settled_ = false;
  bool is_last_resort_ = false;
  bool is_accepted_ = false;
  bool has_media_ = false;
  bool is_finished_ = false;
  bool has_lost_something_ = false;
  std::set<LegId> dialled_, decided_, cancelled_, answered_, byes_, acknowledged_us_, lost_;
  std::set<LegId> byes_received_, byes_heard_, byes_accepted_;
  std::map<LegId, int> acknowledged_;
  std::map<unsigned, bool> requests_;  ///< whether it is an INVITE
  std::set<unsigned> answered_requests_;
  std::set<std::uint32_t> owed_pracks_;
  std::set<LegId> asked_, raised_;
  bool is_prack_due_ = false;
  std::set<std::pair<Timer, LegId>> timers_;
};

}  // namespace trunkline::call
