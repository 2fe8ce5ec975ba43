// SPDX-License-Identifier: MIT
#include "archive/entries.h"

#include <fmt/format.h>

#include <algorithm>

#include "archive/rows.h"

namespace trunkline::archive {
namespace {

using Place = std::pair<core::NodeId, std::int64_t>;

}  // namespace

/// One file, at an entry.
class Entries::File {
 public:
  explicit File(std::filesystem::path path) : path_(std::move(path)) {}

  /// Goes to the first entry at or behind the place; false where there is none.
  bool seek(const Place& place) {
    if (!rows_ || is_at_end_ || place < place_) {
      if (rows_ && is_at_end_ && place_ < place) return false;
      rows_ = std::make_unique<Rows>(path_);
      is_at_end_ = false;
      advance();
    }
    while (!is_at_end_ && place_ < place) advance();
    return !is_at_end_;
  }
  const Place& place() const { return place_; }

  journal::StoredEntry entry() const {
    journal::StoredEntry stored{
        .sequence = journal::Sequence(static_cast<std::uint64_t>(place_.second)),
        .entry = {.kind = std::string(rows_->text("kind")),
                  .tenant = core::TenantId(rows_->uuid("tenant_id")),
                  .call = core::CallRef(rows_->uuid("call")),
                  .body = std::string(rows_->text("body")),
                  .at = rows_->time("at")}};
    const std::string_view hash = rows_->text("hash");
    const auto bytes = core::from_hex(hash.substr(std::min<std::size_t>(2, hash.size())));
    if (bytes && bytes->size() == stored.hash.size())
      std::copy(bytes->begin(), bytes->end(), stored.hash.begin());
    return stored;
  }

 private:
  void advance() {
    is_at_end_ = !rows_->next();
    // At the end the place stays: what is asked for behind it is not here.
    if (!is_at_end_)
      place_ = {core::NodeId(rows_->uuid("node_id")), rows_->number("seq").value_or(0)};
  }

  std::filesystem::path path_;
  std::unique_ptr<Rows> rows_;
  Place place_;
  bool is_at_end_ = false;
};

Entries::Entries(db::Connection& connection, std::filesystem::path folder)
    : folder_(std::move(folder)) {
  static constexpr db::Statement kRanges{
      "SELECT n.node_id, n.first, n.last, a.file FROM trunkline.archive_node n"
      "  JOIN trunkline.archive a ON a.id = n.archive AND a.restored_at IS NULL"
      " ORDER BY n.node_id, n.first"};
  for (const db::Row row : connection.query(kRanges)) {
    Range range{row.get<std::string>("file"), row.get<std::int64_t>("first"),
                row.get<std::int64_t>("last")};
    std::error_code error;
    range.is_there = std::filesystem::is_regular_file(folder_ / range.file, error);
    ranges_[row.get<core::NodeId>("node_id")].push_back(std::move(range));
  }
}

Entries::~Entries() = default;

void Entries::for_each(core::NodeId node, std::int64_t first, std::int64_t last,
                       const std::function<void(const journal::StoredEntry&)>& use) {
  const auto ranges = ranges_.find(node);
  if (ranges == ranges_.end()) return;
  std::vector<File*> files;
  for (const Range& range : ranges->second) {
    if (!range.is_there || range.last < first || range.first > last) continue;
    std::unique_ptr<File>& file = open_[range.file];
    if (!file) file = std::make_unique<File>(folder_ / range.file);
    files.push_back(file.get());
  }
  // Months overlap where a clock was set: the lowest number of all is next.
  for (std::int64_t next = first; next <= last;) {
    File* lowest = nullptr;
    for (File* const file : files) {
      if (!file->seek({node, next}) || file->place().first != node) continue;
      if (lowest == nullptr || file->place() < lowest->place()) lowest = file;
    }
    if (lowest == nullptr || lowest->place().second > last) return;
    use(lowest->entry());
    next = lowest->place().second + 1;
  }
}

std::vector<ledger::ArchivedEntries::Unread> Entries::unread(core::NodeId node) const {
  std::vector<Unread> unread;
  const auto ranges = ranges_.find(node);
  if (ranges == ranges_.end()) return unread;
  for (const Range& range : ranges->second) {
    if (!range.is_there)
      unread.push_back({range.first, range.last,
                        fmt::format("in {}, which is not in {}", range.file, folder_.string())});
  }
  return unread;
}

}  // namespace trunkline::archive
