// SPDX-License-Identifier: MIT
#include "catalogue/audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "os/host_name.h"

namespace trunkline::catalogue {
namespace {

using core::Json;

constexpr std::uint64_t kAuditPage = 1000;
constexpr std::string_view kRoot = "trunkline audit 1";

AuditEntry entry_of(const db::Row& row) {
  AuditEntry entry{.seq = row.get<std::int64_t>("seq"),
                   .at = row.get<core::Time>("at"),
                   .tenant = row.get<core::Uuid>("tenant_id"),
                   .who = row.get<std::string>("who"),
                   .event = row.get<std::string>("event"),
                   .object = row.get<std::optional<core::Uuid>>("object"),
                   .why = row.get<std::string>("why"),
                   .origin = row.get<std::string>("origin"),
                   .detail = row.get<std::string>("detail")};
  const auto hash = row.get<core::Bytes>("hash");
  std::copy_n(hash.begin(), std::min(hash.size(), entry.hash.size()), entry.hash.begin());
  return entry;
}

db::Rows select_entries(db::Connection& connection, const AuditFilter& filter,
                        std::optional<std::int64_t> position, std::uint64_t size) {
  static constexpr db::Statement kNewest{
      "SELECT seq, at, tenant_id, who, event, object, why, origin, detail, hash"
      "  FROM trunkline.audit_log"
      " WHERE ($1::bigint IS NULL OR seq < $1)"
      "   AND ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)"
      "   AND strpos(who, $4) > 0 AND starts_with(event, $5) AND ($6::uuid IS NULL OR object = $6)"
      " ORDER BY seq DESC LIMIT $7"};
  static constexpr db::Statement kOldest{
      "SELECT seq, at, tenant_id, who, event, object, why, origin, detail, hash"
      "  FROM trunkline.audit_log"
      " WHERE seq > coalesce($1::bigint, 0)"
      "   AND ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)"
      "   AND strpos(who, $4) > 0 AND starts_with(event, $5) AND ($6::uuid IS NULL OR object = $6)"
      " ORDER BY seq LIMIT $7"};
  const bool is_oldest_first = filter.is_oldest_first || filter.after > 0;
  return connection.query(
      is_oldest_first ? kOldest : kNewest,
      {position, filter.since, filter.until, filter.who, filter.event, filter.object, size});
}

/// As trunkline.audit_link() of migration 0002 computes it.
crypto::Sha256 link(const crypto::Sha256& previous, const AuditEntry& entry) {
  crypto::Sha256Stream stream;
  const auto framed = [&](std::string_view text) {
    stream.add_u32(static_cast<std::uint32_t>(text.size()));
    stream.add(text);
  };
  stream.add(core::ByteView(previous));
  stream.add_u64(static_cast<std::uint64_t>(entry.seq));
  stream.add_u64(static_cast<std::uint64_t>(core::to_microseconds(entry.at)));
  stream.add(entry.tenant.bytes());
  framed(entry.who);
  framed(entry.event);
  framed(entry.object ? entry.object->text() : std::string());
  framed(entry.why);
  framed(entry.origin);
  framed(entry.detail);
  return stream.finish();
}

std::optional<crypto::Sha256> hash_at(const Json& json) {
  const auto bytes = core::from_hex(core::text_at(json, "hash"));
  crypto::Sha256 hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

Json to_json(const AuditEntry& entry) {
  Json json{{"seq", entry.seq},
            {"at", core::to_rfc3339(entry.at)},
            {"tenant", entry.tenant.text()},
            {"who", entry.who},
            {"event", entry.event}};
  if (entry.object) json["object"] = entry.object->text();
  json["why"] = entry.why;
  json["origin"] = entry.origin;
  json["detail"] = entry.detail;
  json["hash"] = core::to_hex(entry.hash);
  return json;
}

core::Result<AuditEntry> parse_audit_entry(const Json& json) {
  const auto malformed = [](std::string_view member) {
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot read a line of the audit log: no {}", member),
                       "trunkline audit export makes them");
  };
  AuditEntry entry{.seq = core::number_at(json, "seq"),
                   .who = core::text_at(json, "who"),
                   .event = core::text_at(json, "event"),
                   .why = core::text_at(json, "why"),
                   .origin = core::text_at(json, "origin"),
                   .detail = core::text_at(json, "detail")};
  const auto at = core::parse_rfc3339(core::text_at(json, "at"));
  const auto tenant = core::Uuid::parse(core::text_at(json, "tenant"));
  const auto hash = hash_at(json);
  if (entry.seq < 1) return malformed("number");
  if (!at) return malformed("time");
  if (!tenant) return malformed("tenant");
  if (!hash) return malformed("hash");
  if (json.contains("object")) {
    const auto object = core::Uuid::parse(core::text_at(json, "object"));
    if (!object) return malformed("object");
    entry.object = *object;
  }
  entry.at = *at;
  entry.tenant = *tenant;
  entry.hash = *hash;
  return entry;
}

std::uint64_t for_each_audit_entry(db::Connection& connection, const AuditFilter& filter,
                                   const std::function<bool(const AuditEntry&)>& use) {
  std::uint64_t given = 0;
  std::optional<std::int64_t> position;
  if (filter.after > 0) position = filter.after;
  while (filter.limit == 0 || given < filter.limit) {
    const std::uint64_t size =
        filter.limit == 0 ? kAuditPage : std::min(kAuditPage, filter.limit - given);
    const db::Rows rows = select_entries(connection, filter, position, size);
    for (const db::Row row : rows) {
      const AuditEntry entry = entry_of(row);
      position = entry.seq;
      ++given;
      if (!use(entry)) return given;
    }
    if (static_cast<std::uint64_t>(rows.size()) < size) break;
  }
  return given;
}

AuditProof::AuditProof() : hash_(crypto::sha256(core::as_bytes(kRoot))) {}

void AuditProof::begin_at(const AuditEntry& entry) {
  rows_ = 1;
  last_ = entry.seq;
  hash_ = entry.hash;
}

void AuditProof::take(const AuditEntry& entry) {
  if (first_broken_) return;
  if (entry.seq != last_ + 1) {
    first_broken_ = last_ + 1;
    is_missing_ = true;
    return;
  }
  if (link(hash_, entry) != entry.hash) {
    first_broken_ = entry.seq;
    return;
  }
  ++rows_;
  last_ = entry.seq;
  hash_ = entry.hash;
}

std::string AuditProof::message() const {
  if (!first_broken_) return fmt::format("the chain of {} lines is whole", rows_);
  return fmt::format("line {} {}", *first_broken_, is_missing_ ? "is missing" : "was changed");
}

Anchor read_anchor(db::Connection& connection, core::Time now) {
  static constexpr db::Statement kAnchor{
      "SELECT seq, hash, current_database() AS name FROM trunkline.audit_anchor()"};
  const db::Rows rows = connection.query(kAnchor);
  const db::Row row = rows.only();
  Anchor anchor{.at = now,
                .host = os::host_name(),
                .database = row.get<std::string>("name"),
                .seq = row.get<std::int64_t>("seq")};
  const auto hash = row.get<core::Bytes>("hash");
  std::copy_n(hash.begin(), std::min(hash.size(), anchor.hash.size()), anchor.hash.begin());
  return anchor;
}

Json to_json(const Anchor& anchor) {
  return {{"at", core::to_rfc3339(anchor.at)},
          {"host", anchor.host},
          {"database", anchor.database},
          {"seq", anchor.seq},
          {"hash", core::to_hex(anchor.hash)}};
}

core::Result<std::vector<Anchor>> parse_anchors(std::string_view text) {
  std::vector<Anchor> anchors;
  std::size_t number = 0;
  for (const std::string_view raw : core::split(text, '\n')) {
    ++number;
    const std::string_view line = core::trim(raw);
    if (!line.starts_with('{')) continue;
    const auto json = core::parse_json(line);
    const auto hash = json ? hash_at(*json) : std::nullopt;
    const auto at = json ? core::parse_rfc3339(core::text_at(*json, "at")) : core::Time{};
    if (!hash || !at || core::text_at(*json, "schema") != "audit_anchor.v1" ||
        core::number_at(*json, "seq", -1) < 0)
      return core::fault(core::ExitCode::data,
                         fmt::format("cannot read the anchor in line {}", number),
                         "trunkline audit anchor makes them");
    anchors.push_back({.at = *at,
                       .host = core::text_at(*json, "host"),
                       .database = core::text_at(*json, "database"),
                       .seq = core::number_at(*json, "seq"),
                       .hash = *hash});
  }
  if (anchors.empty())
    return core::fault(core::ExitCode::data, "there is no anchor in the file",
                       "trunkline audit anchor makes them");
  return anchors;
}

}  // namespace trunkline::catalogue
