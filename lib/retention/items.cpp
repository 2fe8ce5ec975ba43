// SPDX-License-Identifier: MIT
#include "retention/items.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "retention/holds.h"
#include "retention/policies.h"

namespace trunkline::retention {
namespace {

constexpr std::uint64_t kItemsPage = 2'000;

void take_parties(const db::Row& row, Item& item) {
  for (const char* column : {"caller_device", "called_device"})
    if (const auto device = row.get<std::optional<core::Uuid>>(column))
      item.agents.push_back(*device);
  for (const char* column :
       {"caller_number", "caller_name", "called_number", "called_name", "dialled"})
    if (auto text = row.get<std::optional<std::string>>(column); text && !text->empty())
      item.numbers.push_back(*std::move(text));
}

Item recording_of(const db::Row& row) {
  const auto began = row.get<core::Time>("started_at");
  Item item{.kind = Kind::recording,
            .id = row.get<core::Uuid>("recording"),
            .call = row.get<core::CallRef>("call"),
            .tenant = row.get<core::TenantId>("tenant_id"),
            .began_at = began,
            .ended_at = row.get<std::optional<core::Time>>("ended_at").value_or(began),
            .is_live = row.get<std::string>("status") == "recording",
            .has_call = row.get<bool>("has_call"),
            .bytes = row.get<std::optional<std::int64_t>>("bytes").value_or(0),
            .path = row.get<std::optional<std::string>>("path").value_or("")};
  take_parties(row, item);
  return item;
}

Item call_of(const db::Row& row) {
  const auto began = row.get<core::Time>("started_at");
  Item item{.kind = Kind::call,
            .id = row.get<core::Uuid>("call"),
            .call = row.get<core::CallRef>("call"),
            .tenant = row.get<core::TenantId>("tenant_id"),
            .began_at = began,
            .ended_at = row.get<std::optional<core::Time>>("ended_at").value_or(began),
            .is_live = row.get<std::string>("state") != "ended"};
  take_parties(row, item);
  for (const core::Json& part : row.get<core::Json>("recordings")) {
    Item derived = item;
    derived.kind = Kind::recording;
    derived.derived.clear();
    derived.id = core::value_or_throw(core::Uuid::parse(core::text_at(part, "recording")));
    derived.began_at = core::value_or_throw(core::parse_rfc3339(core::text_at(part, "began")));
    derived.ended_at = core::value_or_throw(core::parse_rfc3339(core::text_at(part, "ended")));
    derived.is_live = core::text_at(part, "status") == "recording";
    item.derived.push_back(std::move(derived));
  }
  return item;
}

// One thing ($1), or a page: what began at or before $2, behind ($3, $4), at most $5.
constexpr db::Statement kRecordingItems{
    "SELECT r.recording, r.call, r.tenant_id, r.started_at, r.ended_at, r.status, r.bytes, r.path,"
    "       c.call IS NOT NULL AS has_call, c.caller_device, c.called_device, c.caller_number,"
    "       c.caller_name, c.called_number, c.called_name, c.dialled"
    "  FROM trunkline.recording r LEFT JOIN trunkline.cdr c ON c.call = r.call"
    " WHERE ($1::uuid IS NULL OR r.recording = $1) AND r.status <> 'erased'"
    "   AND ($2::timestamptz IS NULL OR r.started_at <= $2)"
    "   AND ($3::timestamptz IS NULL OR (r.started_at, r.recording) > ($3, $4::uuid))"
    " ORDER BY r.started_at, r.recording LIMIT $5"};
constexpr db::Statement kCallItems{
    "SELECT c.call, c.tenant_id, c.started_at, c.ended_at, c.state, c.caller_device,"
    "       c.called_device, c.caller_number, c.caller_name, c.called_number, c.called_name,"
    "       c.dialled, coalesce((SELECT json_agg(json_build_object('recording', r.recording,"
    "         'began', r.started_at, 'ended', coalesce(r.ended_at, r.started_at),"
    "         'status', r.status)) FROM trunkline.recording r WHERE r.call = c.call AND r.status "
    "<> 'erased'), '[]')"
    "         AS recordings"
    "  FROM trunkline.cdr c"
    " WHERE ($1::uuid IS NULL OR c.call = $1)"
    "   AND ($2::timestamptz IS NULL OR c.started_at <= $2)"
    "   AND ($3::timestamptz IS NULL OR (c.started_at, c.call) > ($3, $4::uuid))"
    " ORDER BY c.started_at, c.call LIMIT $5"};

std::vector<Item> load(db::Connection& connection, Kind kind, const db::Values& values) {
  std::vector<Item> items;
  if (kind != Kind::recording && kind != Kind::call) return items;
  const bool is_call = kind == Kind::call;
  const db::Rows rows = connection.query(is_call ? kCallItems : kRecordingItems, values);
  items.reserve(static_cast<std::size_t>(rows.size()));
  for (const db::Row row : rows) items.push_back(is_call ? call_of(row) : recording_of(row));
  return items;
}

bool speaks_of(const Rules& rules, Kind kind) {
  return kind != Kind::call || std::any_of(rules.policies.begin(), rules.policies.end(),
                                           [&](const Policy& p) { return p.kind == kind; });
}

}  // namespace

std::vector<Item> load_page(db::Connection& connection, Kind kind,
                            const std::optional<Place>& after, core::Time until,
                            std::uint64_t size) {
  return load(connection, kind,
              {std::nullopt, until, after ? std::optional(after->began_at) : std::nullopt,
               after ? std::optional(after->id) : std::nullopt, size});
}

std::optional<Item> load_item(db::Connection& connection, Kind kind, const core::Uuid& id) {
  auto items = load(connection, kind, {id, std::nullopt, std::nullopt, std::nullopt, 1});
  if (items.empty()) return std::nullopt;
  return std::move(items.front());
}

Total total_of(db::Connection& connection, Kind kind) {
  static constexpr db::Statement kRecorded{
      "SELECT count(*) AS count, coalesce(sum(bytes), 0)::bigint AS bytes"
      "  FROM trunkline.recording WHERE status <> 'erased'"};
  static constexpr db::Statement kCalled{
      "SELECT count(*) AS count, 0::bigint AS bytes FROM trunkline.cdr"};
  if (kind != Kind::recording && kind != Kind::call) return {};
  const db::Rows rows = connection.query(kind == Kind::call ? kCalled : kRecorded);
  return {static_cast<std::uint64_t>(rows.only().get<std::int64_t>("count")),
          rows.only().get<std::int64_t>("bytes")};
}

Rules load_rules(db::Connection& connection, Days fallback) {
  return {
      .policies = load_policies(connection), .holds = load_holds(connection), .fallback = fallback};
}

Total Plan::due(Kind kind) const {
  Total total;
  for (const Row& row : rows) {
    if (row.kind != kind || row.fate != Fate::due) continue;
    total.count += row.total.count;
    total.bytes += row.total.bytes;
  }
  return total;
}

Plan make_plan(db::Connection& connection, const Planner& planner, core::Time now,
               const UseDecision& use) {
  std::map<std::tuple<core::TenantId, Kind, std::string, Fate>, Total> sums;
  for (const Kind kind : {Kind::recording, Kind::call}) {
    if (!speaks_of(planner.rules(), kind)) continue;
    std::optional<Place> place;
    for (;;) {
      const std::vector<Item> page = load_page(connection, kind, place, now, kItemsPage);
      for (const Item& item : page) {
        const Decision decision = planner.decide(item, now);
        if (decision.fate == Fate::kept || decision.fate == Fate::live) continue;
        if (decision.fate == Fate::held && (!decision.until || now < *decision.until)) continue;
        const Policy* named = decision.floor != nullptr ? decision.floor : decision.policy;
        Total& sum = sums[{item.tenant, kind, named == nullptr ? "" : named->name, decision.fate}];
        ++sum.count;
        sum.bytes += item.bytes;
        if (use) use(item, decision);
      }
      if (page.size() < kItemsPage) break;
      place = Place{page.back().began_at, page.back().id};
    }
  }
  Plan plan;
  for (const auto& [key, total] : sums)
    plan.rows.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), total});
  return plan;
}

}  // namespace trunkline::retention
