// SPDX-License-Identifier: MIT
#pragma once

// Two phones of an exchange and what the ledger says of their calls: what the tests of
// tests/scenario that hurt the exchange share.

#include <catch2/catch.hpp>

#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "db/connection.h"
#include "support/exchange.h"
#include "support/sound.h"

namespace trunkline::test {

/// Waiting ends as soon as it may; this long only where something is wrong.
inline constexpr core::Milliseconds kWait = core::Seconds(30);

class TwoPhones {
 public:
  explicit TwoPhones(Exchange& exchange)
      : exchange_(exchange),
        alice_(exchange.add_device("alice", "101")),
        bob_(exchange.add_device("bob", "102")) {
    start();
  }

  /// Anew, after vanish() or with a database that is gone.
  void start() {
    caller_.emplace(exchange_.start_phone(alice_, kCallerTone));
    called_.emplace(exchange_.start_phone(bob_, kCalledTone));
  }
  softphone::Phone& caller() { return *caller_; }
  softphone::Phone& called() { return *called_; }
  const TestDevice& alice() const { return alice_; }
  const TestDevice& bob() const { return bob_; }

  /// Until both phones talk; they do until hang_up().
  void call() {
    caller().forget_events();
    called().forget_events();
    REQUIRE(caller().dial("102"));
    REQUIRE(caller().wait_for("CALL_ESTABLISHED", kWait));
    REQUIRE(called().wait_for("CALL_ESTABLISHED", kWait));
  }
  /// Sound needs time, there is nothing to wait for.
  static void talk(core::Milliseconds length) { std::this_thread::sleep_for(length); }
  void hang_up() {
    REQUIRE(caller().hang_up());
    REQUIRE(called().wait_for("CALL_CLOSED", kWait));
  }
  void whole_call(core::Milliseconds length = core::Milliseconds(500)) {
    call();
    talk(length);
    hang_up();
  }

 private:
  Exchange& exchange_;
  TestDevice alice_;
  TestDevice bob_;
  std::optional<softphone::Phone> caller_;
  std::optional<softphone::Phone> called_;
};

inline std::int64_t count(const Exchange& exchange, db::Statement question,
                          const db::Values& values = {}) {
  auto connection = db::Connection::open({.url = exchange.conninfo()});
  return connection.query(question, values).only().get<std::int64_t>("n");
}

/// Whether everything that happened so far is in the ledger, once.
inline bool is_shipped(const Exchange& exchange) {
  const auto sipd = exchange.ask_sipd("status").at(0);
  const auto recorderd = exchange.ask_recorderd("status").at(0);
  // The writer's last entries come a moment after the end of a call.
  const auto& writer = recorderd.at("writer");
  if (writer.at("calls") > recorderd.at("sessions")) return false;
  if (writer.at("recordings") > recorderd.at("recordings_running")) return false;
  std::int64_t last = 0;
  for (const auto& status : {sipd, recorderd}) {
    if (status.at("journal").at("queued") != 0) return false;
    last += core::number_at(status.at("journal"), "last");
  }
  static constexpr db::Statement kEntries{
      "SELECT coalesce(sum(watermark), 0)::bigint AS n FROM trunkline.ledger_node"};
  return count(exchange, kEntries) == last;
}

/// Asserts that the ledger is the journals: all of them, nothing twice, nothing refused.
inline void check_ledger_is_complete(const Exchange& exchange) {
  REQUIRE(wait_until([&] { return is_shipped(exchange); }, kWait));
  static constexpr db::Statement kMissing{
      "SELECT coalesce(sum(watermark), 0)::bigint - (SELECT count(*) FROM trunkline.ledger_entry)"
      " AS n FROM trunkline.ledger_node"};
  static constexpr db::Statement kNodes{"SELECT count(*) AS n FROM trunkline.ledger_node"};
  static constexpr db::Statement kRejected{"SELECT count(*) AS n FROM trunkline.ledger_rejected"};
  static constexpr db::Statement kEndings{
      "SELECT count(*) - count(DISTINCT call) AS n FROM trunkline.ledger_entry WHERE kind = "
      "'call.ended'"};
  CHECK(count(exchange, kMissing) == 0);
  CHECK(count(exchange, kNodes) == 2);
  CHECK(count(exchange, kRejected) == 0);
  CHECK(count(exchange, kEndings) == 0);
}

/// The calls of the ledger, newest first, once the last entry is there.
inline std::vector<core::Json> ledger_calls(const Exchange& exchange) {
  REQUIRE(wait_until(
      [&] { return exchange.ask_sipd("status").at(0).at("calls") == 0 && is_shipped(exchange); },
      kWait));
  return exchange.tool_json("cdrctl", {"list"});
}

/// Waits until recorderd says this of its newest recording, and returns it.
inline core::Json wait_for_recording(const Exchange& exchange, const std::string& status) {
  core::Json newest;
  const bool is_so = wait_until(
      [&] {
        const auto found = exchange.ask_recorderd("recording.list", {{"limit", 1}});
        if (found.empty()) return false;
        newest = found.front();
        return core::text_at(newest, "status") == status;
      },
      kWait);
  INFO(core::to_line(newest));
  REQUIRE(is_so);
  return newest;
}

/// The recording as `cdrctl recording cat` gives it, in a file of the exchange's directory.
inline std::filesystem::path played(const Exchange& exchange, const std::string& recording) {
  const auto output = exchange.tool("cdrctl", {"recording", "cat", recording});
  INFO(output.errors);
  REQUIRE(output.exit.is_success());
  const auto path = exchange.directory() / (recording + ".wav");
  std::ofstream(path, std::ios::binary) << output.output;
  return path;
}

/// A call of two seconds, from dialling to its end.
inline void talk_for_a_while(softphone::Phone& caller, softphone::Phone& called,
                             const std::string& dialled) {
  REQUIRE(caller.dial(dialled));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  TwoPhones::talk(core::Seconds(2));
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));
}

/// Of each voice, at an ear and on its channel, after talk_for_a_while().
inline constexpr core::Milliseconds kHeardAtLeast{1000};

inline void check_they_heard_each_other(const softphone::Phone& caller,
                                        const softphone::Phone& called) {
  REQUIRE(caller.heard());
  REQUIRE(called.heard());
  CHECK(read_channel(*caller.heard()).heard_for(kCalledTone) >= kHeardAtLeast);
  CHECK(read_channel(*called.heard()).heard_for(kCallerTone) >= kHeardAtLeast);
}

inline void check_both_are_recorded(const Exchange& exchange) {
  const auto recording = wait_for_recording(exchange, "complete");
  const auto sound = played(exchange, core::text_at(recording, "recording"));
  CHECK(read_channel(sound, 0).heard_for(kCallerTone) >= kHeardAtLeast);
  CHECK(read_channel(sound, 1).heard_for(kCalledTone) >= kHeardAtLeast);
}

}  // namespace trunkline::test
