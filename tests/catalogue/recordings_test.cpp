// SPDX-License-Identifier: MIT
#include "catalogue/recordings.h"

#include "support/ledger_rows.h"

namespace trunkline::catalogue {
namespace {

using core::Json;

core::Time at(std::int64_t seconds) {
  return core::from_microseconds(1'763'712'000'000'000 + seconds * 1'000'000);
}

struct Ledger {
  test::Database database;
  test::LedgerRows rows{database};
  db::Connection connection = database.open();
  core::TenantId tenant = core::TenantId::make(at(0));

  struct Made {
    core::RecordingId recording;
    core::CallRef call;
  };
  Made add(std::int64_t second, const std::string& caller, const std::string& status) {
    const Made made{core::RecordingId::make(at(second)), core::CallRef::make(at(second))};
    rows.add("call.started", tenant, made.call,
             {{"schema", "call.v1"},
              {"direction", "internal"},
              {"caller", {{"number", caller}, {"call_id", "in-" + std::to_string(second)}}},
              {"called", {{"dialled", "199"}}},
              {"state", "connected"},
              {"started_at", core::to_rfc3339(at(second))}});
    Json body{{"schema", "recording.v1"},
              {"recording", made.recording.text()},
              {"call", made.call.text()},
              {"tenant", tenant.text()},
              {"path", "2025/11/21/recording_x.wav.enc"},
              {"key_id", "k1"},
              {"codec", "mulaw"},
              {"channels", 2},
              {"sample_rate", 8000},
              {"segment_ms", 2000},
              {"status", status},
              {"started_at", core::to_rfc3339(at(second))},
              {"legs", Json::array({{{"leg", "caller"}, {"packets_received", 100}}})}};
    if (status == "complete") {
      body["ended_at"] = core::to_rfc3339(at(second + 5));
      body["duration_ms"] = 5000;
      body["bytes"] = 80'256;
    }
    rows.add(status == "failed" ? "recording.failed" : "recording.finished", tenant, made.call,
             body);
    return made;
  }
  std::vector<core::RecordingId> list(const Filter& filter) {
    std::vector<core::RecordingId> recordings;
    for_each_recording(connection, filter, [&](const Recording& recording) {
      recordings.push_back(recording.recording);
      return true;
    });
    return recordings;
  }
};

}  // namespace

TEST_CASE("recordings are listed newest first and narrowed by filters", "[catalogue]") {
  Ledger ledger;
  const auto first = ledger.add(1, "101", "complete").recording;
  const auto second = ledger.add(2, "102", "failed").recording;
  const auto third = ledger.add(3, "101", "recording").recording;
  using Recordings = std::vector<core::RecordingId>;
  CHECK(ledger.list({}) == Recordings{third, second, first});
  CHECK(ledger.list({.limit = 1}) == Recordings{third});
  CHECK(ledger.list({.number = "101"}) == Recordings{third, first});
  CHECK(ledger.list({.status = "failed"}) == Recordings{second});
  CHECK(ledger.list({.since = at(2), .until = at(3)}) == Recordings{second});
  CHECK(ledger.list({.tenant = core::TenantId::make(at(9))}).empty());
}

TEST_CASE("a recording is found by its id, its call, a number and last", "[catalogue]") {
  Ledger ledger;
  const auto first = ledger.add(1, "101", "complete");
  const auto second = ledger.add(2, "102", "complete");
  for (const std::string& which :
       {first.recording.text(), first.recording.text().substr(28), first.call.text(),
        first.call.text().substr(28), std::string("101"), std::string("in-1")}) {
    CAPTURE(which);
    CHECK(find_recording(ledger.connection, which).value().recording == first.recording);
  }
  CHECK(find_recording(ledger.connection, "last").value().recording == second.recording);
  CHECK(find_recording(ledger.connection, "199").value().recording == second.recording);
  CHECK(find_recording(ledger.connection, "777").error() ==
        core::Fault{core::ExitCode::no_input, "cannot find recording '777'",
                    "give an id or its end, its call, a number or last: cdrctl recording list"});
}

TEST_CASE("a recording tells all that was journaled, with the parties of its call", "[catalogue]") {
  Ledger ledger;
  const auto made = ledger.add(1, "101", "complete");
  const Recording recording = find_recording(ledger.connection, "last").value();
  CHECK(recording.call == made.call);
  CHECK(recording.caller == "101");
  CHECK(recording.called == "199");
  CHECK(recording.duration_ms == 5000);
  CHECK(recording.bytes == 80'256);
  CHECK(recording.codec == "mulaw");
  CHECK(recording.legs.size() == 1);

  // What recorderd answers by itself reads the same, but for the parties.
  Recording read = parse_recording(to_json(recording)).value();
  read.caller = recording.caller;
  read.called = recording.called;
  CHECK(to_json(read) == to_json(recording));
  CHECK_FALSE(parse_recording(Json::object()));
  CHECK_FALSE(parse_recording(Json::array()));
}

TEST_CASE("accesses are listed in the order they happened", "[catalogue]") {
  Ledger ledger;
  const auto made = ledger.add(1, "101", "complete");
  for (const char* why : {"complaint 1", "complaint 2"}) {
    ledger.rows.add("recording.accessed", ledger.tenant, made.call,
                    {{"schema", "access.v1"},
                     {"recording", made.recording.text()},
                     {"who", "uid:0 root"},
                     {"why", why},
                     {"from", "pid 1"},
                     {"at", "2025-11-21T09:00:00Z"}});
  }
  const std::vector<Access> accesses = accesses_of(ledger.connection, made.recording);
  REQUIRE(accesses.size() == 2);
  CHECK(accesses[0].why == "complaint 1");
  CHECK(accesses[1].why == "complaint 2");
  CHECK(accesses[1].who == "uid:0 root");
  CHECK(core::to_rfc3339(accesses[1].at) == "2025-11-21T09:00:00.000000Z");
}

}  // namespace trunkline::catalogue
