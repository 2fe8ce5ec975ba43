// SPDX-License-Identifier: MIT
#include "ledger/batch.h"

namespace trunkline::ledger {
namespace {

std::uint64_t unsigned_at(const db::Row& row, std::string_view column) {
  return static_cast<std::uint64_t>(row.get<std::int64_t>(column));
}

}  // namespace

Watermark watermark_of(db::Connection& connection, core::NodeId node) {
  static constexpr db::Statement kWatermark{
      "SELECT watermark, last_hash, rejected FROM trunkline.ledger_watermark($1)"};
  const db::Rows rows = connection.query(kWatermark, {node});
  if (rows.empty()) return {};
  return {.shipped = journal::Sequence(unsigned_at(rows[0], "watermark")),
          .last_hash = rows[0].get<core::Bytes>("last_hash"),
          .rejected = unsigned_at(rows[0], "rejected")};
}

std::size_t count_within(const std::vector<journal::StoredEntry>& entries, std::size_t limit) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const journal::StoredEntry& stored : entries) {
    bytes += stored.entry.body.size();
    if (count > 0 && bytes > limit) break;
    ++count;
  }
  return count;
}

Watermark ship(db::Connection& connection, core::NodeId node, const std::string& daemon,
               const std::vector<journal::StoredEntry>& entries) {
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> times;
  std::vector<std::string> kinds;
  std::vector<core::Uuid> tenants;
  std::vector<core::Uuid> calls;
  std::vector<std::string> bodies;
  std::vector<std::string> hashes;
  for (const auto& [sequence, entry, hash] : entries) {
    numbers.push_back(static_cast<std::int64_t>(sequence.value()));
    times.push_back(core::to_microseconds(entry.at));
    kinds.push_back(entry.kind);
    tenants.push_back(entry.tenant.uuid());
    calls.push_back(entry.call.uuid());
    bodies.push_back(entry.body);  // as bytes: the ledger rejects what is not text, and keeps it
    hashes.emplace_back(core::as_text(hash));
  }
  static constexpr db::Statement kShip{
      "SELECT watermark, rejected FROM trunkline.ledger_ship($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
  const db::Rows rows = connection.query(
      kShip, {node, daemon, db::Value::array(numbers), db::Value::array(times),
              db::Value::array(kinds), db::Value::array(tenants), db::Value::array(calls),
              db::Value::byte_array(bodies), db::Value::byte_array(hashes)});
  const db::Row row = rows.only();
  const journal::ChainHash& last = entries.back().hash;
  return {.shipped = journal::Sequence(unsigned_at(row, "watermark")),
          .last_hash = core::Bytes(last.begin(), last.end()),
          .rejected = unsigned_at(row, "rejected")};
}

}  // namespace trunkline::ledger
