// SPDX-License-Identifier: MIT
#pragma once

// The things that policies and holds are about, as the database tells them: recordings with what is
// known of their calls, and calls with their recordings.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "db/connection.h"
#include "retention/planner.h"

namespace trunkline::retention {

/// Where a page ended: pages go by the time things began, oldest first.
struct Place {
  core::Time began_at;
  core::Uuid id;
};

/// At most `size` things of this kind that began at or before `until`, behind `after`; what was
/// erased is none. Kinds that have no table yet have nothing.
std::vector<Item> load_page(db::Connection& connection, Kind kind,
                            const std::optional<Place>& after, core::Time until,
                            std::uint64_t size);
std::optional<Item> load_item(db::Connection& connection, Kind kind, const core::Uuid& id);
/// Those of these calls that are there.
std::vector<Item> load_calls(db::Connection& connection, std::span<const core::Uuid> ids);
/// Fills in what was made of calls that are in no table, and tells those recordings whose they are.
void load_derived(db::Connection& connection, std::span<Item> calls);

/// The parties of a thing are those of its call.
void tell_whose(Item& item, const Item& call);

using UseItem = std::function<void(const Item&)>;

/// What the ledger has and the database does not: calls of archived months (archive/items.h). This
/// one has nothing.
class Elsewhere {
 public:
  Elsewhere() = default;
  virtual ~Elsewhere() = default;
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  virtual std::uint64_t count_calls() { return 0; }
  /// Fills in whose a thing is where the database does not know its call.
  virtual void complete(std::span<Item> /*items*/) {}
  /// Every call with its recordings that may be due by these rules.
  virtual void for_each_call(const Rules& /*rules*/, core::Time /*now*/, const UseItem& /*use*/) {}
};

struct Total {
  std::uint64_t count = 0;
  std::int64_t bytes = 0;
};
Total total_of(db::Connection& connection, Kind kind, Elsewhere& elsewhere);

/// Policies, holds and the setting.
Rules load_rules(db::Connection& connection, Days fallback);

/// What a sweep at `now` would do.
struct Plan {
  struct Row {
    core::TenantId tenant;
    Kind kind;
    std::string policy;  ///< empty: retention.default_days
    Fate fate;
    Total total;
  };
  std::vector<Row> rows;  ///< nothing that is kept is in it

  Total due(Kind kind) const;
};
using UseDecision = std::function<void(const Item&, const Decision&)>;
/// `use` sees everything that is due, held or bound beyond its time.
Plan make_plan(db::Connection& connection, const Planner& planner, core::Time now,
               Elsewhere& elsewhere, const UseDecision& use = {});

}  // namespace trunkline::retention
