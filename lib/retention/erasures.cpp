// SPDX-License-Identifier: MIT
#include "retention/erasures.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <unordered_set>

#include "localdb/database.h"
#include "localdb/statement.h"
#include "os/system_fault.h"

namespace trunkline::retention {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSchemaVersion = 1;
constexpr const char* kFileName = "erasures.db";
constexpr const char* kTables = R"(
  create table batch(
    number integer primary key autoincrement,
    run blob not null,
    kind text not null,
    first integer not null,
    last integer not null,
    begun_at integer not null,
    done_at integer);
  create index batch_begun on batch(number) where done_at is null;
  create table erasure(
    number integer primary key autoincrement,
    batch integer not null,
    kind text not null,
    id blob not null,
    tenant blob not null,
    sides text not null,
    path text not null,
    why text not null);
  create table fact(name text primary key, value text not null) without rowid;
)";
constexpr std::array<std::string_view, 4> kSides{"all", "caller", "called", "both"};
constexpr std::array<std::string_view, 3> kRunKinds{"sweep", "request", "reapply"};
constexpr std::string_view kLastSweep = "last_sweep";
constexpr std::string_view kLastRun = "last_run";
constexpr std::array<std::string_view, 2> kLocations{"location", "cold_location"};

template <class Enum, std::size_t N>
Enum enum_of(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names.at(i) == text) return static_cast<Enum>(i);
  throw core::Error(core::ExitCode::data,
                    fmt::format("cannot read the erasure journal: '{}' is no word of it", text),
                    "restore it from a backup");
}

core::Uuid uuid_of(core::ByteView blob) {
  std::array<std::byte, 16> bytes{};
  if (blob.size() == bytes.size()) std::copy(blob.begin(), blob.end(), bytes.begin());
  return core::Uuid(bytes);
}

/// Columns kind, id, tenant, sides, path, why from `first` on.
Erasure erasure_of(const localdb::Rows& rows, int first) {
  return {.kind = core::value_or_throw(parse_kind(rows.text(first))),
          .id = uuid_of(rows.blob(first + 1)),
          .tenant = core::TenantId(uuid_of(rows.blob(first + 2))),
          .sides = enum_of<Sides>(kSides, rows.text(first + 3)),
          .path = std::string(rows.text(first + 4)),
          .why = std::string(rows.text(first + 5))};
}

void prepare(localdb::Database& database) {
  if (database.schema_version() == 0) {
    localdb::Transaction transaction(database);
    if (database.schema_version() == 0) {
      database.execute(kTables);
      database.set_schema_version(kSchemaVersion);
    }
    transaction.commit();
  }
  if (database.schema_version() != kSchemaVersion)
    throw core::Error(
        core::ExitCode::data,
        fmt::format("'{}' is no erasure journal of this version", database.path().string()),
        "use the tools it was made by, or newer ones");
}

std::optional<core::Uuid> uuid_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return core::value_or_throw(core::Uuid::parse(*text));
}

std::optional<core::Time> time_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return core::value_or_throw(core::parse_rfc3339(*text));
}

}  // namespace

std::string_view name_of(Sides sides) {
  return kSides.at(static_cast<std::size_t>(sides));
}

Sides together(Sides left, Sides right) {
  if (left == right) return left;
  return left == Sides::all || right == Sides::all ? Sides::all : Sides::both;
}

std::string_view name_of(RunKind kind) {
  return kRunKinds.at(static_cast<std::size_t>(kind));
}

struct ErasureJournal::State {
  State(os::Fd locked, const fs::path& path)
      : lock(std::move(locked)),
        database(localdb::Database::open(path)),
        ready((prepare(database), true)),
        add_batch(
            database,
            "insert into batch(run, kind, first, last, begun_at) values (?1, ?2, ?3, ?4, ?5)"),
        add(database,
            "insert into erasure(number, batch, kind, id, tenant, sides, path, why)"
            " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        end_batch(database, "update batch set done_at = ?2 where number = ?1"),
        items(database,
              "select e.kind, e.id, e.tenant, e.sides, e.path, e.why from erasure e join batch b"
              "  on b.number = ?1 and e.number between b.first and b.last order by e.number"),
        remove(database,
               "delete from erasure where batch = ?1 and id = ?2 and number between"
               " (select first from batch where number = ?1) and"
               " (select last from batch where number = ?1)"),
        fact(database, "select value from fact where name = ?1"),
        note(database, "insert or replace into fact(name, value) values (?1, ?2)") {}

  std::int64_t insert(const core::Uuid& run, RunKind kind, std::span<const Erasure> erasures,
                      core::Time now) {
    localdb::Statement last(database, "select coalesce(max(number), 0) from erasure");
    localdb::Statement made(database, "select last_insert_rowid()");
    std::int64_t number = [&] {
      auto rows = last.query();
      return rows.next() ? rows.integer(0) : 0;
    }();
    // Numbers of what was withdrawn or forgotten are not given again.
    localdb::Statement used(database, "select seq from sqlite_sequence where name = 'erasure'");
    if (auto rows = used.query(); rows.next()) number = std::max(number, rows.integer(0));
    add_batch.run(run.bytes(), name_of(kind), number + 1,
                  number + static_cast<std::int64_t>(erasures.size()), core::to_microseconds(now));
    const std::int64_t batch = [&] {
      auto rows = made.query();
      return rows.next() ? rows.integer(0) : 0;
    }();
    for (const Erasure& erasure : erasures)
      add.run(++number, batch, name_of(erasure.kind), erasure.id.bytes(),
              erasure.tenant.uuid().bytes(), name_of(erasure.sides), erasure.path, erasure.why);
    return batch;
  }
  std::vector<Erasure> erasures_of(std::int64_t batch) {
    std::vector<Erasure> found;
    for (auto rows = items.query(batch); rows.next();) found.push_back(erasure_of(rows, 0));
    return found;
  }
  std::optional<std::string> fact_of(std::string_view name) {
    auto rows = fact.query(name);
    if (!rows.next()) return std::nullopt;
    return std::string(rows.text(0));
  }

  os::Fd lock;
  localdb::Database database;
  bool ready;  ///< the tables are there before the statements are prepared
  localdb::Statement add_batch;
  localdb::Statement add;
  localdb::Statement end_batch;
  localdb::Statement items;
  localdb::Statement remove;
  localdb::Statement fact;
  localdb::Statement note;
};

ErasureJournal::ErasureJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}
ErasureJournal::ErasureJournal(ErasureJournal&&) noexcept = default;
ErasureJournal& ErasureJournal::operator=(ErasureJournal&&) noexcept = default;
ErasureJournal::~ErasureJournal() = default;

core::Result<ErasureJournal> ErasureJournal::open(const fs::path& folder) {
  std::error_code failure;
  if (fs::create_directories(folder, failure)) ::chmod(folder.c_str(), S_IRWXU);
  os::Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) return os::system_failure(fmt::format("open '{}'", folder.string()), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return core::fault(core::ExitCode::try_again,
                       "cannot erase: another sweep, erasure or reapplication is running",
                       "try again when it is done: retention status");
  const int descriptor = lock.get();
  auto state = std::make_unique<State>(std::move(lock), folder / kFileName);
  // What root makes is the timer's user's, too.
  struct stat owner {};
  if (::geteuid() == 0 &&
      (::fstat(descriptor, &owner) != 0 ||
       ::chown(state->database.path().c_str(), owner.st_uid, owner.st_gid) != 0))
    return os::system_failure("give the erasure journal its owner", errno);
  return ErasureJournal(std::move(state));
}

std::int64_t ErasureJournal::begin(const core::Uuid& run, RunKind kind,
                                   std::span<const Erasure> erasures, core::Time now) {
  localdb::Transaction transaction(state_->database);
  const std::int64_t batch = state_->insert(run, kind, erasures, now);
  transaction.commit();
  return batch;
}

void ErasureJournal::complete(std::int64_t batch, core::Time now,
                              std::span<const core::Uuid> left) {
  localdb::Transaction transaction(state_->database);
  if (!left.empty()) {
    const std::unordered_set<core::Uuid> ids(left.begin(), left.end());
    std::vector<Erasure> stay;
    for (Erasure& erasure : state_->erasures_of(batch))
      if (ids.contains(erasure.id)) stay.push_back(std::move(erasure));
    for (const Erasure& erasure : stay) state_->remove.run(batch, erasure.id.bytes());
    localdb::Statement of(state_->database, "select run, kind from batch where number = ?1");
    core::Uuid run;
    auto kind = RunKind::sweep;
    if (auto rows = of.query(batch); rows.next()) {
      run = uuid_of(rows.blob(0));
      kind = enum_of<RunKind>(kRunKinds, rows.text(1));
    }
    (void)state_->insert(run, kind, stay, now);  // begun() finds it
  }
  state_->end_batch.run(batch, core::to_microseconds(now));
  transaction.commit();
}

void ErasureJournal::withdraw(std::int64_t batch, std::span<const core::Uuid> ids) {
  localdb::Transaction transaction(state_->database);
  for (const core::Uuid& id : ids) state_->remove.run(batch, id.bytes());
  transaction.commit();
}

std::vector<ErasureJournal::Batch> ErasureJournal::begun() {
  localdb::Statement select(state_->database,
                            "select number, run, kind from batch where done_at is null"
                            " order by number");
  std::vector<Batch> batches;
  for (auto rows = select.query(); rows.next();)
    batches.push_back({.number = rows.integer(0),
                       .run = uuid_of(rows.blob(1)),
                       .kind = enum_of<RunKind>(kRunKinds, rows.text(2))});
  for (Batch& batch : batches) batch.erasures = state_->erasures_of(batch.number);
  return batches;
}

std::vector<Erasure> ErasureJournal::done(std::int64_t& after, std::size_t limit) {
  localdb::Statement select(
      state_->database,
      "select e.number, e.kind, e.id, e.tenant, e.sides, e.path, e.why"
      "  from erasure e join batch b on b.number = e.batch"
      " where e.number > ?1 and b.done_at is not null order by e.number limit ?2");
  std::vector<Erasure> found;
  for (auto rows = select.query(after, limit); rows.next();) {
    after = rows.integer(0);
    found.push_back(erasure_of(rows, 1));
  }
  return found;
}

std::vector<Erasure> ErasureJournal::calls_done() {
  localdb::Statement select(state_->database,
                            "select e.kind, e.id, e.tenant, e.sides, e.path, e.why from erasure e"
                            "  join batch b on b.number = e.batch"
                            " where e.kind = 'call' and b.done_at is not null order by e.number");
  std::vector<Erasure> found;
  for (auto rows = select.query(); rows.next();) found.push_back(erasure_of(rows, 0));
  return found;
}

std::uint64_t ErasureJournal::count_done() {
  localdb::Statement select(state_->database,
                            "select count(*) from erasure e join batch b on b.number = e.batch"
                            " where b.done_at is not null");
  auto rows = select.query();
  return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

std::uint64_t ErasureJournal::forget(core::Time before) {
  localdb::Transaction transaction(state_->database);
  localdb::Statement items(state_->database,
                           "delete from erasure where batch in"
                           " (select number from batch where done_at < ?1)");
  localdb::Statement batches(state_->database, "delete from batch where done_at < ?1");
  items.run(core::to_microseconds(before));
  const auto count = static_cast<std::uint64_t>(state_->database.changes());
  batches.run(core::to_microseconds(before));
  transaction.commit();
  return count;
}

std::optional<core::Time> ErasureJournal::last_sweep() {
  return time_of(state_->fact_of(kLastSweep));
}

void ErasureJournal::note_sweep(core::Time began) {
  state_->note.run(kLastSweep, core::to_rfc3339(began));
}

std::optional<core::Uuid> ErasureJournal::last_run() {
  return uuid_of(state_->fact_of(kLastRun));
}

void ErasureJournal::note_run(const core::Uuid& run) {
  state_->note.run(kLastRun, run.text());
}

std::optional<core::Uuid> ErasureJournal::location(storage::Tier tier) {
  return uuid_of(state_->fact_of(kLocations.at(static_cast<std::size_t>(tier))));
}

void ErasureJournal::note_location(storage::Tier tier, const core::Uuid& id) {
  state_->note.run(kLocations.at(static_cast<std::size_t>(tier)), id.text());
}

const fs::path& ErasureJournal::path() const noexcept {
  return state_->database.path();
}

core::Result<std::optional<JournalState>> look_at_journal(const fs::path& folder) {
  try {
    auto database =
        localdb::Database::open(folder / kFileName, {.access = localdb::Access::read_only});
    JournalState state;
    localdb::Statement fact(database, "select value from fact where name = ?1");
    if (auto rows = fact.query(kLastSweep); rows.next())
      state.last_sweep = time_of(std::string(rows.text(0)));
    localdb::Statement count(database,
                             "select b.done_at is null, count(*) from erasure e"
                             "  join batch b on b.number = e.batch group by 1");
    for (auto rows = count.query(); rows.next();)
      (rows.integer(0) != 0 ? state.begun : state.done) =
          static_cast<std::uint64_t>(rows.integer(1));
    return state;
  } catch (const localdb::Failure& failure) {
    if (failure.cause() == localdb::Cause::missing) return std::nullopt;
    return tl::unexpected(failure.fault());
  }
}

}  // namespace trunkline::retention
