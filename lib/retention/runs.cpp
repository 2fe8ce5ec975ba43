// SPDX-License-Identifier: MIT
#include "retention/runs.h"

#include "os/host_name.h"

namespace trunkline::retention {
namespace {

Run run_of(const db::Row& row) {
  const auto number = [&](std::string_view column) { return row.get<std::int64_t>(column); };
  return {.id = row.get<core::Uuid>("run"),
          .kind = row.get<std::string>("kind"),
          .who = row.get<std::string>("who"),
          .host = row.get<std::string>("host"),
          .started_at = row.get<core::Time>("started_at"),
          .finished_at = row.get<std::optional<core::Time>>("finished_at"),
          .outcome = row.get<std::optional<std::string>>("outcome").value_or(""),
          .recordings = number("recordings"),
          .calls = number("calls"),
          .bytes = number("bytes"),
          .withheld = number("withheld"),
          .missing = number("missing"),
          .failed = number("failed"),
          .message = row.get<std::string>("message")};
}

std::vector<Run> select_runs(db::Connection& connection, const db::Values& values) {
  static constexpr db::Statement kSelect{
      "SELECT run, kind, who, host, started_at, finished_at, outcome, recordings, calls, bytes,"
      "       withheld, missing, failed, message FROM trunkline.erasure_run"
      " WHERE ($1::uuid IS NULL OR run = $1) AND ($2::text IS NULL OR kind = $2)"
      " ORDER BY started_at DESC, run DESC LIMIT $3"};
  std::vector<Run> runs;
  for (const db::Row row : connection.query(kSelect, values)) runs.push_back(run_of(row));
  return runs;
}

}  // namespace

std::vector<Run> last_runs(db::Connection& connection, RunKind kind, std::uint64_t limit) {
  return select_runs(connection, {std::nullopt, name_of(kind), limit});
}

std::optional<Run> find_run(db::Connection& connection, const core::Uuid& id) {
  auto runs = select_runs(connection, {id, std::nullopt, 1});
  if (runs.empty()) return std::nullopt;
  return std::move(runs.front());
}

core::Json to_json(const Run& run) {
  core::Json json{{"run", run.id.text()},
                  {"kind", run.kind},
                  {"who", run.who},
                  {"host", run.host},
                  {"started_at", core::to_rfc3339(run.started_at)}};
  if (run.finished_at) json["finished_at"] = core::to_rfc3339(*run.finished_at);
  json["outcome"] = run.outcome.empty() ? "running" : run.outcome;
  json["recordings"] = run.recordings;
  json["calls"] = run.calls;
  json["bytes"] = run.bytes;
  json["withheld"] = run.withheld;
  json["missing"] = run.missing;
  json["failed"] = run.failed;
  if (!run.message.empty()) json["message"] = run.message;
  return json;
}

void begin_run(db::Connection& connection, const core::Uuid& id, RunKind kind, core::Time now) {
  static constexpr db::Statement kBegin{"SELECT trunkline.erasure_begin($1, $2, $3, $4)"};
  connection.query(kBegin, {id, name_of(kind), os::host_name(), now});
}

void end_run(db::Connection& connection, const core::Uuid& id, core::Time now, const RunEnd& end) {
  static constexpr db::Statement kEnd{"SELECT trunkline.erasure_end($1, $2, $3, $4, $5, $6, $7)"};
  const std::string& message = end.message.empty() ? end.erased.first_fault : end.message;
  connection.query(
      kEnd, {id, now, end.outcome, end.withheld, end.erased.missing, end.erased.failed, message});
}

}  // namespace trunkline::retention
