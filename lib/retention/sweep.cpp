// SPDX-License-Identifier: MIT
#include "retention/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "retention/request.h"

namespace trunkline::retention {
namespace {

// 50 MB or so.
constexpr std::size_t kRemembered = 200'000;

bool speaks_of_calls(const Rules& rules) {
  return std::any_of(rules.policies.begin(), rules.policies.end(),
                     [](const Policy& policy) { return policy.kind == Kind::call; });
}

void count(Total& total, const Item& item) {
  ++total.count;
  total.bytes += item.bytes;
}

Erasure erasure_of(const Item& item, const Decision& decision) {
  return {.kind = item.kind,
          .id = item.id,
          .tenant = item.tenant,
          .path = item.path,
          .why = why(decision)};
}

/// Of a hold nothing ever changes but its release.
bool are_same(const Rules& left, const Rules& right) {
  return left.fallback == right.fallback && left.policies == right.policies &&
         std::equal(left.holds.begin(), left.holds.end(), right.holds.begin(), right.holds.end(),
                    [](const Hold& a, const Hold& b) {
                      return a.id == b.id && a.released_at == b.released_at;
                    });
}

/// One kind, page by page, until `limit` is reached.
class Pass {
 public:
  Pass(const EraserParts& parts, Eraser& eraser, core::Time now, const SweepOptions& options,
       Elsewhere& elsewhere)
      : parts_(parts), eraser_(eraser), now_(now), options_(options), elsewhere_(elsewhere) {
    note_waiting();
  }

  /// What was found due before, for as long as the rules are the same; false: they changed.
  bool run(const Survey& seen, Erased& all) {
    std::span<const Erasure> rest = seen.recordings;
    while (!rest.empty() && !is_over()) {
      db::Transaction page(parts_.database);
      lock_rules(parts_.database);
      if (!are_same(load_rules(parts_.database, options_.fallback), seen.rules)) return false;
      std::vector<Erasure> due;
      for (; !rest.empty() && due.size() < options_.page && !is_over(); rest = rest.subspan(1))
        take(rest.front(), due);
      erase(due, page, all);
    }
    return true;
  }

  Erased run(Kind kind) {
    Erased all;
    std::optional<Place> place;
    for (bool is_more = true; is_more && !is_over();) {
      db::Transaction page(parts_.database);
      lock_rules(parts_.database);
      const Planner planner(load_rules(parts_.database, options_.fallback));
      if (kind == Kind::call && !speaks_of_calls(planner.rules())) return all;
      std::vector<Item> items = load_page(parts_.database, kind, place, now_, options_.page);
      elsewhere_.complete(items);
      is_more = items.size() == options_.page;
      if (is_more) place = Place{items.back().began_at, items.back().id};
      erase(taken_of(items, planner), page, all);
    }
    return all;
  }

  Erased run(std::span<const Erasure> calls) {
    Erased all;
    for (; !calls.empty() && !is_over();
         calls = calls.subspan(std::min(options_.page, calls.size()))) {
      std::vector<core::Uuid> ids;
      for (const Erasure& call : calls.first(std::min(options_.page, calls.size())))
        ids.push_back(call.id);
      db::Transaction page(parts_.database);
      lock_rules(parts_.database);
      const Planner planner(load_rules(parts_.database, options_.fallback));
      erase(taken_of(load_calls(parts_.database, ids), planner), page, all);
    }
    return all;
  }

 private:
  bool is_over() const { return options_.limit != 0 && taken_ >= options_.limit; }

  std::vector<Erasure> taken_of(const std::vector<Item>& items, const Planner& planner) {
    std::vector<Erasure> taken;
    for (const Erasure& erasure : due_of(items, planner, now_)) {
      if (is_over()) break;
      take(erasure, taken);
    }
    return taken;
  }
  /// Unless it is begun already, and waits for the next run.
  void take(const Erasure& erasure, std::vector<Erasure>& due) {
    if (waiting_.contains(erasure.id)) return;
    due.push_back(erasure);
    ++taken_;
  }
  void erase(const std::vector<Erasure>& due, db::Transaction& page, Erased& all) {
    if (due.empty()) return;
    const Erased erased = eraser_.erase(due, page);
    if (erased.failed > 0) note_waiting();
    all += erased;
  }
  void note_waiting() {
    for (const ErasureJournal::Batch& batch : parts_.journal.begun())
      for (const Erasure& erasure : batch.erasures) waiting_.insert(erasure.id);
  }

  const EraserParts& parts_;
  Eraser& eraser_;
  core::Time now_;
  SweepOptions options_;
  Elsewhere& elsewhere_;
  std::uint64_t taken_ = 0;
  std::unordered_set<core::Uuid> waiting_;
};

}  // namespace

std::string why(const Decision& decision) {
  const Policy* policy = decision.floor != nullptr ? decision.floor : decision.policy;
  return policy == nullptr ? "retention.default_days" : fmt::format("policy '{}'", policy->name);
}

std::uint64_t Survey::due(Kind kind) const {
  for (const SweepFacts::Share& share : shares)
    if (share.kind == kind) return share.due;
  return 0;
}

std::uint64_t Survey::withheld_count() const {
  std::uint64_t all = 0;
  for (const Withheld& row : withheld) all += row.total.count;
  return all;
}

std::vector<Erasure> due_of(std::span<const Item> items, const Planner& planner, core::Time now) {
  std::vector<Erasure> due;
  for (const Item& item : items) {
    const Decision decision = planner.decide(item, now);
    // A call's recordings went before; one that is still there could not.
    const bool has_rest = item.kind == Kind::call && !item.derived.empty();
    if (decision.is_due() && !has_rest) due.push_back(erasure_of(item, decision));
  }
  return due;
}

Survey survey(db::Connection& connection, const Planner& planner, core::Time now,
              Elsewhere& elsewhere) {
  std::map<std::tuple<Kind, Fate, std::string>, Total> withheld;
  std::map<Kind, std::uint64_t> due;
  Survey found;
  found.rules = planner.rules();
  const auto use = [&](const Item& item, const Decision& decision) {
    if (!decision.is_due()) {
      const std::vector<std::string> reasons = planner.reasons(item, decision);
      return count(withheld[{item.kind, decision.fate, reasons.empty() ? "" : reasons.front()}],
                   item);
    }
    ++due[item.kind];
    found.due_bytes += item.bytes;
    if (item.kind == Kind::recording && found.recordings.size() < kRemembered)
      found.recordings.push_back(erasure_of(item, decision));
    for (const Hold* hold : decision.past_holds) count(found.released[hold->case_name], item);
  };
  (void)make_plan(connection, planner, now, elsewhere, use);  // sums by policy: retention plan's
  for (const auto& [key, total] : withheld)
    found.withheld.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), total});
  for (const Kind kind : {Kind::recording, Kind::call})
    found.shares.push_back({kind, due[kind], total_of(connection, kind, elsewhere).count});
  return found;
}

SweepFacts facts_of(db::Connection& connection, const Survey& survey, core::Time now,
                    const std::optional<core::Time>& last_sweep) {
  static constexpr db::Statement kTimes{
      "SELECT clock_timestamp() AS now, (SELECT max(last_shipped_at) FROM trunkline.ledger_node)"
      "         AS last_entry,"
      "       (SELECT max(started_at) FROM trunkline.erasure_run"
      "         WHERE kind = 'sweep' AND outcome IN ('done', 'partly')) AS last_sweep"};
  const db::Rows rows = connection.query(kTimes);
  const db::Row row = rows.only();
  const auto known = row.get<std::optional<core::Time>>("last_sweep");
  return {.now = now,
          .database_now = row.get<core::Time>("now"),
          .last_sweep = std::max(known, last_sweep),
          .last_entry = row.get<std::optional<core::Time>>("last_entry"),
          .shares = survey.shares};
}

Erased sweep(const EraserParts& parts, const core::Uuid& run, core::Time now,
             const SweepOptions& options, const Survey& seen, Elsewhere& elsewhere) {
  Eraser eraser(parts, run, RunKind::sweep);
  Pass pass(parts, eraser, now, options, elsewhere);
  Erased all;
  const bool is_whole = pass.run(seen, all) && seen.remembers_all();
  if (!is_whole) all += pass.run(Kind::recording);
  all += pass.run(Kind::call);
  return all;
}

Erased sweep_calls(const EraserParts& parts, const core::Uuid& run, core::Time now,
                   const SweepOptions& options, std::span<const Erasure> calls) {
  Eraser eraser(parts, run, RunKind::sweep);
  Elsewhere nothing;
  return Pass(parts, eraser, now, options, nothing).run(calls);
}

Erased resume(const EraserParts& parts, core::Time now, Days fallback, Elsewhere& elsewhere) {
  Eraser eraser(parts, {}, RunKind::sweep);
  return eraser.resume([&]() -> Eraser::MayGo {
    auto planner = std::make_shared<Planner>(load_rules(parts.database, fallback));
    return [&parts, &elsewhere, planner, now](RunKind kind, const Erasure& erasure) {
      auto item = load_item(parts.database, erasure.kind, erasure.id);
      if (!item) return true;  // its row is gone: what is left of it may go
      elsewhere.complete(std::span(&*item, 1));
      if (kind == RunKind::request) return reasons_to_keep(*planner, *item, now).empty();
      return planner->decide(*item, now).is_due();
    };
  });
}

}  // namespace trunkline::retention
