// SPDX-License-Identifier: MIT
#include "archive/items.h"

#include <algorithm>

#include "archive/calls.h"
#include "archive/rows.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;
using retention::Item;

/// Calls whose recordings are looked up at once.
constexpr std::size_t kCallsAtOnce = 2'000;

std::unordered_set<core::Uuid> calls_left_behind(db::Connection& connection) {
  static constexpr db::Statement kOrphans{
      "SELECT DISTINCT r.call FROM trunkline.recording r"
      " WHERE r.status <> 'erased'"
      "   AND NOT EXISTS (SELECT FROM trunkline.cdr c WHERE c.call = r.call)"};
  std::unordered_set<core::Uuid> calls;
  for (const db::Row row : connection.query(kOrphans)) calls.insert(row.get<core::Uuid>("call"));
  return calls;
}

}  // namespace

Item item_of(const cdr::Call& call, const std::string& month) {
  Item item{.kind = retention::Kind::call,
            .id = call.call.uuid(),
            .call = call.call,
            .tenant = call.tenant,
            .began_at = call.started_at,
            .ended_at = call.ended_at.value_or(call.started_at),
            .is_live = call.is_live(),
            .month = month};
  for (const cdr::Party* party : {&call.caller, &call.called})
    if (party->device) item.agents.push_back(party->device->uuid());
  for (const std::string* text : {&call.caller.number, &call.caller.name, &call.called.number,
                                  &call.called.name, &call.dialled})
    if (!text->empty()) item.numbers.push_back(*text);
  return item;
}

bool may_be_due(const std::string& month, const std::optional<retention::Days>& shortest,
                core::Time now) {
  return shortest && begin_of(month) + *shortest <= now;
}

Items::Items(db::Connection& connection, fs::path folder)
    : connection_(connection), folder_(std::move(folder)), months_(archives(connection)) {
  std::erase_if(months_, [](const Archived& one) { return one.table != "cdr" || !one.counts(); });
}

std::uint64_t Items::count_calls() {
  std::uint64_t all = 0;
  for (const Archived& month : months_) all += static_cast<std::uint64_t>(month.rows);
  return all;
}

void Items::complete(std::span<Item> items) {
  for (Item& item : items) {
    if (item.has_call || months_.empty()) continue;
    if (!orphans_) orphans_ = calls_left_behind(connection_);
    for (const Archived& month : months_)
      if (may_have(month.month, item.call.uuid().made_at())) learn(month);
    const auto call = known_.find(item.call.uuid());
    if (call != known_.end()) retention::tell_whose(item, call->second);
  }
}

void Items::learn(const Archived& month) {
  if (!learnt_.insert(month.file).second) return;
  try {
    Rows rows(folder_ / month.file);
    while (rows.next()) {
      const core::Uuid id = rows.uuid("call");
      if (orphans_->contains(id)) known_.emplace(id, item_of(call_of(rows), month.month));
    }
  } catch (const core::Error& error) {
    unreached_.push_back({month.month, error.fault()});
  }
}

void Items::for_each_call(const retention::Rules& rules, core::Time now,
                          const retention::UseItem& use) {
  const auto shortest = retention::shortest(rules.policies, retention::Kind::call);
  for (const Archived& month : months_)
    if (may_be_due(month.month, shortest, now)) for_each_call_of(month, use);
}

void Items::for_each_call_of(const Archived& month, const retention::UseItem& use) {
  std::vector<Item> calls;
  const auto use_all = [&] {
    retention::load_derived(connection_, calls);
    std::for_each(calls.begin(), calls.end(), use);
    calls.clear();
  };
  try {
    Rows rows(folder_ / month.file);
    while (rows.next()) {
      calls.push_back(item_of(call_of(rows), month.month));
      if (calls.size() == kCallsAtOnce) use_all();
    }
  } catch (const core::Error& error) {
    if (!connection_.is_usable()) throw;
    unreached_.push_back({month.month, error.fault()});
    return;
  }
  use_all();
}

}  // namespace trunkline::archive
