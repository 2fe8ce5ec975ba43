// SPDX-License-Identifier: MIT
#include "journal/reader.h"

#include <fmt/format.h>

#include "journal/file.h"

namespace trunkline::journal {
namespace {

constexpr std::string_view kCompare = "compare with the ledger in PostgreSQL: cdrctl list";

std::string select_entries(std::string_view rest) {
  return fmt::format("select {} from entry {}", kEntryColumns, rest);
}

std::vector<StoredEntry> all_of(localdb::Rows&& rows) {
  std::vector<StoredEntry> entries;
  while (rows.next()) entries.push_back(read_entry(rows));
  return entries;
}

}  // namespace

struct JournalReader::State {
  explicit State(localdb::Database opened)
      : database(std::move(opened)),
        after(database, select_entries("where seq > ?1 order by seq limit ?2")),
        of_call(database, select_entries("where call = ?1 order by seq")),
        last_of_call(database,
                     select_entries("where call = ?1 and substr(kind, 1, length(?2)) = ?2 "
                                    "order by seq desc limit 1")),
        newest(database, select_entries("order by seq desc limit ?1")),
        state_of(database, "select key, value from state where kind = ?1 order by key") {}

  localdb::Database database;
  localdb::Statement after;
  localdb::Statement of_call;
  localdb::Statement last_of_call;
  localdb::Statement newest;
  localdb::Statement state_of;
};

JournalReader::JournalReader(const std::filesystem::path& path) {
  try {
    auto database = localdb::Database::open(path, {.access = localdb::Access::read_only});
    check_file(database);
    state_ = std::make_unique<State>(std::move(database));
  } catch (const localdb::Failure& failure) {
    throw_journal_error(path, failure);
  }
}

JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

core::NodeId JournalReader::node() const {
  return read_node(state_->database);
}

Sequence JournalReader::last() const {
  return read_end(state_->database).sequence;
}

std::vector<StoredEntry> JournalReader::entries_after(Sequence sequence, std::size_t limit) const {
  return all_of(state_->after.query(sequence.value(), limit));
}

std::vector<StoredEntry> JournalReader::entries_of(core::CallRef call) const {
  return all_of(state_->of_call.query(call.uuid().bytes()));
}

std::optional<StoredEntry> JournalReader::last_of(core::CallRef call,
                                                  std::string_view kind_prefix) const {
  auto rows = state_->last_of_call.query(call.uuid().bytes(), kind_prefix);
  if (!rows.next()) return std::nullopt;
  return read_entry(rows);
}

std::vector<StoredEntry> JournalReader::recent(std::size_t limit) const {
  return all_of(state_->newest.query(limit));
}

std::vector<std::pair<std::string, std::string>> JournalReader::state(std::string_view kind) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto rows = state_->state_of.query(kind);
  while (rows.next()) pairs.emplace_back(rows.text(0), rows.text(1));
  return pairs;
}

core::Result<Proof> JournalReader::prove() const {
  constexpr std::size_t kStep = 2000;
  // One state of the file: pruning moves the anchor along while we walk.
  const localdb::Snapshot snapshot(state_->database);
  Anchor end = read_anchor(state_->database);
  if (end.sequence.value() == 0 && end.hash != first_link(node()))
    return core::fault(core::ExitCode::data,
                       "the journal's first link was changed after it was written",
                       std::string(kCompare));
  Proof proof{.first = {}, .last = end.sequence, .last_hash = end.hash};
  for (;;) {
    const auto entries = entries_after(end.sequence, kStep);
    for (const StoredEntry& stored : entries) {
      const Sequence expected(end.sequence.value() + 1);
      if (stored.sequence != expected)
        return core::fault(core::ExitCode::data,
                           fmt::format("entry {} is missing from the journal", expected.value()),
                           std::string(kCompare));
      if (stored.hash != next_link(end.hash, stored.sequence, stored.entry))
        return core::fault(
            core::ExitCode::data,
            fmt::format("entry {} was changed after it was written", stored.sequence.value()),
            std::string(kCompare));
      if (proof.first.value() == 0) proof.first = stored.sequence;
      end = {.sequence = stored.sequence, .hash = stored.hash};
    }
    proof.last = end.sequence;
    proof.last_hash = end.hash;
    if (entries.size() < kStep) return proof;
  }
}

}  // namespace trunkline::journal
