// SPDX-License-Identifier: MIT

// The many ways calls end, and what the ledger says of each; and that nothing is left of a
// thousand.

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "scenario/sipp_phones.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

TEST_CASE("endings: the ledger tells each way a call ends", "[scenario]") {
  struct Row {
    std::string caller;
    std::string called;
    std::string dialled;
    std::string status;
    std::string disposition;
    int sip_status;
    std::string ended_by;
  };
  const std::vector<Row> rows = {
      {"caller", "called", "102", "", "answered", 200, "caller"},
      {"caller_is_hung_up", "called_hangs_up", "102", "", "answered", 200, "called"},
      {"caller_cancels", "called_rings", "102", "", "cancelled", 487, "caller"},
      {"caller_cancels", "called_answers_cancelled", "102", "", "cancelled", 487, "caller"},
      {"caller_refused", "called_busy", "102", "486", "busy", 486, "called"},
      {"caller_refused", "called_rings", "102", "480", "missed", 480, "system"},
      {"caller_refused", "", "888", "404", "refused", 404, "system"},
      {"caller_refused", "", "103", "480", "refused", 480, "system"},
  };
  Exchange exchange({.settings = {{"sip.ring_timeout", "\"2s\""}}});
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  exchange.add_device("carol", "103");
  const auto dave = exchange.add_device("dave", "104");
  const auto erin = exchange.add_device("erin", "105");
  // This takes half a minute (RFC 3261 section 13.3.1.4), beside the others.
  auto waits = start_called(exchange, erin, "called");
  Sipp never_acks(caller_options(exchange, dave, "caller_without_ack", "105"));

  for (const auto& row : rows) {
    const auto called = row.called.empty() ? nullptr : start_called(exchange, bob, row.called);
    const auto calling =
        Sipp::run(caller_options(exchange, alice, row.caller, row.dialled, row.status));
    INFO(row.caller << " and " << row.called << ": " << calling.errors);
    CHECK(calling.is_good());
    if (called) {
      const auto answered = called->wait();
      INFO(answered.errors);
      CHECK(answered.is_good());
    }
    core::Json call;
    const auto is_told = [&] {
      for (const auto& found : exchange.tool_json("cdrctl", {"list", "--caller", "alice"})) {
        call = found;
        return core::text_at(found, "state") == "ended";
      }
      return false;
    };
    CHECK(wait_until(is_told, kWait));
    INFO(core::to_line(call));
    CHECK(core::text_at(call, "disposition") == row.disposition);
    CHECK(core::number_at(call, "sip_status") == row.sip_status);
    CHECK(core::text_at(call, "ended_by") == row.ended_by);
    CHECK(call.contains("talk_ms") == (row.disposition == "answered"));
  }

  // Wrong credentials are refused and leave no call.
  auto wrong = caller_options(exchange, alice, "caller_refused", "102", "403");
  wrong.password = core::Secret("not the password");
  const auto refused = Sipp::run(std::move(wrong));
  INFO(refused.errors);
  CHECK(refused.is_good());

  CHECK(never_acks.wait().is_good());
  CHECK(waits->wait().is_good());
  const auto calls = ledger_calls(exchange);
  CHECK(calls.size() == rows.size() + 1);
  for (const auto& call : calls) {
    if (core::text_at(call.at("caller"), "name") != "dave") continue;
    INFO(core::to_line(call));
    CHECK(core::text_at(call, "disposition") == "failed");
    CHECK(core::text_at(call, "ended_by") == "system");
  }
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

TEST_CASE("endings: a phone that vanishes is noticed by its silence", "[scenario]") {
  Exchange exchange({.settings = {{"media.timeout", "\"2s\""}}});
  TwoPhones phones(exchange);
  phones.call();
  phones.talk(Milliseconds(500));
  // The other talks on; nothing answers its BYE.
  phones.called().vanish();
  phones.talk(Seconds(1));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  REQUIRE(phones.caller().hang_up());
  REQUIRE(phones.caller().wait_for("CALL_CLOSED", kWait));
  wait_for_recording(exchange, "complete");

  phones.start();
  phones.call();
  phones.talk(Milliseconds(500));
  phones.called().vanish();
  phones.caller().vanish();
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  CHECK(core::text_at(calls.at(1), "disposition") == "answered");
  CHECK(core::text_at(calls.at(1), "ended_by") == "caller");
  INFO(core::to_line(calls.at(0)));
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::text_at(calls.at(0), "ended_by") == "system");
  CHECK(core::number_at(calls.at(0), "talk_ms") >= 500);
  wait_for_recording(exchange, "complete");
  CHECK(wait_until([&] { return is_idle(exchange); }, Seconds(60)));
  check_ledger_is_complete(exchange);
}

TEST_CASE("endings: both hang up at once, and a call that was held", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  phones.talk(kTalk);
  // sipd sleeps while both BYEs arrive.
  REQUIRE(exchange.sipd().signal(SIGSTOP));
  CHECK(phones.caller().hang_up());
  CHECK(phones.called().hang_up());
  CHECK(phones.caller().wait_for("CALL_CLOSED", kWait));
  CHECK(phones.called().wait_for("CALL_CLOSED", kWait));
  phones.talk(kTalk);
  REQUIRE(exchange.sipd().signal(SIGCONT));
  const auto first = ledger_calls(exchange);
  REQUIRE(first.size() == 1);
  CHECK(core::text_at(first.at(0), "disposition") == "answered");
  wait_for_recording(exchange, "complete");

  phones.call();
  phones.talk(Seconds(1));
  REQUIRE(phones.caller().hold());
  phones.talk(Seconds(1));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  REQUIRE(phones.caller().resume());
  phones.talk(Seconds(2));
  phones.hang_up();
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  const auto recording = wait_for_recording(exchange, "complete");
  CHECK(core::text_at(recording, "call") == core::text_at(calls.at(0), "call"));
  const auto file = played(exchange, core::text_at(recording, "recording"));
  // Longer than before the hold: it came back.
  CHECK(read_channel(file, 0).heard_for(kCallerTone) >= Milliseconds(2000));
  CHECK(read_channel(file, 1).heard_for(kCalledTone) >= Milliseconds(2000));
  CHECK(wait_until([&] { return is_idle(exchange); }, Seconds(60)));
  check_ledger_is_complete(exchange);
}

/// Calls of each ending that TRUNKLINE_ENDINGS asks for by night; 0 in a usual run.
unsigned asked_of_each() {
  const char* const said = std::getenv("TRUNKLINE_ENDINGS");
  return said == nullptr ? 0 : static_cast<unsigned>(std::max(4, std::atoi(said)));
}

/// A way that calls end: who plays it, and what the ledger says of each.
struct Ending {
  std::string caller;
  std::string called;  ///< "" where nobody is called
  std::string status;  ///< that the caller expects
  std::string disposition;
  std::string ended_by;
  std::string dialled = {};  ///< "" for the called phone's number
};

/// Plays this many calls of each ending at once, and waits until nothing of them is there.
void play_endings(Exchange& exchange, const std::vector<Ending>& endings,
                  const std::vector<std::pair<TestDevice, TestDevice>>& devices, unsigned calls) {
  constexpr core::Milliseconds kAll = Seconds(900);
  constexpr double kCallsPerSecond = 4;
  std::vector<std::unique_ptr<Sipp>> called;
  std::vector<std::unique_ptr<Sipp>> callers;
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const Ending& ending = endings[i];
    const auto& [from, to] = devices[i];
    if (!ending.called.empty())
      called.push_back(start_called(exchange, to, ending.called, calls, kAll));
    auto options = caller_options(
        exchange, from, ending.caller,
        ending.dialled.empty() ? std::to_string(201 + 2 * i) : ending.dialled, ending.status);
    options.calls = calls;
    options.calls_per_second = kCallsPerSecond;
    options.talk = Milliseconds(ending.disposition == "cancelled" ? 500 : 100);
    options.timeout = kAll;
    callers.push_back(std::make_unique<Sipp>(std::move(options)));
  }
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const auto calling = callers[i]->wait();
    INFO(endings[i].caller << " and " << endings[i].called << ": " << calling.errors);
    CHECK(calling.successful == calls);
  }
  for (const auto& phone : called) {
    const auto answered = phone->wait();
    INFO(answered.errors);
    CHECK(answered.successful == calls);
  }
  REQUIRE(wait_until([&] { return is_idle(exchange); }, Seconds(120)));
  REQUIRE(wait_until([&] { return is_shipped(exchange); }, kWait));
}

/// The calls of a caller that ended otherwise: caller, disposition, who ended them.
std::vector<std::string> other_endings(const Exchange& exchange, const db::Values& so) {
  static constexpr db::Statement kOther{
      "SELECT caller_call_id || ': ' || state || ' ' || coalesce(disposition, '-') || ' by ' ||"
      "       coalesce(ended_by, '-') || ', ' || coalesce(reason, '-') AS ending"
      "  FROM trunkline.cdr"
      " WHERE caller_name = $1 AND (state, disposition, ended_by) IS DISTINCT FROM ('ended', $2, "
      "$3)"
      " LIMIT 10"};
  std::vector<std::string> others;
  auto connection = db::Connection::open({.url = exchange.conninfo()});
  const db::Rows rows = connection.query(kOther, so);
  for (const db::Row row : rows) others.push_back(row.get<std::string>("ending"));
  return others;
}

TEST_CASE("endings: nothing is left of many calls of every ending", "[scenario]") {
  const std::vector<Ending> endings = {
      {"caller", "called", "", "answered", "caller"},
      {"caller_is_hung_up", "called_hangs_up", "", "answered", "called"},
      {"caller_vanishes", "called", "", "answered", "system"},
      {"caller_cancels", "called_rings", "", "cancelled", "caller"},
      {"caller_cancels", "called_answers_cancelled", "", "cancelled", "caller"},
      {"caller_refused", "called_busy", "486", "busy", "called"},
      {"caller_refused", "called_rings", "480", "missed", "system"},
      {"caller_refused", "", "404", "refused", "system", "888"},
      {"caller_refused", "", "480", "refused", "system"},
      {"caller_without_ack", "called", "", "failed", "system"},
  };
  const unsigned asked = asked_of_each();
  const unsigned each = asked == 0 ? 40 : asked;
  // A port that a call has left rests a while before the next may have it.
  Exchange exchange({.settings = {{"sip.ring_timeout", "\"2s\""},
                                  {"media.timeout", "\"3s\""},
                                  {"media.rtp_min", "20000"},
                                  {"media.rtp_max", "31999"}}});
  std::vector<std::pair<TestDevice, TestDevice>> devices;
  for (std::size_t i = 0; i < endings.size(); ++i)
    devices.emplace_back(
        exchange.add_device("caller-" + std::to_string(i), std::to_string(200 + 2 * i)),
        exchange.add_device("called-" + std::to_string(i), std::to_string(201 + 2 * i)));

  // What is opened once and kept (connections, files) is there after a first call; the allocator's
  // pages after some of every ending.
  const unsigned first = asked == 0 ? 1 : each / 4;
  const std::size_t warm = asked == 0 ? 1 : endings.size();
  play_endings(exchange, {endings.begin(), endings.begin() + std::ptrdiff_t(warm)}, devices, first);
  const auto sipd_before = exchange.sipd().open_descriptors();
  const auto recorderd_before = exchange.recorderd().open_descriptors();
  const auto sipd_kib = exchange.sipd().resident_kib();
  const auto recorderd_kib = exchange.recorderd().resident_kib();
  play_endings(exchange, endings, devices, each);
  CHECK(wait_until([&] { return exchange.sipd().open_descriptors() <= sipd_before; }));
  CHECK(wait_until([&] { return exchange.recorderd().open_descriptors() <= recorderd_before; }));
  if (asked > 0) {
    constexpr std::size_t kGrownKib = 4 * 1024;
    CHECK(exchange.sipd().resident_kib() < sipd_kib + kGrownKib);
    // It lists the newest ten thousand recordings, each a text of two kB.
    constexpr std::size_t kRecordingKib = 3;
    static constexpr db::Statement kRecordings{"SELECT count(*) AS n FROM trunkline.recording"};
    const auto recordings = static_cast<std::size_t>(count(exchange, kRecordings));
    CHECK(exchange.recorderd().resident_kib() <
          recorderd_kib + kGrownKib + kRecordingKib * std::min<std::size_t>(recordings, 10'000));
  }

  static constexpr db::Statement kSo{
      "SELECT count(*) AS n FROM trunkline.cdr WHERE state = 'ended' AND caller_name = $1"
      " AND disposition = $2 AND ended_by = $3"};
  for (std::size_t i = 0; i < endings.size(); ++i) {
    INFO(endings[i].caller << " and " << endings[i].called);
    const db::Values so{"caller-" + std::to_string(i), endings[i].disposition, endings[i].ended_by};
    CHECK(other_endings(exchange, so).empty());
    CHECK(count(exchange, kSo, so) == each + (i < warm ? first : 0));
  }
  static constexpr db::Statement kAll{"SELECT count(*) AS n FROM trunkline.cdr"};
  CHECK(count(exchange, kAll) == each * std::ssize(endings) + first * std::int64_t(warm));
  static constexpr db::Statement kUnrecorded{
      "SELECT count(*) AS n FROM trunkline.cdr c LEFT JOIN trunkline.recording r"
      " ON r.recording = c.recording"
      " WHERE c.disposition = 'answered' AND r.status IS DISTINCT FROM 'complete'"};
  CHECK(count(exchange, kUnrecorded) == 0);
  static constexpr db::Statement kRunning{
      "SELECT count(*) AS n FROM trunkline.recording WHERE status = 'recording'"};
  CHECK(count(exchange, kRunning) == 0);
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
