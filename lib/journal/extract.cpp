// SPDX-License-Identifier: MIT
#include "journal/extract.h"

#include <fmt/format.h>

#include "journal/file.h"

namespace trunkline::journal {
namespace {

/// Where the copy's chain begins: at `after`, or where the journal's own does, if that is later.
Anchor anchor_at(localdb::Database& source, Sequence after) {
  const Anchor anchor = read_anchor(source);
  if (after <= anchor.sequence) return anchor;
  localdb::Statement select(source,
                            fmt::format("select {} from entry where seq = ?1", kEntryColumns));
  auto rows = select.query(static_cast<std::int64_t>(after.value()));
  if (!rows.next()) return read_end(source);
  return {.sequence = after, .hash = read_entry(rows).hash};
}

void write_node(localdb::Database& copy, core::NodeId node, const Anchor& anchor) {
  localdb::Statement update(copy, "update node set id = ?1, anchor_seq = ?2, anchor_hash = ?3");
  update.run(node.uuid().bytes(), static_cast<std::int64_t>(anchor.sequence.value()),
             core::ByteView(anchor.hash));
}

void copy_entries(localdb::Database& source, Sequence after, localdb::Database& copy) {
  localdb::Statement select(
      source, fmt::format("select {} from entry where seq > ?1 order by seq", kEntryColumns));
  localdb::Statement insert(copy,
                            "insert into entry(seq, kind, tenant, call, at, body, hash)"
                            " values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  const auto blob = [](const localdb::Rows& rows, int column) {
    return rows.is_null(column) ? std::nullopt : std::optional(rows.blob(column));
  };
  for (auto rows = select.query(static_cast<std::int64_t>(after.value())); rows.next();)
    insert.run(rows.integer(0), rows.text(1), blob(rows, 2), blob(rows, 3), rows.integer(4),
               rows.text(5), rows.blob(6));
}

}  // namespace

Extracted extract(const std::filesystem::path& source, Sequence after,
                  const std::filesystem::path& target) {
  try {
    auto journal = localdb::Database::open(source, {.access = localdb::Access::read_only});
    check_file(journal);
    const localdb::Snapshot moment(journal);
    auto copy = localdb::Database::open(target);
    prepare_file(copy, core::system_clock().wall());
    const core::NodeId node = read_node(journal);
    const Anchor anchor = anchor_at(journal, after);
    {
      localdb::Transaction transaction(copy);
      write_node(copy, node, anchor);
      copy_entries(journal, anchor.sequence, copy);
      transaction.commit();
    }
    // One file, without a log beside it.
    copy.checkpoint_and_truncate();
    copy.execute("pragma journal_mode = delete");
    const Sequence last = read_end(journal).sequence;
    return {.node = node,
            .first = last > anchor.sequence ? Sequence(anchor.sequence.value() + 1) : Sequence(0),
            .last = last};
  } catch (const localdb::Failure& failure) {
    throw_journal_error(source, failure);
  }
}

}  // namespace trunkline::journal
