// SPDX-License-Identifier: MIT
#include "retention/eraser.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "storage/cold.h"

namespace trunkline::retention {
namespace {

constexpr std::size_t kErasuresPage = 2'000;
// A store that timed out may have done it: asked again, it says so.
constexpr int kTries = 3;

core::Result<bool> remove_name(storage::Location& location, const std::string& path) {
  const auto name = storage::Name::parse(path);
  if (!name) return tl::unexpected(name.error());
  core::Result<bool> removed = false;
  for (int tries = 0; tries < kTries; ++tries) {
    removed = location.remove(*name);
    if (removed) break;
  }
  return removed;
}

/// From both tiers: one that was killed while it moved lies in both.
core::Result<bool> remove_object(storage::Location& location, const std::string& path) {
  const auto twin = remove_name(location, storage::twin_of(path));
  if (!twin) return twin;
  const auto removed = remove_name(location, path);
  if (!removed) return removed;
  return *twin || *removed;
}

/// Whether a run came as far as to change this call, though not to note that it was done.
bool is_in_database(db::Connection& database, const core::Uuid& run, const Erasure& erasure) {
  static constexpr db::Statement kErased{
      "SELECT 1 AS found FROM trunkline.erased WHERE id = $1 AND kind = 'call' AND run = $2"};
  return erasure.kind == Kind::call && !database.query(kErased, {erasure.id, run}).empty();
}

void keep_first(Erased& erased, const core::Fault& fault) {
  if (erased.first_fault.empty()) erased.first_fault = fault.message;
}

}  // namespace

Erased& Erased::operator+=(const Erased& other) {
  recordings += other.recordings;
  calls += other.calls;
  missing += other.missing;
  failed += other.failed;
  if (first_fault.empty()) first_fault = other.first_fault;
  return *this;
}

void lock_rules(db::Connection& database) {
  static constexpr db::Statement kLock{"SELECT trunkline.retention_lock_shared()"};
  database.query(kLock);
}

Erased Eraser::erase(std::span<const Erasure> erasures, db::Transaction& page) {
  const std::int64_t batch = parts_.journal.begin(run_, kind_, erasures, parts_.clock.wall());
  pass(Step::intent);
  return carry_out(batch, run_, {erasures.begin(), erasures.end()}, page);
}

Erased Eraser::resume(const std::function<MayGo()>& decide_anew) {
  Erased all;
  for (ErasureJournal::Batch& batch : parts_.journal.begun()) {
    db::Transaction page(parts_.database);
    lock_rules(parts_.database);
    const MayGo may_go = decide_anew();
    std::vector<core::Uuid> stay;
    std::erase_if(batch.erasures, [&](const Erasure& erasure) {
      if (is_begun(erasure) || is_in_database(parts_.database, batch.run, erasure) ||
          may_go(batch.kind, erasure))
        return false;
      stay.push_back(erasure.id);
      return true;
    });
    if (!stay.empty()) parts_.journal.withdraw(batch.number, stay);
    all += carry_out(batch.number, batch.run, std::move(batch.erasures), page);
  }
  all.missing = 0;  // the run that was cut short removed them
  return all;
}

Erased Eraser::reapply() {
  Erased all;
  std::int64_t after = 0;
  for (;;) {
    const std::vector<Erasure> page_of = parts_.journal.done(after, kErasuresPage);
    if (page_of.empty()) break;
    all += reapply(page_of);
  }
  return all;
}

Erased Eraser::reapply(std::span<const Erasure> erasures) {
  static constexpr db::Statement kRemember{"SELECT trunkline.remember_erased($1, $2, $3, $4)"};
  Erased erased;
  remove_keys(erasures);
  const Objects objects = remove_objects(erasures);
  if (objects.fault) {
    keep_first(erased, *objects.fault);
    erased.failed += objects.left.size();
    if (objects.is_away) throw core::Error(*objects.fault);
  }
  core::value_or_throw(parts_.recordings.sync());
  db::Transaction page(parts_.database);
  std::vector<core::Uuid> ids;
  std::vector<core::Uuid> tenants;
  std::vector<std::string> whys;
  for (const Erasure& erasure : erasures) {
    if (erasure.kind != Kind::recording) continue;
    ids.push_back(erasure.id);
    tenants.push_back(erasure.tenant.uuid());
    whys.push_back(erasure.why);
  }
  if (!ids.empty())
    parts_.database.query(kRemember, {run_, db::Value::array(std::span<const core::Uuid>(ids)),
                                      db::Value::array(std::span<const core::Uuid>(tenants)),
                                      db::Value::array(std::span<const std::string>(whys))});
  erase_rows(erasures, run_, erased);
  page.commit();
  pass(Step::committed);
  return erased;
}

/// Whether its audio is gone already: its key is, and whatever had an object had a key.
bool Eraser::is_begun(const Erasure& erasure) const {
  if (erasure.kind != Kind::recording || erasure.path.empty() || parts_.keys == nullptr)
    return false;
  return !parts_.keys->has_key(core::RecordingId(erasure.id));
}

std::uint64_t Eraser::remove_keys(std::span<const Erasure> erasures) {
  if (parts_.keys == nullptr) return 0;
  std::vector<core::RecordingId> recordings;
  for (const Erasure& erasure : erasures)
    if (erasure.kind == Kind::recording) recordings.emplace_back(erasure.id);
  if (recordings.empty()) return 0;
  return core::value_or_throw(parts_.keys->remove_all(recordings));
}

Eraser::Objects Eraser::remove_objects(std::span<const Erasure> erasures) {
  Objects objects;
  for (const Erasure& erasure : erasures) {
    if (erasure.kind != Kind::recording || erasure.path.empty()) continue;
    if (objects.is_away) {
      objects.left.push_back(erasure.id);
      continue;
    }
    const core::Result<bool> removed = remove_object(parts_.recordings, erasure.path);
    if (!removed) {
      if (!objects.fault) objects.fault = removed.error();
      objects.is_away = removed.error().code == core::ExitCode::unavailable;
      objects.left.push_back(erasure.id);
    } else if (!*removed) {
      ++objects.missing;
    }
  }
  return objects;
}

void Eraser::erase_rows(std::span<const Erasure> erasures, const core::Uuid& run, Erased& erased) {
  static constexpr db::Statement kEraseRecordings{
      "SELECT trunkline.erase_recordings($1, $2, $3) AS count"};
  static constexpr db::Statement kEraseCalls{
      "SELECT trunkline.erase_calls($1, $2, $3, $4) AS count"};
  for (const Kind kind : {Kind::recording, Kind::call}) {
    std::vector<core::Uuid> ids;
    std::vector<std::string> whys;
    std::vector<std::string> sides;
    // Two requests may have had a party each of one call.
    std::unordered_map<core::Uuid, Sides> all_of;
    for (const Erasure& erasure : erasures) {
      if (erasure.kind != kind) continue;
      const auto [known, is_new] = all_of.try_emplace(erasure.id, erasure.sides);
      if (!is_new) {
        known->second = together(known->second, erasure.sides);
        continue;
      }
      ids.push_back(erasure.id);
      whys.push_back(erasure.why);
    }
    if (ids.empty()) continue;
    for (const core::Uuid& id : ids) sides.emplace_back(name_of(all_of.at(id)));
    db::Values values{run, db::Value::array(std::span<const core::Uuid>(ids)),
                      db::Value::array(std::span<const std::string>(whys))};
    const bool is_call = kind == Kind::call;
    if (is_call) values.push_back(db::Value::array(std::span<const std::string>(sides)));
    const auto count = static_cast<std::uint64_t>(
        parts_.database.query(is_call ? kEraseCalls : kEraseRecordings, values)
            .only()
            .get<std::int64_t>("count"));
    (is_call ? erased.calls : erased.recordings) += count;
  }
}

Erased Eraser::carry_out(std::int64_t batch, const core::Uuid& run, std::vector<Erasure> erasures,
                         db::Transaction& page) {
  Erased erased;
  remove_keys(erasures);
  pass(Step::keys);
  const Objects objects = remove_objects(erasures);
  if (!erasures.empty()) core::value_or_throw(parts_.recordings.sync());
  pass(Step::objects);
  erased.missing = objects.missing;
  if (objects.fault) {
    keep_first(erased, *objects.fault);
    erased.failed = objects.left.size();
    std::erase_if(erasures, [&](const Erasure& erasure) {
      return std::find(objects.left.begin(), objects.left.end(), erasure.id) != objects.left.end();
    });
  }
  erase_rows(erasures, run, erased);
  pass(Step::rows);
  page.commit();
  pass(Step::committed);
  parts_.journal.complete(batch, parts_.clock.wall(), objects.left);
  pass(Step::done);
  // Only now: what could be done of the batch is on record.
  if (objects.is_away) throw core::Error(*objects.fault);
  return erased;
}

}  // namespace trunkline::retention
