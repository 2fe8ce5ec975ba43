// SPDX-License-Identifier: MIT
#include "archive/archive.h"

#include <fmt/format.h>

#include <algorithm>

#include "archive/compressed_file.h"
#include "core/text.h"
#include "db/transaction.h"
#include "os/disk.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

// The largest month of a busy site is read and written in one statement.
constexpr core::Milliseconds kPatience = std::chrono::hours(6);
// Text of rows takes about the room of rows, compressed a tenth of it; a full disk stops calls.
constexpr std::uint64_t kRoomShare = 2;

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

}  // namespace

std::vector<Archived> archives(db::Connection& connection) {
  static constexpr db::Statement kArchives{
      "SELECT id, table_name, to_char(month, 'YYYY-MM') AS month, part, file, rows, bytes, sha256,"
      "       who, archived_at, restored_at FROM trunkline.archive ORDER BY month, table_name, "
      "part"};
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
                   .restored_at = row.get<std::optional<core::Time>>("restored_at")});
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
  require_room(folder, month);
  be_patient(connection);
  // Not as of one snapshot: what a writer committed while the lock was waited for has to be seen.
  db::Transaction transaction(connection, db::Isolation::read_committed);
  const db::Rows begun = connection.query(kBegin, {month.table, first_day(month.month)});
  Archived archived{.id = core::Uuid::make(now),
                    .table = month.table,
                    .month = month.month,
                    .part = begun.only().get<int>("part"),
                    .archived_at = now};
  std::string name = fmt::format("{}_{}.{}.csv.zst", month.table, month.month, archived.part);
  std::replace(name.begin(), name.end(), '-', '_');
  archived.file = name;
  const fs::path path = folder / name;
  CompressedWriter writer(path);
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
  transaction.commit();
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
  static constexpr db::Statement kBegin{
      "SELECT trunkline.archive_restore_begin($1, $2) AS statement"};
  static constexpr db::Statement kEnd{"SELECT trunkline.archive_restore_end($1)"};
  core::value_or_throw(verify(folder, archived));
  const fs::path path = folder / archived.file;
  const std::vector<std::string> columns = columns_in(path);
  be_patient(connection);
  db::Transaction transaction(connection);
  const db::Rows begun = connection.query(kBegin, {archived.id, db::Value::array(columns)});
  CompressedReader reader = core::value_or_throw(CompressedReader::open(path));
  std::vector<char> space(std::size_t{256} * 1024);
  connection.copy_in(begun.only().get<std::string>("statement"),
                     [&] { return std::string_view(space.data(), reader.read(space)); });
  connection.query(kEnd, {archived.id});
  transaction.commit();
}

}  // namespace trunkline::archive
