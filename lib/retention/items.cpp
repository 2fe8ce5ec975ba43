// SPDX-License-Identifier: MIT
#include "retention/items.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

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

// These things ($1), or a page: what began at or before $2, behind ($3, $4), at most $5.
constexpr db::Statement kRecordingItems{
    "SELECT r.recording, r.call, r.tenant_id, r.started_at, r.ended_at, r.status, r.bytes, r.path,"
    "       c.call IS NOT NULL AS has_call, c.caller_device, c.called_device, c.caller_number,"
    "       c.caller_name, c.called_number, c.called_name, c.dialled"
    "  FROM trunkline.recording r LEFT JOIN trunkline.cdr c ON c.call = r.call"
    " WHERE ($1::uuid[] IS NULL OR r.recording = ANY ($1)) AND r.status <> 'erased'"
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
    " WHERE ($1::uuid[] IS NULL OR c.call = ANY ($1))"
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

std::vector<Item> load_these(db::Connection& connection, Kind kind,
                             std::span<const core::Uuid> ids) {
  return load(connection, kind,
              {db::Value::array(ids), std::nullopt, std::nullopt, std::nullopt, ids.size()});
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
  auto items = load_these(connection, kind, std::span(&id, 1));
  if (items.empty()) return std::nullopt;
  return std::move(items.front());
}

std::vector<Item> load_calls(db::Connection& connection, std::span<const core::Uuid> ids) {
  return load_these(connection, Kind::call, ids);
}

void load_derived(db::Connection& connection, std::span<Item> calls) {
  static constexpr db::Statement kRecordings{
      "SELECT recording FROM trunkline.recording WHERE call = ANY ($1) AND status <> 'erased'"};
  std::unordered_map<core::Uuid, Item*> by_id;
  std::vector<core::Uuid> ids;
  for (Item& call : calls) {
    call.derived.clear();
    by_id.emplace(call.id, &call);
    ids.push_back(call.id);
  }
  std::vector<core::Uuid> recordings;
  for (const db::Row row :
       connection.query(kRecordings, {db::Value::array(std::span<const core::Uuid>(ids))}))
    recordings.push_back(row.get<core::Uuid>("recording"));
  if (recordings.empty()) return;
  for (Item& recording : load_these(connection, Kind::recording, recordings)) {
    Item& call = *by_id.at(recording.call.uuid());
    tell_whose(recording, call);
    call.derived.push_back(std::move(recording));
  }
}

void tell_whose(Item& item, const Item& call) {
  item.has_call = true;
  item.agents = call.agents;
  item.numbers = call.numbers;
  item.campaign = call.campaign;
}

Total total_of(db::Connection& connection, Kind kind, Elsewhere& elsewhere) {
  static constexpr db::Statement kRecorded{
      "SELECT count(*) AS count, coalesce(sum(bytes), 0)::bigint AS bytes"
      "  FROM trunkline.recording WHERE status <> 'erased'"};
  static constexpr db::Statement kCalled{
      "SELECT count(*) AS count, 0::bigint AS bytes FROM trunkline.cdr"};
  if (kind != Kind::recording && kind != Kind::call) return {};
  const db::Rows rows = connection.query(kind == Kind::call ? kCalled : kRecorded);
  const auto count = static_cast<std::uint64_t>(rows.only().get<std::int64_t>("count"));
  return {count + (kind == Kind::call ? elsewhere.count_calls() : 0),
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
               Elsewhere& elsewhere, const UseDecision& use) {
  std::map<std::tuple<core::TenantId, Kind, std::string, Fate>, Total> sums;
  const auto take = [&](const Item& item) {
    const Decision decision = planner.decide(item, now);
    if (decision.fate == Fate::kept || decision.fate == Fate::live) return;
    if (decision.fate == Fate::held && (!decision.until || now < *decision.until)) return;
    const Policy* named = decision.floor != nullptr ? decision.floor : decision.policy;
    const std::string name = named == nullptr ? std::string() : named->name;
    Total& sum = sums[{item.tenant, item.kind, name, decision.fate}];
    ++sum.count;
    sum.bytes += item.bytes;
    if (use) use(item, decision);
  };
  for (const Kind kind : {Kind::recording, Kind::call}) {
    if (!speaks_of(planner.rules(), kind)) continue;
    std::optional<Place> place;
    for (;;) {
      std::vector<Item> page = load_page(connection, kind, place, now, kItemsPage);
      elsewhere.complete(page);
      std::for_each(page.begin(), page.end(), take);
      if (page.size() < kItemsPage) break;
      place = Place{page.back().began_at, page.back().id};
    }
  }
  elsewhere.for_each_call(planner.rules(), now, take);
  Plan plan;
  for (const auto& [key, total] : sums)
    plan.rows.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), total});
  return plan;
}

}  // namespace trunkline::retention
