// SPDX-License-Identifier: MIT
#pragma once

// A site in which things are erased: ledger, key store, files, erasure journal, and what of each
// recording is left in them.

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <set>
#include <vector>

#include "catalogue/audit.h"
#include "retention/runs.h"
#include "retention/sweep.h"
#include "storage/file.h"
#include "support/database.h"
#include "support/fake_clock.h"
#include "support/ledger_rows.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

struct Recorded {
  core::CallRef call = {};
  core::RecordingId recording = {};
  std::string path = {};
};

/// What is left of a recording.
struct Traces {
  bool has_key = false;
  bool has_file = false;
  bool is_erased = false;    ///< its row says so
  std::int64_t audited = 0;  ///< how often the audit log says that it was erased
  bool operator==(const Traces&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Traces& traces) {
  return out << "{key " << traces.has_key << ", file " << traces.has_file << ", erased "
             << traces.is_erased << ", audited " << traces.audited << "}";
}
inline constexpr Traces kWhole{.has_key = true, .has_file = true};
inline constexpr Traces kGone{.is_erased = true, .audited = 1};

class ErasingWorld {
 public:
  explicit ErasingWorld(core::Time now = FakeClock().wall()) : clock(now) {
    static constexpr db::Statement kTenant{
        "INSERT INTO trunkline.tenant (id, name, domain) VALUES ($1, 'acme', 'acme.example')"};
    operators.query(kTenant, {tenant});
    std::filesystem::create_directories(root());
  }

  std::filesystem::path root() const { return directory.path() / "recordings"; }
  std::filesystem::path file_of(const Recorded& one) const { return root() / one.path; }

  /// A call that ended so many days ago, with its recording.
  Recorded add(int days_ago, const std::string& caller = "+15550100",
               const std::string& dialled = "199") {
    const core::Time at = clock.wall() - core::Seconds(86'400LL * days_ago + 60);
    Recorded made{.call = core::CallRef::make(at), .recording = core::RecordingId::make(at)};
    const std::string time = core::to_rfc3339(at);
    made.path = fmt::format("{}/{}/{}/recording_{}.wav.enc", time.substr(0, 4), time.substr(5, 2),
                            time.substr(8, 2), made.recording.text());
    rows.add("call.ended", tenant, made.call,
             {{"schema", "call.v1"},
              {"direction", "internal"},
              {"caller", {{"number", caller}, {"name", "Jane"}}},
              {"called", {{"dialled", dialled}}},
              {"state", "ended"},
              {"disposition", "answered"},
              {"started_at", time},
              {"ended_at", time}});
    rows.add("recording.finished", tenant, made.call,
             {{"schema", "recording.v1"},
              {"recording", made.recording.text()},
              {"call", made.call.text()},
              {"tenant", tenant.text()},
              {"path", made.path},
              {"key_id", "k"},
              {"status", "complete"},
              {"started_at", time},
              {"ended_at", time},
              {"duration_ms", 5000},
              {"bytes", 1000},
              {"legs", core::Json::array()}});
    std::filesystem::create_directories(file_of(made).parent_path());
    std::ofstream(file_of(made)) << "sealed";
    REQUIRE(keys.create_key(made.recording, clock.wall()).has_value());
    return made;
  }

  /// Of each, in their order: one look at the audit log for all of them.
  std::vector<Traces> traces_of(const std::vector<Recorded>& all) {
    static constexpr db::Statement kAudited{
        "SELECT id::uuid AS id, count(*) AS audited FROM trunkline.audit_log a,"
        "  json_array_elements_text(a.detail::json -> 'recordings') AS id"
        " WHERE a.event = 'recording.erased' GROUP BY id"};
    static constexpr db::Statement kErased{
        "SELECT recording FROM trunkline.recording WHERE status = 'erased'"};
    std::map<core::Uuid, std::int64_t> audited;
    const db::Rows lines = operators.query(kAudited);
    for (const db::Row row : lines)
      audited[row.get<core::Uuid>("id")] = row.get<std::int64_t>("audited");
    std::set<core::Uuid> erased;
    const db::Rows gone = operators.query(kErased);
    for (const db::Row row : gone) erased.insert(row.get<core::Uuid>("recording"));
    std::vector<Traces> traces;
    for (const Recorded& one : all) {
      const core::Uuid id = one.recording.uuid();
      const auto found = audited.find(id);
      traces.push_back({.has_key = keys.has_key(one.recording),
                        .has_file = std::filesystem::exists(file_of(one)),
                        .is_erased = erased.contains(id),
                        .audited = found == audited.end() ? 0 : found->second});
    }
    return traces;
  }
  Traces traces_of(const Recorded& one) { return traces_of(std::vector{one}).front(); }
  bool has_call(const core::CallRef& call) {
    static constexpr db::Statement kCall{
        "SELECT count(*) AS count FROM trunkline.cdr WHERE call = $1"};
    return operators.query(kCall, {call}).only().get<std::int64_t>("count") > 0;
  }
  std::int64_t count(db::Statement statement) {
    return operators.query(statement).only().get<std::int64_t>("count");
  }
  bool is_audit_whole() {
    catalogue::AuditProof proof;
    catalogue::for_each_audit_entry(operators, {.is_oldest_first = true, .limit = 0},
                                    [&](const catalogue::AuditEntry& entry) {
                                      proof.take(entry);
                                      return true;
                                    });
    return !proof.first_broken();
  }

  /// What one process that erases has.
  struct Process {
    Process(const std::filesystem::path& directory, const db::Options& options, core::Time now)
        : clock(now),
          journal(core::value_or_throw(retention::ErasureJournal::open(directory / "state"))),
          database(db::Connection::open(options)),
          keys(directory / "keys.db"),
          location(core::value_or_throw(storage::open_file(directory / "recordings"))) {}
    explicit Process(const ErasingWorld& world)
        : Process(world.directory.path(), world.database.options("trunkline_retention"),
                  world.clock.wall()) {}
    retention::EraserParts parts() {
      return {.database = database,
              .keys = &keys,
              .recordings = *location,
              .journal = journal,
              .clock = clock,
              .passed = passed};
    }
    /// As the verb does: what was begun, then a run.
    retention::Erased sweep(const retention::SweepOptions& options = {}) {
      const core::Time now = clock.wall();
      const auto run = core::Uuid::make(now);
      retention::Elsewhere elsewhere;
      retention::Erased erased = retention::resume(parts(), now, options.fallback, elsewhere);
      retention::begin_run(database, run, retention::RunKind::sweep, now);
      const retention::Planner planner(retention::load_rules(database, options.fallback));
      erased += retention::sweep(parts(), run, now, options,
                                 retention::survey(database, planner, now, elsewhere), elsewhere);
      retention::end_run(database, run, now, {.outcome = "done", .erased = erased});
      return erased;
    }
    FakeClock clock;
    retention::ErasureJournal journal;
    db::Connection database;
    keystore::KeyStore keys;
    std::unique_ptr<storage::Location> location;
    std::function<void(retention::Step)> passed;
  };

  FakeClock clock;
  Database database;
  TemporaryDirectory directory;
  LedgerRows rows{database};
  db::Connection operators = database.open();
  core::TenantId tenant = core::TenantId::make(clock.wall());
  keystore::KeyStore keys{directory.path() / "keys.db", keystore::KeyRing::generate(clock.wall())};
};

}  // namespace trunkline::test
