// SPDX-License-Identifier: MIT
// Whatever happens in whatever order, step() keeps its promises (lib/call/step.h). A world plays
// phones, relay and journal: it answers what the call asks for, in random order, sometimes badly or
// not at all, and throws in events that nobody asked for. Seeded, so a failure can be repeated.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "call/scene.h"
#include "call/step.h"

namespace trunkline::call {
namespace {

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

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

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool one_in(int count) { return below(count) == 0; }
  LegId any_leg() { return LegId(static_cast<unsigned>(below(static_cast<int>(contacts_) + 2))); }
  std::string sdp() { return one_in(12) ? std::string() : one_in(2) ? kOffer : kHoldOffer; }

  void begin() {
    contacts_ = static_cast<std::size_t>(below(4));
    Invited invited = invitation(contacts_, one_in(5) ? "" : kOffer);
    if (one_in(10)) invited.refusal = Invited::Refusal{.status = 404, .reason = "nobody"};
    deliver(invited);
  }

  void deliver(Happening what) {
    ++events_;
    now_.steady += core::Milliseconds(below(5000));
    const bool was_finished = is_finished_;
    if (const auto* reinvited = std::get_if<Reinvited>(&what)) {
      const bool is_heard = !was_finished && reinvited->leg.value() < state_.legs.size();
      if (is_heard) ++reinvites_[reinvited->transaction];
    }
    Step result = step(std::move(state_), Event{.at = now_, .what = std::move(what)});
    state_ = std::move(result.state);
    if (was_finished) REQUIRE(result.actions.empty());
    for (const Action& action : result.actions) {
      REQUIRE_FALSE(is_finished_);
      INFO(describe(action));
      std::visit([&](const auto& asked) { see(asked); }, action);
    }
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
    REQUIRE(dialled_.insert(asked.leg).second);
    owe([this, leg = asked.leg] { finish_dial(leg); });
    owe([this, leg = asked.leg] {
      deliver(Progressed{.leg = leg, .status = one_in(2) ? 180 : 183, .sdp = sdp()});
    });
  }
  void finish_dial(LegId leg) {
    decided_.insert(leg);
    const bool is_answered = cancelled_.contains(leg) ? one_in(4) : one_in(2);
    if (is_answered) {
      answered_.insert(leg);
      return deliver(Answered{.leg = leg, .sdp = sdp()});
    }
    constexpr std::array kStatuses{486, 603, 480, 404, 408, 503, 600, 302, 487};
    const int status = kStatuses.at(static_cast<std::size_t>(below(9)));
    deliver(Failed{.leg = leg, .status = status, .reason = "so"});
  }
  void see(const CancelDial& asked) {
    REQUIRE(dialled_.contains(asked.leg));
    REQUIRE_FALSE(decided_.contains(asked.leg));
    REQUIRE(cancelled_.insert(asked.leg).second);
  }
  void see(const Acknowledge& asked) { ++acknowledged_[asked.leg]; }
  void see(const Progress&) { REQUIRE(finals_ == 0); }
  void see(const Accept&) {
    ++finals_;
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
  void see(const Reinvite& asked) {
    owe([this, leg = asked.leg] {
      if (one_in(3)) {
        const int status = one_in(3) ? 481 : 488;
        if (status == 481) lost_.insert(leg);
        return deliver(ReinviteFailed{.leg = leg, .status = status});
      }
      deliver(ReinviteAnswered{.leg = leg, .sdp = sdp()});
    });
  }
  void see(const CancelReinvite&) {}
  void see(const AcceptReinvite& asked) {
    REQUIRE(reinvites_[asked.transaction] == 1);
    REQUIRE(reinvites_answered_.insert(asked.transaction).second);
    ++accepted_reinvites_;
    owe_acknowledgement(asked.leg);
  }
  void see(const RejectReinvite& asked) {
    REQUIRE(reinvites_[asked.transaction] == 1);
    REQUIRE(reinvites_answered_.insert(asked.transaction).second);
  }
  void see(const StartTimer& asked) { REQUIRE(timers_.insert(asked.timer).second); }
  void see(const StopTimer& asked) { timers_.erase(asked.timer); }
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

  void fire(Timer timer) {
    if (timers_.erase(timer) == 0) return;
    if (timer == Timer::settle) is_last_resort_ = true;
    deliver(TimerFired{timer});
  }

  void surprise() {
    const LegId leg = any_leg();
    switch (below(12)) {
      case 0:
        return deliver(Cancelled{});
      case 1:
      case 2:
        return receive_bye(leg);
      case 3:
      case 4:
      case 5:
        return deliver(Reinvited{.leg = leg, .transaction = ++transactions_, .sdp = sdp()});
      case 6:
        return deliver(ReinviteCancelled{.leg = leg});
      case 7:
        return fire(one_in(2) ? Timer::ring : Timer::answer);
      case 8:
        if (one_in(3)) interrupt(leg);
        return;
      default:
        return nonsense(leg);
    }
  }
  void interrupt(LegId leg) {
    const auto why = static_cast<Interruption>(below(5));
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
    deliver(ByeReceived{.leg = leg});
  }
  /// Events nobody can send now: doubled, of unknown legs, of other requests.
  void nonsense(LegId leg) {
    switch (below(8)) {
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
    for (const auto& [transaction, count] : reinvites_) {
      CAPTURE(transaction);
      CHECK(reinvites_answered_.contains(transaction));
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
  std::map<unsigned, int> reinvites_;
  std::set<unsigned> reinvites_answered_;
  std::set<Timer> timers_;
};

}  // namespace

TEST_CASE("call: a world of random events breaks none of step()'s promises", "[call]") {
  std::uint64_t events = 0;
  unsigned connected = 0;
  unsigned reinvites = 0;
  for (std::uint64_t seed = 1; seed <= 60'000; ++seed) {
    CAPTURE(seed);
    World world(seed);
    world.play();
    events += world.events();
    connected += world.was_connected() ? 1 : 0;
    reinvites += world.accepted_reinvites();
  }
  // The world is no desert: it gets far enough to mean something.
  CHECK(connected > 5'000);
  CHECK(reinvites > 1'000);
  CHECK(events > 300'000);
}

}  // namespace trunkline::call
