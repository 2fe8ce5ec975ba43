// SPDX-License-Identifier: MIT
#include "ledger/batch.h"

#include "db/sql_error.h"
#include "ledger/row_counts.h"
#include "support/database.h"

namespace trunkline::ledger {
namespace {

using journal::Sequence;
using journal::StoredEntry;

core::NodeId a_node() {
  return core::NodeId::make(core::from_microseconds(1'000'000));
}

/// Entries 1 to `count`, chained as the journal chains them.
std::vector<StoredEntry> chain(core::NodeId node, std::uint64_t count,
                               const std::string& body = "{}") {
  std::vector<StoredEntry> entries;
  journal::ChainHash previous = journal::first_link(node);
  for (std::uint64_t number = 1; number <= count; ++number) {
    const journal::Entry entry{.kind = "note",
                               .tenant = {},
                               .call = {},
                               .body = body,
                               .at = core::from_microseconds(1'763'712'000'123'457)};
    previous = journal::next_link(previous, Sequence(number), entry);
    entries.push_back({Sequence(number), entry, previous});
  }
  return entries;
}

std::vector<StoredEntry> part(const std::vector<StoredEntry>& entries, std::size_t first,
                              std::size_t last) {
  return {entries.begin() + static_cast<std::ptrdiff_t>(first) - 1,
          entries.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace

TEST_CASE("a batch that comes again, or overlaps, is taken once", "[ledger]") {
  const test::Database database;
  db::Connection sipd = database.open("trunkline_sipd");
  db::Connection reader = database.open();
  const core::NodeId node = a_node();
  const auto entries = chain(node, 5);
  CHECK(watermark_of(sipd, node).shipped == Sequence(0));
  CHECK(ship(sipd, node, "sipd", part(entries, 1, 3)).shipped == Sequence(3));
  CHECK(ship(sipd, node, "sipd", part(entries, 1, 3)).shipped == Sequence(3));
  CHECK(ship(sipd, node, "sipd", part(entries, 2, 5)).shipped == Sequence(5));
  CHECK(ship(sipd, node, "sipd", part(entries, 4, 4)).shipped == Sequence(5));
  CHECK(reader.query(kEntries).only().get<int>("count") == 5);
  const Watermark mark = watermark_of(sipd, node);
  CHECK(mark.shipped == Sequence(5));
  CHECK(mark.rejected == 0);
  CHECK(std::ranges::equal(*mark.last_hash, entries.back().hash));
}

TEST_CASE("a gap is refused and leaves the watermark where it was", "[ledger]") {
  const test::Database database;
  db::Connection sipd = database.open("trunkline_sipd");
  const core::NodeId node = a_node();
  const auto entries = chain(node, 5);
  ship(sipd, node, "sipd", part(entries, 1, 2));
  CHECK_THROWS_WITH(ship(sipd, node, "sipd", part(entries, 4, 5)),
                    "the database refused: a gap: the ledger has entries up to 2 and was given 4");
  CHECK_THROWS_WITH(ship(sipd, node, "sipd", {entries[2], entries[4]}),
                    "the database refused: entry 5 does not follow entry 3");
  CHECK(watermark_of(sipd, node).shipped == Sequence(2));
}

TEST_CASE("entries that do not fit the journal's hash chain are set aside", "[ledger]") {
  const test::Database database;
  db::Connection sipd = database.open("trunkline_sipd");
  db::Connection reader = database.open();
  const core::NodeId node = a_node();
  auto entries = chain(node, 4);
  entries[2].entry.body = "{\"forged\":true}";
  const Watermark mark = ship(sipd, node, "sipd", entries);
  CHECK(mark.shipped == Sequence(4));
  CHECK(mark.rejected == 1);
  static constexpr db::Statement kRejected{"SELECT seq, error FROM trunkline.ledger_rejected"};
  const db::Rows rows = reader.query(kRejected);
  CHECK(rows.only().get<int>("seq") == 3);
  CHECK(rows.only().get<std::string>("error") == "the hash chain is broken at entry 3");
}

TEST_CASE("an empty batch changes nothing, nodes do not disturb each other", "[ledger]") {
  const test::Database database;
  db::Connection recorderd = database.open("trunkline_recorderd");
  const core::NodeId first = a_node();
  const core::NodeId second = a_node();
  CHECK(ship(recorderd, first, "recorderd", chain(first, 2)).shipped == Sequence(2));
  CHECK(ship(recorderd, second, "recorderd", chain(second, 3)).shipped == Sequence(3));
  CHECK(watermark_of(recorderd, first).shipped == Sequence(2));
}

TEST_CASE("daemons reach the ledger through its functions only", "[ledger]") {
  const test::Database database;
  db::Connection sipd = database.open("trunkline_sipd");
  static constexpr db::Statement kWrite{
      "UPDATE trunkline.ledger_node SET watermark = 0 WHERE daemon = 'sipd'"};
  static constexpr db::Statement kAppend{
      "SELECT trunkline.audit_append(now(), gen_random_uuid(), 'x', 'x', NULL, '', '', '')"};
  CHECK_THROWS_AS(sipd.query(kEntries), db::SqlError);
  CHECK_THROWS_AS(sipd.query(kWrite), db::SqlError);
  CHECK_THROWS_AS(sipd.query(kAppend), db::SqlError);
}

TEST_CASE("giving up entries is audited and lets the ledger go on", "[ledger]") {
  const test::Database database;
  db::Connection sipd = database.open("trunkline_sipd");
  db::Connection operator_tool = database.open();
  const core::NodeId node = a_node();
  const auto entries = chain(node, 5);
  ship(sipd, node, "sipd", part(entries, 1, 1));
  static constexpr db::Statement kAccept{
      "SELECT trunkline.ledger_accept_gap($1, 3, $2, 'disk lost')"};
  operator_tool.query(kAccept, {node, core::ByteView(entries[2].hash)});
  CHECK(ship(sipd, node, "sipd", part(entries, 4, 5)).shipped == Sequence(5));
  static constexpr db::Statement kAudit{
      "SELECT why, who, detail::json ->> 'to' AS upto FROM trunkline.audit_log"
      " WHERE event = 'ledger.gap_accepted'"};
  const db::Rows rows = operator_tool.query(kAudit);
  CHECK(rows.only().get<std::string>("why") == "disk lost");
  CHECK(rows.only().get<std::string>("who") == "test");
  CHECK(rows.only().get<std::string>("upto") == "3");
}

TEST_CASE("batches are cut at a size, but never to nothing", "[ledger]") {
  const auto entries = chain(a_node(), 4, std::string(100, ' '));
  CHECK(count_within(entries, 1'000) == 4);
  CHECK(count_within(entries, 250) == 2);
  CHECK(count_within(entries, 1) == 1);
  CHECK(count_within({}, 1) == 0);
}

}  // namespace trunkline::ledger
