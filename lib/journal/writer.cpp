// SPDX-License-Identifier: MIT
#include "journal/writer.h"

#include <algorithm>
#include <utility>

namespace trunkline::journal {
namespace {

/// Entries deleted at once: a few milliseconds, which the next commit waits for.
constexpr std::uint64_t kPruneStep = 500;

}  // namespace

Writer::Writer(localdb::Database opened)
    : database_(std::move(opened)),
      end_(read_end(database_)),
      insert_(database_,
              "insert into entry(seq, kind, tenant, call, at, body, hash) "
              "values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      put_(database_, "insert or replace into state(kind, key, value) values (?1, ?2, ?3)"),
      drop_(database_, "delete from state where kind = ?1 and key = ?2"),
      oldest_(database_, "select min(seq) from entry"),
      first_kept_(database_,
                  "select seq from entry where seq >= ?1 and seq <= ?2 and at >= ?3 "
                  "order by seq limit 1"),
      move_anchor_(database_,
                   "update node set anchor_seq = ?1, "
                   "anchor_hash = (select hash from entry where seq = ?1)"),
      erase_(database_, "delete from entry where seq <= ?1") {}

void Writer::commit(const std::deque<Item>& items, std::vector<Sequence>& numbers) {
  Anchor end = end_;
  localdb::Transaction transaction(database_);
  for (const Item& item : items) {
    if (item.entry) {
      end.sequence = Sequence(end.sequence.value() + 1);
      end.hash = next_link(end.hash, end.sequence, *item.entry);
      insert_entry(end, *item.entry);
    }
    for (const StateChange& change : item.changes) change_state(change);
    numbers.push_back(item.entry ? end.sequence : Sequence(0));
  }
  transaction.commit();
  end_ = end;
}

void Writer::insert_entry(const Anchor& link, const Entry& entry) {
  std::optional<core::ByteView> tenant;
  std::optional<core::ByteView> call;
  if (!entry.tenant.is_nil()) tenant = entry.tenant.uuid().bytes();
  if (!entry.call.is_nil()) call = entry.call.uuid().bytes();
  insert_.run(link.sequence.value(), entry.kind, tenant, call, core::to_microseconds(entry.at),
              entry.body, core::ByteView(link.hash));
}

void Writer::change_state(const StateChange& change) {
  if (change.value) {
    put_.run(change.kind, change.key, *change.value);
  } else {
    drop_.run(change.kind, change.key);
  }
}

bool Writer::prune(const PruneRequest& request) {
  std::uint64_t first = 0;
  {
    auto rows = oldest_.query();
    if (!rows.next() || rows.is_null(0)) return false;
    first = static_cast<std::uint64_t>(rows.integer(0));
  }
  std::uint64_t last = std::min(first + kPruneStep - 1, request.shipped_through.value());
  {
    auto rows = first_kept_.query(first, last, core::to_microseconds(request.older_than));
    if (rows.next()) last = static_cast<std::uint64_t>(rows.integer(0)) - 1;
  }
  if (last < first) return false;
  last = std::min(last, end_.sequence.value());
  localdb::Transaction transaction(database_);
  move_anchor_.run(last);
  erase_.run(last);
  transaction.commit();
  return true;
}

}  // namespace trunkline::journal
