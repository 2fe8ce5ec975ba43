// SPDX-License-Identifier: MIT
#include "archive/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "archive/compressed_file.h"
#include "archive/tidy.h"
#include "core/json.h"
#include "core/text.h"
#include "db/transaction.h"
#include "os/atomic_file.h"
#include "os/disk.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

// The largest month of a busy site is read and written in one statement.
constexpr core::Milliseconds kPatience = std::chrono::hours(6);
// Text of rows takes about the room of rows, compressed a tenth of it; a full disk stops calls.
constexpr std::uint64_t kRoomShare = 2;
constexpr core::ByteCount kLongestMark{4096};

std::string first_day(const std::string& month) {
  return month + "-01";
}

/// Throws core::Error (io) where the folder's disk might be full before the month is written.
void require_room(const fs::path& folder, const Due& month) {
  std::error_code error;
  fs::create_directories(folder, error);
  const auto space = core::value_or_throw(os::disk_space(folder));
  const auto wanted = static_cast<std::uint64_t>(month.bytes) / kRoomShare;
  if (space.available.value() >= wanted) return;
  throw core::Error(ExitCode::io,
                    fmt::format("cannot archive {} of {}: {} are free in {}, it might take {}",
                                month.table, month.month, core::to_text(space.available),
                                folder.string(), core::to_text(core::ByteCount(wanted))),
                    "choose another folder: ledger.archive_dir");
}

/// For a transaction that lasts as long as a file takes to be written and read, of which the server
/// sees nothing meanwhile.
void be_patient(db::Connection& connection) {
  static constexpr db::Statement kIdle{
      "SELECT set_config('idle_in_transaction_session_timeout', '0', false)"};
  connection.set_statement_timeout(kPatience);
  connection.query(kIdle);
}

std::vector<std::string> columns_in(const fs::path& path) {
  CompressedReader reader = core::value_or_throw(CompressedReader::open(path));
  std::string heading;
  std::vector<char> space(std::size_t{64} * 1024);
  while (heading.find('\n') == std::string::npos) {
    const std::size_t size = reader.read(space);
    if (size == 0)
      throw core::Error(ExitCode::data,
                        fmt::format("cannot read {}: it has no heading", path.string()));
    heading.append(space.data(), size);
  }
  heading.resize(heading.find('\n'));
  std::vector<std::string> columns;
  for (const std::string_view column : core::split(heading, ',')) columns.emplace_back(column);
  return columns;
}

/// Notes on the disk that a file is being made, until the end of its scope was reached.
class BegunMark {
 public:
  BegunMark(const fs::path& file, const db::Connection& connection) : path_(begun_mark(file)) {
    core::value_or_throw(
        os::write_atomically(path_, core::as_bytes(connection.address()), kMarkMode));
  }
  BegunMark(const BegunMark&) = delete;
  BegunMark& operator=(const BegunMark&) = delete;
  ~BegunMark() = default;  // what is left of a failure is tidied up with its file

  void remove() const noexcept {
    std::error_code ignored;  // tidy() knows by the row that the file is whole
    fs::remove(path_, ignored);
  }

 private:
  static constexpr mode_t kMarkMode = 0640;
  fs::path path_;
};

/// The first part whose name nothing has but what a crash left: a file that the database does not
/// know may be all there is of its month, where the database was restored from a backup.
int free_part(const db::Connection& connection, const fs::path& folder, const Due& month,
              int part) {
  for (;; ++part) {
    const fs::path path = folder / file_name(month.table, month.month, part);
    if (!fs::exists(path) || is_begun(path, connection)) return part;
  }
}

/// What of a month came back, whose place is in the file that is made now, and with it the names of
/// all files that those had taken the place of.
struct Replaced {
  std::vector<Archived> back;
  core::Json names = core::Json::array();
};

Replaced replaced_of(db::Connection& connection, const Due& month) {
  std::vector<Archived> all = archives(connection);
  std::erase_if(all, [&](const Archived& one) {
    return one.table != month.table || one.month != month.month || one.counts();
  });
  Replaced replaced;
  std::set<core::Uuid> ids;
  // A file is replaced by a later part.
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if (!one->is_back() && !ids.contains(*one->replaced_by)) continue;
    ids.insert(one->id);
    replaced.names.push_back(one->file);
    if (one->is_back()) replaced.back.push_back(*one);
  }
  return replaced;
}

void bring_back(db::Connection& connection, const fs::path& folder, const Archived& archived) {
  static constexpr db::Statement kBegin{
      "SELECT trunkline.archive_restore_begin($1, $2) AS statement"};
  static constexpr db::Statement kEnd{"SELECT trunkline.archive_restore_end($1)"};
  const fs::path path = folder / archived.file;
  const std::vector<std::string> columns = columns_in(path);
  const db::Rows begun = connection.query(kBegin, {archived.id, db::Value::array(columns)});
  CompressedReader reader = core::value_or_throw(CompressedReader::open(path));
  std::vector<char> space(std::size_t{256} * 1024);
  connection.copy_in(begun.only().get<std::string>("statement"),
                     [&] { return std::string_view(space.data(), reader.read(space)); });
  connection.query(kEnd, {archived.id});
}

}  // namespace

std::string month_of(core::Time at) {
  return core::to_rfc3339(at).substr(0, std::string_view("2024-01").size());
}

core::Time begin_of(const std::string& month) {
  return core::value_or_throw(core::parse_rfc3339(month + "-01T00:00:00Z"));
}

core::Time end_of(const std::string& month) {
  const std::chrono::sys_days first = std::chrono::floor<std::chrono::days>(begin_of(month));
  const std::chrono::year_month_day date{first};
  return core::Time(
      std::chrono::sys_days{(date.year() / date.month() + std::chrono::months(1)) / 1});
}

std::string file_name(const std::string& table, const std::string& month, int part) {
  std::string name = fmt::format("{}_{}.{}.csv.zst", table, month, part);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

fs::path begun_mark(const fs::path& file) {
  return file.string() + ".begun";
}

bool is_begun(const fs::path& file, const db::Connection& connection) {
  const auto whose = os::read_text_file(begun_mark(file), kLongestMark);
  return whose && *whose == connection.address();
}

std::vector<Archived> archives(db::Connection& connection) {
  static constexpr db::Statement kArchives{
      "SELECT id, table_name, to_char(month, 'YYYY-MM') AS month, part, file, rows, bytes, sha256,"
      "       who, archived_at, restored_at, reopened_at, replaced_by FROM trunkline.archive"
      " ORDER BY month, table_name, part"};
  std::vector<Archived> all;
  for (const db::Row row : connection.query(kArchives)) {
    all.push_back({.id = row.get<core::Uuid>("id"),
                   .table = row.get<std::string>("table_name"),
                   .month = row.get<std::string>("month"),
                   .part = row.get<int>("part"),
                   .file = row.get<std::string>("file"),
                   .rows = row.get<std::int64_t>("rows"),
                   .bytes = row.get<std::int64_t>("bytes"),
                   .sha256 = row.get<core::Bytes>("sha256"),
                   .who = row.get<std::string>("who"),
                   .archived_at = row.get<core::Time>("archived_at"),
                   .restored_at = row.get<std::optional<core::Time>>("restored_at"),
                   .reopened_at = row.get<std::optional<core::Time>>("reopened_at"),
                   .replaced_by = row.get<std::optional<core::Uuid>>("replaced_by")});
  }
  return all;
}

std::vector<Due> due(db::Connection& connection, const cdr::Month& month) {
  static constexpr db::Statement kDue{
      "SELECT table_name, to_char(month, 'YYYY-MM') AS month, bytes FROM "
      "trunkline.archive_due($1)"};
  std::vector<Due> all;
  for (const db::Row row : connection.query(kDue, {month.first_day()}))
    all.push_back({row.get<std::string>("table_name"), row.get<std::string>("month"),
                   row.get<std::int64_t>("bytes")});
  return all;
}

Archived archive_month(db::Connection& connection, const fs::path& folder, const Due& month,
                       core::Time now) {
  static constexpr db::Statement kBegin{
      "SELECT statement, part FROM trunkline.archive_begin($1, $2)"};
  static constexpr db::Statement kEnd{
      "SELECT trunkline.archive_end($1, $2, $3, $4, $5, $6, $7, $8)"};
  static constexpr db::Statement kReplace{"SELECT trunkline.archive_replace($1)"};
  require_room(folder, month);
  be_patient(connection);
  // Not as of one snapshot: what a writer committed while the lock was waited for has to be seen.
  db::Transaction transaction(connection, db::Isolation::read_committed);
  const db::Rows begun = connection.query(kBegin, {month.table, first_day(month.month)});
  Archived archived{.id = core::Uuid::make(now),
                    .table = month.table,
                    .month = month.month,
                    .part = free_part(connection, folder, month, begun.only().get<int>("part")),
                    .archived_at = now};
  archived.file = file_name(month.table, month.month, archived.part);
  const Replaced replaced = replaced_of(connection, month);
  const fs::path path = folder / archived.file;
  const BegunMark mark(path, connection);
  CompressedWriter writer(path,
                          replaced.names.empty() ? std::string() : core::to_line(replaced.names));
  archived.rows = connection.copy_out(begun.only().get<std::string>("statement"),
                                      [&](std::string_view bytes) { writer.write(bytes); });
  const crypto::Sha256 written = writer.finish();
  if (core::value_or_throw(digest_of(path)) != written)
    throw core::Error(
        ExitCode::data,
        fmt::format("cannot archive {} of {}: {} does not read back as it was written", month.table,
                    month.month, path.string()),
        "the disk is not to be trusted");
  archived.sha256.assign(written.begin(), written.end());
  archived.bytes = static_cast<std::int64_t>(fs::file_size(path));
  connection.query(kEnd, {archived.id, archived.table, first_day(month.month), archived.part,
                          archived.file, archived.rows, archived.bytes, archived.sha256});
  connection.query(kReplace, {archived.id});
  transaction.commit();
  mark.remove();
  for (const Archived& one : replaced.back) remove_file(folder, one.file);
  return archived;
}

core::Result<void> verify(const fs::path& folder, const Archived& archived) {
  const fs::path path = folder / archived.file;
  const auto digest = digest_of(path);
  if (!digest) return tl::unexpected(digest.error());
  if (std::equal(digest->begin(), digest->end(), archived.sha256.begin(), archived.sha256.end()))
    return {};
  return core::fault(
      ExitCode::data,
      fmt::format("cannot trust {}: its content is not what was archived", path.string()),
      "bring it back from a backup");
}

void restore(db::Connection& connection, const fs::path& folder, const Archived& archived) {
  core::value_or_throw(verify(folder, archived));
  be_patient(connection);
  db::Transaction transaction(connection);
  bring_back(connection, folder, archived);
  transaction.commit();
}

void reopen(db::Connection& connection, const fs::path& folder, const Archived& archived) {
  static constexpr db::Statement kReopen{"SELECT trunkline.archive_reopen($1)"};
  if (archived.counts()) core::value_or_throw(verify(folder, archived));
  be_patient(connection);
  db::Transaction transaction(connection);
  if (archived.counts()) bring_back(connection, folder, archived);
  connection.query(kReopen, {archived.id});
  transaction.commit();
}

}  // namespace trunkline::archive
