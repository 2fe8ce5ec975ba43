// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <cerrno>

#include "keystore/mirror.h"
#include "localdb/database.h"
#include "localdb/statement.h"
#include "os/system_fault.h"

namespace trunkline::keystore {
namespace {

/// The rows of a store in the order of their numbers, one at a time.
class Walk {
 public:
  explicit Walk(localdb::Database& database)
      : select_(database,
                "select number, recording, wrapped_by, nonce from data_key order by number"),
        rows_(select_.query()) {
    next();
  }
  void next() { has_row_ = rows_.next(); }
  bool has_row() const { return has_row_; }
  std::int64_t number() const { return rows_.integer(0); }
  bool equals(const Walk& other) const {
    return core::as_text(rows_.blob(1)) == core::as_text(other.rows_.blob(1)) &&
           rows_.text(2) == other.rows_.text(2) &&
           core::as_text(rows_.blob(3)) == core::as_text(other.rows_.blob(3));
  }

 private:
  localdb::Statement select_;
  localdb::Rows rows_;
  bool has_row_ = false;
};

void compare(Walk& store, Walk& copy, MirrorComparison& result) {
  while (store.has_row() || copy.has_row()) {
    if (!copy.has_row() || (store.has_row() && store.number() < copy.number())) {
      ++result.rows;
      ++result.missing;
      store.next();
    } else if (!store.has_row() || copy.number() < store.number()) {
      ++result.extra;
      copy.next();
    } else {
      ++result.rows;
      if (!store.equals(copy)) ++result.different;
      store.next();
      copy.next();
    }
  }
}

core::Result<std::optional<core::Time>> made_at(const std::filesystem::path& copy) {
  struct stat status {};
  if (stat(copy.c_str(), &status) == 0)
    return core::from_microseconds(std::int64_t{status.st_mtim.tv_sec} * 1'000'000 +
                                   status.st_mtim.tv_nsec / 1000);
  if (errno == ENOENT) return std::nullopt;
  return os::system_failure("look at the key mirror " + copy.native(), errno);
}

}  // namespace

core::Result<MirrorComparison> compare_mirror(const std::filesystem::path& store,
                                              const std::filesystem::path& directory) {
  const std::filesystem::path copy = directory / store.filename();
  const auto copied_at = made_at(copy);
  if (!copied_at) return tl::unexpected(copied_at.error());
  MirrorComparison result{.copied_at = *copied_at};
  try {
    auto present = localdb::Database::open(store, {.access = localdb::Access::read_write});
    const localdb::Snapshot snapshot(present);
    Walk walk(present);
    if (!*copied_at) {
      for (; walk.has_row(); walk.next()) ++result.rows;
      result.missing = result.rows;
      return result;
    }
    auto mirrored = localdb::Database::open(copy, {.access = localdb::Access::read_only});
    Walk other(mirrored);
    compare(walk, other, result);
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(failure.fault());
  }
  return result;
}

core::Result<std::uint64_t> mirrored_rows_of(const std::filesystem::path& store,
                                             const std::filesystem::path& directory,
                                             const KeyId& id) {
  const std::filesystem::path copy = directory / store.filename();
  const auto copied_at = made_at(copy);
  if (!copied_at) return tl::unexpected(copied_at.error());
  if (!*copied_at) return std::uint64_t{0};
  try {
    auto mirrored = localdb::Database::open(copy, {.access = localdb::Access::read_only});
    localdb::Statement count(mirrored, "select count(*) from data_key where wrapped_by = ?1");
    auto rows = count.query(id.value());
    return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
  } catch (const localdb::Failure& failure) {
    return tl::unexpected(failure.fault());
  }
}

}  // namespace trunkline::keystore
