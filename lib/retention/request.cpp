// SPDX-License-Identifier: MIT
#include "retention/request.h"

#include <fmt/format.h>

#include <algorithm>

namespace trunkline::retention {
namespace {

struct Call {
  core::Uuid id;
  Sides sides;
};

std::vector<std::string> texts(const db::Row& row, std::initializer_list<const char*> columns) {
  std::vector<std::string> found;
  for (const char* column : columns)
    if (auto text = row.get<std::optional<std::string>>(column)) found.push_back(*std::move(text));
  return found;
}

std::vector<Call> calls_of(db::Connection& connection, std::string_view number,
                           const std::optional<core::TenantId>& tenant) {
  static constexpr db::Statement kCallsOfNumber{
      "SELECT call, caller_name, caller_number, called_name, called_number, dialled"
      "  FROM trunkline.cdr WHERE search_keys && $1::text[] AND ($2::uuid IS NULL OR tenant_id = "
      "$2)"
      " ORDER BY started_at, call"};
  const std::vector<std::string> forms = forms_of(number);
  std::vector<Call> calls;
  for (const db::Row row : connection.query(
           kCallsOfNumber, {db::Value::array(std::span<const std::string>(forms)), tenant}))
    if (const auto sides = sides_of(number, texts(row, {"caller_name", "caller_number"}),
                                    texts(row, {"called_name", "called_number", "dialled"})))
      calls.push_back({row.get<core::Uuid>("call"), *sides});
  return calls;
}

}  // namespace

std::vector<std::string> reasons_to_keep(const Planner& planner, const Item& item, core::Time now) {
  const Decision decision = planner.decide(item, now);
  std::vector<std::string> reasons;
  if (item.is_live) reasons.emplace_back("it is still being made");
  for (const Hold* hold : decision.holds)
    reasons.push_back(fmt::format("hold '{}' of {} keeps it", hold->case_name, hold->owner));
  if (const Policy* duty = planner.duty(item, now))
    reasons.push_back(
        fmt::format("increase-only policy '{}' keeps it: {}", duty->name, shown(duty->keep)));
  for (const Item& derived : item.derived)
    if (!reasons_to_keep(planner, derived, now).empty()) {
      reasons.emplace_back("a recording of it has to stay");
      break;
    }
  return reasons;
}

std::optional<Sides> sides_of(std::string_view number, std::span<const std::string> caller,
                              std::span<const std::string> called) {
  const auto is_among = [&](std::span<const std::string> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return is_same_number(number, name); });
  };
  const bool is_caller = is_among(caller);
  const bool is_called = is_among(called);
  if (is_caller && is_called) return Sides::both;
  if (is_caller) return Sides::caller;
  if (is_called) return Sides::called;
  return std::nullopt;
}

std::vector<Held> held_with(db::Connection& connection, const Planner& planner, Item call,
                            Sides sides, core::Time now) {
  std::vector<Held> held;
  const auto add = [&](Item item, Sides of) {
    auto because = reasons_to_keep(planner, item, now);
    held.push_back({.item = std::move(item), .sides = of, .because = std::move(because)});
  };
  load_derived(connection, std::span(&call, 1));
  for (const Item& recording : call.derived) add(recording, Sides::all);
  add(std::move(call), sides);
  return held;
}

std::vector<Held> held_about(db::Connection& connection, const Planner& planner,
                             std::string_view number, const std::optional<core::TenantId>& tenant,
                             core::Time now) {
  std::vector<Held> all;
  for (const Call& call : calls_of(connection, number, tenant)) {
    auto item = load_item(connection, Kind::call, call.id);
    if (!item) continue;
    auto held = held_with(connection, planner, *std::move(item), call.sides, now);
    std::move(held.begin(), held.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Erasure> erasures_of(std::span<const Held> held, CallsFate calls,
                                 std::string_view request) {
  std::vector<Erasure> erasures;
  for (const Kind kind : {Kind::recording, Kind::call}) {
    if (kind == Kind::call && calls == CallsFate::keep) break;
    for (const Held& one : held) {
      if (one.item.kind != kind || !one.because.empty()) continue;
      const bool is_masked = kind == Kind::call && calls == CallsFate::mask;
      erasures.push_back({.kind = kind,
                          .id = one.item.id,
                          .tenant = one.item.tenant,
                          .sides = is_masked ? one.sides : Sides::all,
                          .path = one.item.path,
                          .why = fmt::format("request '{}'", request)});
    }
  }
  return erasures;
}

core::Json call_row(db::Connection& connection, const core::Uuid& call) {
  static constexpr db::Statement kRow{
      "SELECT to_jsonb(c) - 'search_keys' AS row FROM trunkline.cdr c WHERE c.call = $1"};
  const db::Rows rows = connection.query(kRow, {call});
  return rows.empty() ? core::Json::object() : rows[0].get<core::Json>("row");
}

}  // namespace trunkline::retention
