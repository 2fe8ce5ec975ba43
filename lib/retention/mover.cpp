// SPDX-License-Identifier: MIT
#include "retention/mover.h"

#include <fmt/format.h>

#include "db/transaction.h"

namespace trunkline::retention {
namespace {

/// Nothing where there is no such object.
core::Result<std::optional<storage::Status>> find(const storage::Location& location,
                                                  const storage::Name& name) {
  const auto status = location.stat(name);
  if (status) return *status;
  if (status.error().code == core::ExitCode::no_input) return std::nullopt;
  return tl::unexpected(status.error());
}

/// In a transaction: whether the recording's file may be another one now. No sweep erases it before
/// the transaction ends.
bool may_move(db::Connection& connection, core::RecordingId recording, const std::string& path) {
  static constexpr db::Statement kAllow{"SELECT trunkline.compact_allow($1, $2) AS may"};
  return connection.query(kAllow, {recording, path}).only().get<bool>("may");
}

/// In the same transaction: the row and the audit log say where it is.
void note_moved(db::Connection& connection, core::RecordingId recording, const storage::Name& to) {
  static constexpr db::Statement kDone{"SELECT trunkline.move_done($1, $2)"};
  connection.query(kDone, {recording, to.text()});
}

bool is_same(const std::optional<storage::Status>& a, const std::optional<storage::Status>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (a->bytes == b->bytes && a->changed == b->changed));
}

}  // namespace

std::vector<Movable> movable(db::Connection& connection, storage::Tier from, core::Time before,
                             core::RecordingId after, int limit) {
  static constexpr db::Statement kMovable{
      "SELECT recording, path FROM trunkline.recording"
      " WHERE recording > $1 AND ended_at < $2 AND starts_with(path, 'cold/') = $3"
      "   AND status IN ('complete', 'truncated')"
      " ORDER BY recording LIMIT $4"};
  std::vector<Movable> found;
  for (const db::Row row :
       connection.query(kMovable, {after, before, from == storage::Tier::cold, limit}))
    found.push_back({.recording = row.get<core::RecordingId>("recording"),
                     .path = row.get<std::string>("path")});
  return found;
}

bool take_move_lock(db::Connection& connection) {
  static constexpr db::Statement kLock{
      "SELECT pg_try_advisory_lock(hashtext('trunkline.retention.move')) AS is_ours"};
  return connection.query(kLock).only().get<bool>("is_ours");
}

core::Result<std::optional<core::ByteCount>> Mover::move(const Movable& one) {
  storage::Location& location = parts_.recordings;
  const auto from = storage::Name::parse(one.path);
  if (!from) return tl::unexpected(from.error());
  const auto to = storage::Name::parse(storage::twin_of(one.path));
  if (!to) return tl::unexpected(to.error());

  const auto old = find(location, *from);
  if (!old) return tl::unexpected(old.error());
  core::ByteCount bytes;
  if (*old) {
    const auto stored = location.put(*to, parts_.root / from->text());
    if (!stored) return tl::unexpected(stored.error());
    bytes = stored->bytes;
  } else {
    // A run that was killed moved it, and did not come to say so.
    const auto there = location.stat(*to);
    if (!there) return tl::unexpected(there.error());
    bytes = there->bytes;
  }
  pass(Step::copied);

  db::Transaction transaction(parts_.database);
  if (!may_move(parts_.database, one.recording, one.path)) {
    if (auto back = take_back(one, *to); !back) return tl::unexpected(back.error());
    return std::nullopt;
  }
  const auto now = find(location, *from);
  if (!now) return tl::unexpected(now.error());
  if (!is_same(*old, *now)) {  // packed meanwhile
    if (auto gone = location.remove(*to); !gone) return tl::unexpected(gone.error());
    return std::nullopt;
  }
  if (const auto gone = location.remove(*from); !gone) return tl::unexpected(gone.error());
  pass(Step::removed);
  note_moved(parts_.database, one.recording, *to);
  pass(Step::noted);
  transaction.commit();
  pass(Step::done);
  return bytes;
}

core::Result<void> Mover::settle(const Movable& one) {
  if (const auto copy = storage::Name::parse(storage::twin_of(one.path)))
    if (auto cleared = parts_.recordings.clear_unfinished(*copy); !cleared) return cleared;
  return settle_tiers(one.recording);
}

core::Result<void> Mover::settle_tiers(core::RecordingId recording) {
  static constexpr db::Statement kPath{
      "SELECT coalesce(path, '') AS path FROM trunkline.recording WHERE recording = $1"};
  db::Transaction transaction(parts_.database);
  const db::Rows rows = parts_.database.query(kPath, {recording});
  if (rows.empty()) return {};
  const std::string path = rows.only().get<std::string>("path");
  // One that was erased has no path any more: the eraser took both files.
  if (path.empty() || !may_move(parts_.database, recording, path)) return {};
  const auto said = storage::Name::parse(path);
  const auto other = storage::Name::parse(storage::twin_of(path));
  if (!said || !other) return tl::unexpected((said ? other : said).error());
  const auto is_there = find(parts_.recordings, *said);
  if (!is_there) return tl::unexpected(is_there.error());
  const auto is_other_there = find(parts_.recordings, *other);
  if (!is_other_there) return tl::unexpected(is_other_there.error());
  if (*is_there && *is_other_there) {
    if (auto gone = parts_.recordings.remove(*other); !gone) return tl::unexpected(gone.error());
  } else if (*is_other_there) {
    note_moved(parts_.database, recording, *other);
  }
  transaction.commit();
  return {};
}

/// The copy of one that was erased goes, too; of one that moved it is the recording.
core::Result<void> Mover::take_back(const Movable& one, const storage::Name& copy) {
  static constexpr db::Statement kMoved{
      "SELECT 1 AS found FROM trunkline.recording WHERE recording = $1 AND path = $2"};
  if (!parts_.database.query(kMoved, {one.recording, copy.text()}).empty()) return {};
  if (auto gone = parts_.recordings.remove(copy); !gone) return tl::unexpected(gone.error());
  return {};
}

}  // namespace trunkline::retention
