// SPDX-License-Identifier: MIT
#include "journal/file.h"

#include <algorithm>

namespace trunkline::journal {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kTables = R"(
  create table node(id blob not null, anchor_seq integer not null, anchor_hash blob not null);
  create table entry(
    seq integer primary key,
    kind text not null,
    tenant blob,
    call blob,
    at integer not null,
    body text not null,
    hash blob not null);
  create index entry_call on entry(call, seq) where call is not null;
  create table state(
    kind text not null,
    key text not null,
    value text not null,
    primary key(kind, key)) without rowid;
)";

core::Uuid uuid_of(core::ByteView blob) {
  std::array<std::byte, 16> bytes{};
  if (blob.size() == bytes.size()) std::copy(blob.begin(), blob.end(), bytes.begin());
  return core::Uuid(bytes);
}

ChainHash hash_of(core::ByteView blob) {
  ChainHash hash{};
  if (blob.size() == hash.size()) std::copy(blob.begin(), blob.end(), hash.begin());
  return hash;
}

[[noreturn]] void throw_not_a_journal(const localdb::Database& database) {
  throw core::Error(core::ExitCode::data, "'" + database.path().string() + "' is not a journal",
                    "move it away: a new one is made, and counts as a new node");
}

}  // namespace

void prepare_file(localdb::Database& database, core::Time now) {
  if (database.schema_version() == 0) {
    localdb::Transaction transaction(database);
    localdb::Statement tables(database, "select count(*) from sqlite_master where type = 'table'");
    {
      auto rows = tables.query();
      if (!rows.next() || rows.integer(0) != 0) throw_not_a_journal(database);
    }
    database.execute(kTables);
    const core::NodeId node = core::NodeId::make(now);
    const ChainHash anchor = first_link(node);
    localdb::Statement insert(database, "insert into node values (?1, 0, ?2)");
    insert.run(node.uuid().bytes(), core::ByteView(anchor));
    database.set_schema_version(kSchemaVersion);
    transaction.commit();
  }
  check_file(database);
}

void check_file(localdb::Database& database) {
  if (database.schema_version() != kSchemaVersion) throw_not_a_journal(database);
}

core::NodeId read_node(localdb::Database& database) {
  localdb::Statement select(database, "select id from node");
  auto rows = select.query();
  if (!rows.next()) throw_not_a_journal(database);
  return core::NodeId(uuid_of(rows.blob(0)));
}

Anchor read_anchor(localdb::Database& database) {
  localdb::Statement select(database, "select anchor_seq, anchor_hash from node");
  auto rows = select.query();
  if (!rows.next()) throw_not_a_journal(database);
  return {.sequence = Sequence(static_cast<std::uint64_t>(rows.integer(0))),
          .hash = hash_of(rows.blob(1))};
}

Anchor read_end(localdb::Database& database) {
  localdb::Statement select(database, "select seq, hash from entry order by seq desc limit 1");
  auto rows = select.query();
  if (!rows.next()) return read_anchor(database);
  return {.sequence = Sequence(static_cast<std::uint64_t>(rows.integer(0))),
          .hash = hash_of(rows.blob(1))};
}

StoredEntry read_entry(const localdb::Rows& rows) {
  return {.sequence = Sequence(static_cast<std::uint64_t>(rows.integer(0))),
          .entry = {.kind = std::string(rows.text(1)),
                    .tenant = core::TenantId(uuid_of(rows.blob(2))),
                    .call = core::CallRef(uuid_of(rows.blob(3))),
                    .body = std::string(rows.text(5)),
                    .at = core::from_microseconds(rows.integer(4))},
          .hash = hash_of(rows.blob(6))};
}

void throw_journal_error(const std::filesystem::path& path, const localdb::Failure& failure) {
  switch (failure.cause()) {
    case localdb::Cause::missing:
      throw core::Error(core::ExitCode::no_input, failure.fault().message,
                        "the daemon makes it when it starts");
    case localdb::Cause::corrupt:
      throw core::Error(core::ExitCode::data, failure.fault().message,
                        "keep '" + path.string() +
                            "' for analysis and move it away: a new one is made, and counts as a "
                            "new node");
    default:
      break;
  }
  throw core::Error(failure.fault().code, failure.fault().message, failure.fault().hint);
}

}  // namespace trunkline::journal
