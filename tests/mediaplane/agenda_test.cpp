// SPDX-License-Identifier: MIT
#include "mediaplane/agenda.h"

#include <catch2/catch.hpp>
#include <vector>

namespace trunkline::mediaplane {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Counting final : SessionObserver {
  void take_packets(SpoolBlock) override {}
  void change_codecs(core::RecordingId, Leg, std::vector<recording::PayloadCodec>) override {}
  void save_account(const std::string&, const SessionCounters&) override { ++saves; }
  void media_is_silent(const std::string&, const SilentLegs&) override {}
  void session_is_abandoned(const std::string&) override {}

  std::size_t saves = 0;
};

struct WatchedSessions {
  std::shared_ptr<Session> add() {
    sessions.push_back(std::make_shared<Session>("key", counting));
    agenda.add(sessions.back());
    return sessions.back();
  }
  /// As an I/O thread does; at how many sessions it looked in all.
  std::size_t run(core::SteadyTime from, core::Milliseconds length) {
    std::size_t looks = 0;
    for (core::SteadyTime now = from; now < from + length; now += milliseconds(50)) {
      looks += agenda.run(now, seconds(60));
    }
    return looks;
  }

  Counting counting;
  std::vector<std::shared_ptr<Session>> sessions;
  Agenda agenda;
  core::SteadyTime start{seconds(1000)};
};

}  // namespace

TEST_CASE("agenda: what it costs goes with what is due, not with how many calls there are",
          "[agenda]") {
  constexpr std::size_t kCalls = 10'000;
  WatchedSessions watched;
  for (std::size_t i = 0; i < kCalls; ++i) (void)watched.add();
  CHECK(watched.run(watched.start, seconds(1)) == kCalls);  // once each: nobody has answered
  CHECK(watched.run(watched.start + seconds(1), seconds(100)) == 0);

  const core::SteadyTime answered = watched.start + seconds(200);
  for (std::size_t i = 0; i < 10; ++i) {
    watched.sessions[i]->answered(answered);
    watched.agenda.look_at(*watched.sessions[i]);
  }
  // Ten calls, an account every other second of each, and the look after the answer.
  CHECK(watched.run(answered, seconds(20)) == 10 + 10 * 9);
  CHECK(watched.counting.saves == 10 * 9);
}

TEST_CASE("agenda: a session that was removed is not looked at again", "[agenda]") {
  WatchedSessions watched;
  const auto session = watched.add();
  session->answered(watched.start);
  CHECK(watched.run(watched.start, seconds(3)) == 2);
  watched.agenda.remove(*session);
  watched.agenda.remove(*session);
  watched.agenda.look_at(*session);
  CHECK(watched.run(watched.start + seconds(3), seconds(10)) == 0);
  CHECK(session.use_count() == 2);  // ours and that of `watched`
}

TEST_CASE("agenda: all of them are looked at when that is asked for", "[agenda]") {
  WatchedSessions watched;
  for (int i = 0; i < 5; ++i) (void)watched.add();
  (void)watched.run(watched.start, seconds(1));
  watched.agenda.look_at_all();
  CHECK(watched.run(watched.start + seconds(1), seconds(1)) == 5);
}

}  // namespace trunkline::mediaplane
