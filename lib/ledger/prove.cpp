// SPDX-License-Identifier: MIT
#include "ledger/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "db/transaction.h"
#include "journal/entry.h"
#include "journal/reader.h"

namespace trunkline::ledger {
namespace {

constexpr std::int64_t kPage = 2'000;
// A month's calls are compared in one statement.
constexpr core::Milliseconds kTimeout = std::chrono::minutes(30);

// Rejected entries are part of the chain, byte for byte.
constexpr db::Statement kEntries{
    "SELECT seq, at, kind, tenant_id, call, body, hash FROM ("
    " (SELECT seq, at, kind, tenant_id, call, convert_to(body::text, 'UTF8') AS body, hash"
    "    FROM trunkline.ledger_entry WHERE node_id = $1 AND seq > $2 ORDER BY seq LIMIT $3)"
    " UNION ALL"
    " (SELECT seq, at, kind, tenant_id, call, body, hash"
    "    FROM trunkline.ledger_rejected WHERE node_id = $1 AND seq > $2 ORDER BY seq LIMIT $3)"
    ") AS taken ORDER BY seq LIMIT $3"};

// What erased entries were, by the audit log: it is chained itself, so that nobody hides a change
// behind the mark of an erasure.
constexpr db::Statement kErased{
    "SELECT (entry ->> 1)::bigint AS seq, decode(entry ->> 2, 'hex') AS hash, a.seq AS line"
    "  FROM trunkline.audit_log a, json_array_elements(a.detail::json -> 'entries') AS entry"
    " WHERE a.object = ANY ($2) AND a.event IN ('call.erased', 'call.masked')"
    "   AND (entry ->> 0)::uuid = $1"};
constexpr std::string_view kErasedBody = R"({"schema":"erased.v1",)";

bool is_erased(core::ByteView body) {
  return core::as_text(body).starts_with(kErasedBody);
}

/// Counts holes on their way to whoever listens.
class Report {
 public:
  explicit Report(const Tell& tell) : tell_(tell) {}
  void add(const Proved& proved) {
    if (is_hole(proved.finding)) ++holes_;
    tell_(proved);
  }
  std::uint64_t holes() const noexcept { return holes_; }

 private:
  const Tell& tell_;
  std::uint64_t holes_ = 0;
};

struct Node {
  core::NodeId id;
  std::string daemon;
  std::int64_t watermark = 0;
  core::Bytes last_hash;
};

/// Numbers whose absence has a reason.
struct Gap {
  Finding finding = Finding::accepted;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string detail;
};

std::vector<Gap> accepted_gaps(db::Connection& connection, core::NodeId node) {
  static constexpr db::Statement kGaps{
      "SELECT (detail::json ->> 'from')::bigint AS first, (detail::json ->> 'to')::bigint AS last,"
      "       who, why FROM trunkline.audit_log"
      " WHERE object = $1 AND event = 'ledger.gap_accepted' ORDER BY seq"};
  std::vector<Gap> gaps;
  for (const db::Row row : connection.query(kGaps, {node})) {
    gaps.push_back({Finding::accepted, row.get<std::int64_t>("first"),
                    row.get<std::int64_t>("last"),
                    fmt::format("accepted by {}: {}", row.get<std::string>("who"),
                                row.get<std::string>("why"))});
  }
  return gaps;
}

/// One node's numbers and links, from its first entry to its watermark.
class Walk {
 public:
  Walk(db::Connection& connection, const Node& node, ArchivedEntries& archived, Report& report)
      : connection_(connection),
        node_(node),
        archived_(archived),
        report_(report),
        gaps_(accepted_gaps(connection, node.id)),
        link_(journal::first_link(node.id)) {
    for (auto& [first, last, why] : archived.unread(node.id))
      gaps_.push_back({Finding::archived, first, last, std::move(why)});
    std::ranges::sort(gaps_, {}, &Gap::first);
  }

  void run() {
    const std::uint64_t before = report_.holes();
    for (bool is_more = true; is_more;) {
      const db::Rows rows = connection_.query(kEntries, {node_.id, number_, kPage});
      attested_.clear();
      look_up_erased(erased_calls(rows));
      for (const db::Row row : rows) look_at(row);
      is_more = rows.size() == kPage;
    }
    if (number_ < node_.watermark) read_archived(node_.watermark);
    tell_erased();
    if (number_ < node_.watermark) {
      skip(node_.watermark + 1, std::nullopt);
    } else if (number_ > node_.watermark) {
      tell(Finding::end, node_.watermark + 1, number_, std::nullopt,
           "entries beyond the number that was shipped last");
    }
    if (number_ == node_.watermark && is_linked_ && !std::ranges::equal(link_, node_.last_hash)) {
      tell(Finding::end, number_, number_, std::nullopt,
           "the chain ends with another hash than was shipped");
    }
    if (report_.holes() == before) tell(Finding::intact, first_, number_, at_, {});
  }

 private:
  void look_at(const db::Row& row) {
    const auto number = row.get<std::int64_t>("seq");
    const auto at = row.get<core::Time>("at");
    if (number == number_) {
      return tell(Finding::changed, number, number, at, "the number is there twice");
    }
    if (number != number_ + 1) read_archived(number - 1);
    const auto body = row.get<core::Bytes>("body");
    take(number,
         {.kind = row.get<std::string>("kind"),
          .tenant = row.get<core::TenantId>("tenant_id"),
          .call = row.get<core::CallRef>("call"),
          .body = std::string(core::as_text(body)),
          .at = at},
         row.get<core::Bytes>("hash"));
  }

  /// Numbers up to `last` that are not in PostgreSQL may be in archived months.
  void read_archived(std::int64_t last) {
    archived_.for_each(node_.id, number_ + 1, last, [&](const journal::StoredEntry& stored) {
      if (is_erased(core::as_bytes(stored.entry.body))) look_up_erased({stored.entry.call.uuid()});
      take(static_cast<std::int64_t>(stored.sequence.value()), stored.entry, stored.hash);
    });
  }

  void take(std::int64_t number, const journal::Entry& entry, core::ByteView hash) {
    const core::Time at = entry.at;
    const bool was_erased = is_erased(core::as_bytes(entry.body));
    if (!was_erased || number != number_ + 1) tell_erased();
    if (number != number_ + 1) skip(number, at);
    const auto sequence = journal::Sequence(static_cast<std::uint64_t>(number));
    // Behind a gap there is nothing to compare the first link with.
    if (was_erased) {
      look_at_erased(number, at, hash);
    } else if (is_linked_ &&
               !std::ranges::equal(journal::next_link(link_, sequence, entry), hash)) {
      tell(Finding::changed, number, number, at,
           fmt::format("{}: the entry or its hash is not what was written", entry.kind));
    }
    is_linked_ = hash.size() == link_.size();
    if (is_linked_) std::ranges::copy(hash, link_.begin());
    if (first_ == 0) first_ = number;
    number_ = number;
    at_ = at;
  }

  static std::vector<core::Uuid> erased_calls(const db::Rows& rows) {
    std::vector<core::Uuid> calls;
    for (const db::Row row : rows)
      if (is_erased(row.get<core::Bytes>("body"))) calls.push_back(row.get<core::Uuid>("call"));
    return calls;
  }

  /// What the audit log says of these calls' entries that carry the mark of an erasure.
  void look_up_erased(const std::vector<core::Uuid>& calls) {
    if (calls.empty()) return;
    const std::span<const core::Uuid> all(calls);
    for (const db::Row row : connection_.query(kErased, {node_.id, db::Value::array(all)}))
      attested_[row.get<std::int64_t>("seq")] = {row.get<core::Bytes>("hash"),
                                                 row.get<std::int64_t>("line")};
  }

  /// The link to it cannot be computed any more; the one from it can, by the hash that stayed.
  void look_at_erased(std::int64_t number, core::Time at, core::ByteView hash) {
    const auto found = attested_.find(number);
    if (found == attested_.end() || !std::ranges::equal(found->second.hash, hash)) {
      tell_erased();
      return tell(Finding::changed, number, number, at,
                  "it is marked as erased, but the audit log knows of no such erasure");
    }
    if (first_erased_ == 0) first_erased_ = number;
    last_erased_ = number;
    erased_line_ = found->second.line;
  }

  void tell_erased() {
    if (first_erased_ != 0)
      tell(Finding::erased, first_erased_, last_erased_, std::nullopt,
           fmt::format("erased: line {} of the audit log", erased_line_));
    first_erased_ = 0;
  }

  /// Numbers up to the one before `next` are not there.
  void skip(std::int64_t next, std::optional<core::Time> before) {
    tell_erased();
    std::int64_t from = number_ + 1;
    for (const Gap& gap : gaps_) {
      if (gap.last < from || gap.first >= next) continue;
      if (gap.first > from) tell(Finding::missing, from, gap.first - 1, before, {});
      tell(gap.finding, std::max(from, gap.first), std::min(gap.last, next - 1), before,
           gap.detail);
      from = gap.last + 1;
    }
    if (from < next) tell(Finding::missing, from, next - 1, before, {});
    number_ = next - 1;
    is_linked_ = false;
  }

  void tell(Finding finding, std::int64_t first, std::int64_t last,
            std::optional<core::Time> before, std::string detail) {
    report_.add({.finding = finding,
                 .node = node_.id,
                 .daemon = node_.daemon,
                 .first = first,
                 .last = last,
                 .after = at_,
                 .before = before,
                 .detail = std::move(detail)});
  }

  db::Connection& connection_;
  const Node& node_;
  ArchivedEntries& archived_;
  Report& report_;
  std::vector<Gap> gaps_;
  journal::ChainHash link_;
  bool is_linked_ = true;
  std::int64_t first_ = 0;
  std::int64_t number_ = 0;
  std::optional<core::Time> at_;

  struct Attested {
    core::Bytes hash;
    std::int64_t line = 0;
  };
  std::map<std::int64_t, Attested> attested_;  ///< of one page, and of what is archived before it
  std::int64_t first_erased_ = 0;              ///< of a run of erased entries; 0: none
  std::int64_t last_erased_ = 0;
  std::int64_t erased_line_ = 0;
};

std::vector<Node> nodes_of(db::Connection& connection) {
  // Entries of a node whose own row is gone are found, too.
  static constexpr db::Statement kNodes{
      "SELECT n.node_id, n.daemon, n.watermark, n.last_hash FROM trunkline.ledger_node n"
      " UNION ALL"
      " SELECT e.node_id, 'unknown', 0, sha256('') FROM (SELECT DISTINCT node_id"
      "   FROM trunkline.ledger_entry) AS e"
      "  WHERE NOT EXISTS (SELECT FROM trunkline.ledger_node n WHERE n.node_id = e.node_id)"
      " ORDER BY 2, 1"};
  std::vector<Node> nodes;
  for (const db::Row row : connection.query(kNodes)) {
    nodes.push_back({row.get<core::NodeId>("node_id"), row.get<std::string>("daemon"),
                     row.get<std::int64_t>("watermark"), row.get<core::Bytes>("last_hash")});
  }
  return nodes;
}

void tell_calls(db::Connection& connection, db::Statement statement, Finding finding,
                std::string_view what, Report& report) {
  for (const db::Row row : connection.query(statement)) {
    const auto number = row.get<std::int64_t>("seq");
    report.add({.finding = finding,
                .node = row.get<core::NodeId>("node_id"),
                .daemon = "sipd",
                .first = number,
                .last = number,
                .before = row.get<core::Time>("at"),
                .detail = fmt::format("call {}: {}", row.get<core::CallRef>("call").text(), what)});
  }
}

void prove_calls(db::Connection& connection, Report& report) {
  static constexpr db::Statement kUnlisted{
      "SELECT DISTINCT ON (e.call) e.node_id, e.seq, e.at, e.call FROM trunkline.ledger_entry e"
      "  LEFT JOIN trunkline.cdr c ON c.call = e.call"
      " WHERE e.kind LIKE 'call.%'"
      // The row of a call that began before midnight of the first goes with its month.
      "   AND NOT EXISTS (SELECT FROM trunkline.archive a WHERE a.table_name = 'cdr'"
      "         AND a.restored_at IS NULL"
      "         AND (e.body ->> 'started_at')::timestamptz >= a.month::timestamp AT TIME ZONE 'UTC'"
      "         AND (e.body ->> 'started_at')::timestamptz"
      "             < (a.month + interval '1 month')::timestamp AT TIME ZONE 'UTC')"
      "   AND (c.call IS NULL OR c.node_id = e.node_id AND c.seq < e.seq)"
      "   AND e.body ->> 'schema' IS DISTINCT FROM 'erased.v1'"
      " ORDER BY e.call, e.seq DESC"};
  // Imported calls never had an entry, but a batch. The last entry of a call that began in a month
  // which is here can be in an archived one only where somebody's clock was set.
  static constexpr db::Statement kUnfounded{
      "SELECT c.node_id, c.seq, c.entry_at AS at, c.call FROM trunkline.cdr c"
      " WHERE NOT EXISTS (SELECT FROM trunkline.import_batch b WHERE b.id = c.import_batch"
      "                      AND c.node_id = '00000000-0000-0000-0000-000000000000')"
      "   AND NOT EXISTS (SELECT FROM trunkline.archive a WHERE a.table_name = 'ledger_entry'"
      "         AND a.restored_at IS NULL AND c.entry_at >= a.month::timestamp AT TIME ZONE 'UTC'"
      "         AND c.entry_at < (a.month + interval '1 month')::timestamp AT TIME ZONE 'UTC')"
      "   AND NOT EXISTS (SELECT FROM trunkline.ledger_entry e"
      "                    WHERE e.node_id = c.node_id AND e.seq = c.seq AND e.call = c.call)"};
  static constexpr db::Statement kDiffering{
      "SELECT c.node_id, c.seq, c.entry_at AS at, c.call FROM trunkline.cdr c"
      "  JOIN trunkline.ledger_entry e ON e.node_id = c.node_id AND e.seq = c.seq AND e.call = "
      "c.call"
      " WHERE (c.state, c.disposition, c.sip_status::text, c.q850_cause::text, c.ended_by, c.rule,"
      "        c.started_at, c.answered_at, c.ended_at, c.talk_ms::text, c.recording::text,"
      "        c.caller_name, c.caller_number, c.dialled, c.called_name, c.called_number,"
      "        c.tenant_id)"
      "       IS DISTINCT FROM"
      "       (e.body ->> 'state', e.body ->> 'disposition', e.body ->> 'sip_status',"
      "        e.body ->> 'q850_cause', e.body ->> 'ended_by', left(e.body ->> 'rule', 255),"
      "        (e.body ->> 'started_at')::timestamptz, (e.body ->> 'answered_at')::timestamptz,"
      "        (e.body ->> 'ended_at')::timestamptz, e.body ->> 'talk_ms', e.body ->> 'recording',"
      "        left(e.body -> 'caller' ->> 'name', 255), left(e.body -> 'caller' ->> 'number', "
      "255),"
      "        left(e.body -> 'called' ->> 'dialled', 255), left(e.body -> 'called' ->> 'name', "
      "255),"
      "        left(e.body -> 'called' ->> 'number', 255), e.tenant_id)"
      "   AND e.body ->> 'schema' IS DISTINCT FROM 'erased.v1'"};
  tell_calls(connection, kUnlisted, Finding::unlisted, "its row is missing or older than the entry",
             report);
  tell_calls(connection, kUnfounded, Finding::unfounded, "its row has no entry", report);
  tell_calls(connection, kDiffering, Finding::differing,
             "its row says something else than its entry", report);
}

/// What was imported is as it was imported where its batch says how many calls it added; more is
/// not claimed of it.
void tell_imports(db::Connection& connection, Report& report) {
  static constexpr db::Statement kBatches{
      "SELECT b.source, count(*) AS batches, sum(b.added)::bigint AS added,"
      "       sum(coalesce(n.calls, 0))::bigint AS here,"
      "       EXISTS (SELECT FROM trunkline.archive a WHERE a.table_name = 'cdr'"
      "                 AND a.restored_at IS NULL) AS are_archived"
      "  FROM trunkline.import_batch b"
      "  LEFT JOIN (SELECT c.import_batch, count(*) AS calls FROM trunkline.cdr c"
      "              WHERE c.import_batch IS NOT NULL GROUP BY 1) AS n ON n.import_batch = b.id"
      " GROUP BY b.source ORDER BY b.source"};
  for (const db::Row row : connection.query(kBatches)) {
    const auto added = row.get<std::int64_t>("added");
    const auto here = row.get<std::int64_t>("here");
    const bool is_short = here < added && !row.get<bool>("are_archived");
    report.add({.finding = is_short || here > added ? Finding::unfounded : Finding::imported,
                .daemon = row.get<std::string>("source"),
                .detail = fmt::format("{} calls of {} batches, {} were added: in no hash chain, "
                                      "their batches are in the audit log",
                                      here, row.get<std::int64_t>("batches"), added)});
  }
}

/// Whether the entry's number is one of an archived month, and its time, too.
bool is_archived(db::Connection& connection, core::NodeId node, std::int64_t number,
                 core::Time at) {
  static constexpr db::Statement kArchived{
      "SELECT EXISTS (SELECT FROM trunkline.archive_node n JOIN trunkline.archive a"
      "                   ON a.id = n.archive AND a.restored_at IS NULL"
      "                WHERE n.node_id = $1 AND $2 BETWEEN n.first AND n.last"
      "                  AND $3::timestamptz >= a.month::timestamp AT TIME ZONE 'UTC'"
      "                  AND $3::timestamptz"
      "                      < (a.month + interval '1 month')::timestamp AT TIME ZONE 'UTC')"
      " AS is_there"};
  return connection.query(kArchived, {node, number, at}).only().get<bool>("is_there");
}

}  // namespace

std::string_view name_of(Finding finding) {
  switch (finding) {
    case Finding::intact:
      return "intact";
    case Finding::archived:
      return "archived";
    case Finding::imported:
      return "imported";
    case Finding::accepted:
      return "accepted";
    case Finding::erased:
      return "erased";
    case Finding::waiting:
      return "waiting";
    case Finding::missing:
      return "missing";
    case Finding::changed:
      return "changed";
    case Finding::end:
      return "end";
    case Finding::unlisted:
      return "unlisted";
    case Finding::unfounded:
      return "unfounded";
    case Finding::differing:
      return "differing";
    case Finding::journal:
      return "journal";
  }
  return "";
}

bool is_hole(Finding finding) {
  return finding != Finding::intact && finding != Finding::archived &&
         finding != Finding::imported && finding != Finding::accepted &&
         finding != Finding::erased && finding != Finding::waiting;
}

bool prove_ledger(db::Connection& connection, ArchivedEntries& archived, const Tell& tell) {
  connection.set_statement_timeout(kTimeout);
  const db::Transaction moment(connection, db::Isolation::read_only_snapshot);
  Report report(tell);
  for (const Node& node : nodes_of(connection)) Walk(connection, node, archived, report).run();
  prove_calls(connection, report);
  tell_imports(connection, report);
  return report.holes() == 0;
}

bool prove_journal(db::Connection& connection, const std::filesystem::path& file,
                   std::string_view daemon, core::Time now, core::Milliseconds patience,
                   const Tell& tell) {
  static constexpr db::Statement kWatermark{
      "SELECT watermark FROM trunkline.ledger_node WHERE node_id = $1"};
  const journal::JournalReader reader(file);
  const core::NodeId node = reader.node();
  Report report(tell);
  const auto say = [&](Finding finding, std::int64_t first, std::int64_t last,
                       std::optional<core::Time> at, std::string detail) {
    report.add({.finding = finding,
                .node = node,
                .daemon = std::string(daemon),
                .first = first,
                .last = last,
                .before = at,
                .detail = std::move(detail)});
  };
  const auto proof = reader.prove();
  if (!proof) {
    say(Finding::journal, 0, 0, std::nullopt, proof.error().message);
    return false;
  }
  const db::Rows known = connection.query(kWatermark, {node});
  const std::int64_t watermark = known.empty() ? 0 : known[0].get<std::int64_t>("watermark");
  auto number = static_cast<std::int64_t>(proof->first.value()) - 1;
  while (number >= 0) {
    const auto entries = reader.entries_after(journal::Sequence(static_cast<std::uint64_t>(number)),
                                              static_cast<std::size_t>(kPage));
    if (entries.empty()) break;
    std::map<std::int64_t, core::Bytes> here;
    for (const db::Row row : connection.query(kEntries, {node, number, kPage})) {
      here[row.get<std::int64_t>("seq")] = row.get<core::Bytes>("hash");
    }
    for (const auto& [sequence, entry, hash] : entries) {
      number = static_cast<std::int64_t>(sequence.value());
      if (number > watermark) {
        const bool is_late = now - entry.at > patience;
        say(is_late ? Finding::missing : Finding::waiting, number,
            static_cast<std::int64_t>(proof->last.value()), entry.at,
            is_late ? "in the journal, not shipped for too long" : "not shipped yet");
        return report.holes() == 0;
      }
      const auto found = here.find(number);
      if (found != here.end() && std::ranges::equal(found->second, hash)) continue;
      if (found == here.end() && is_archived(connection, node, number, entry.at)) continue;
      say(found == here.end() ? Finding::missing : Finding::journal, number, number, entry.at,
          found == here.end() ? "in the journal, but not in PostgreSQL"
                              : "PostgreSQL has another entry than the journal");
    }
  }
  return report.holes() == 0;
}

}  // namespace trunkline::ledger
