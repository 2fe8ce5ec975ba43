// SPDX-License-Identifier: MIT
#include "archive/tidy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <set>

#include "archive/compressed_file.h"
#include "archive/rows.h"
#include "core/json.h"
#include "core/text.h"
#include "db/transaction.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".csv.zst";
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::size_t kMonthWidth = std::string_view("2024_01").size();

struct FileName {
  std::string table;
  std::string month;
  int part = 0;
};

/// Nothing for what is no archive's name.
std::optional<FileName> parse_file_name(std::string_view name) {
  if (!name.ends_with(kEnding)) return std::nullopt;
  const std::string_view stem = name.substr(0, name.size() - kEnding.size());
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string_view::npos || dot < kMonthWidth + 2) return std::nullopt;
  const std::string_view digits = stem.substr(dot + 1);
  FileName parsed;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parsed.part);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  std::string month(stem.substr(dot - kMonthWidth, kMonthWidth));
  std::replace(month.begin(), month.end(), '_', '-');
  if (!cdr::Month::parse(month)) return std::nullopt;
  parsed.table = stem.substr(0, dot - kMonthWidth - 1);
  parsed.month = std::move(month);
  if (file_name(parsed.table, parsed.month, parsed.part) != name) return std::nullopt;
  return parsed;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure))
    names.insert(entry->path().filename().string());
  if (failure && failure != std::errc::no_such_file_or_directory)
    throw os::system_error("read " + folder.string(), failure.value());
  return names;
}

/// The numbers of a node's journal that a file of entries has.
struct NodeRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t entries = 0;
};

struct Content {
  std::int64_t rows = 0;
  std::map<core::Uuid, NodeRange> nodes;
};

Content content_of(const fs::path& path, bool has_entries) {
  Content content;
  Rows rows(path);
  while (rows.next()) {
    ++content.rows;
    if (!has_entries) continue;
    const std::int64_t number = rows.number("seq").value_or(0);
    const auto [range, is_new] =
        content.nodes.try_emplace(rows.uuid("node_id"), NodeRange{number, number, 0});
    range->second.first = std::min(range->second.first, number);
    range->second.last = std::max(range->second.last, number);
    ++range->second.entries;
  }
  return content;
}

Archived adopt(db::Connection& connection, const fs::path& folder, const std::string& file,
               const FileName& of, std::span<const core::Uuid> missing, core::Time now) {
  static constexpr db::Statement kAdopt{
      "SELECT trunkline.archive_adopt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
  const fs::path path = folder / file;
  const crypto::Sha256 digest = core::value_or_throw(digest_of(path));
  const Content content = content_of(path, of.table == "ledger_entry");
  Archived adopted{.id = core::Uuid::make(now),
                   .table = of.table,
                   .month = of.month,
                   .part = of.part,
                   .file = file,
                   .rows = content.rows,
                   .bytes = static_cast<std::int64_t>(fs::file_size(path)),
                   .sha256 = {digest.begin(), digest.end()},
                   .archived_at = now};
  std::vector<core::Uuid> nodes;
  std::array<std::vector<std::int64_t>, 3> numbers;
  for (const auto& [node, range] : content.nodes) {
    nodes.push_back(node);
    numbers[0].push_back(range.first);
    numbers[1].push_back(range.last);
    numbers[2].push_back(range.entries);
  }
  const auto array = [&](std::size_t which) {
    return db::Value::array(std::span<const std::int64_t>(numbers.at(which)));
  };
  connection.query(kAdopt, {adopted.id, adopted.table, of.month + "-01", adopted.part, adopted.file,
                            adopted.rows, adopted.bytes, adopted.sha256,
                            db::Value::array(std::span<const core::Uuid>(nodes)), array(0),
                            array(1), array(2), db::Value::array(missing)});
  return adopted;
}

/// The names of files that this one says it took the place of.
std::set<std::string> replaced_by(const fs::path& path) {
  const auto note = note_of(path);
  if (!note || note->empty()) return {};
  const auto names = core::parse_json(*note);
  std::set<std::string> replaced;
  if (names && names->is_array())
    for (const core::Json& name : *names)
      if (name.is_string()) replaced.insert(name.get<std::string>());
  return replaced;
}

/// What a crash left of files that were being made: each has a mark, and no row.
void remove_unfinished(const db::Connection& connection, const fs::path& folder,
                       const std::set<std::string>& known, Tidied& tidied) {
  const std::string ending = begun_mark({}).string();
  const std::set<std::string> names = names_in(folder);
  for (const std::string& name : names) {
    // A mark that did not get its name yet.
    if (name.find(std::string(kEnding) + ending + ".") != std::string::npos)
      remove_file(folder, name);
    if (!name.ends_with(ending)) continue;
    const std::string file = name.substr(0, name.size() - ending.size());
    if (!is_begun(folder / file, connection)) continue;
    if (!known.contains(file)) {
      if (names.contains(file)) tidied.removed.push_back(file);
      remove_file(folder, file);
      remove_file(folder, file + std::string(kUnfinished));
    }
    remove_file(folder, name);
  }
}

/// Those that others took the place of; the file that did is there.
void remove_replaced(const fs::path& folder, const std::vector<Archived>& all, Tidied& tidied) {
  std::map<core::Uuid, const Archived*> by_id;
  for (const Archived& one : all) by_id[one.id] = &one;
  for (const Archived& one : superseded(all, folder)) {
    const Archived* other = &one;
    while (other != nullptr && other->replaced_by && (other == &one || !is_there(folder, *other)))
      other = by_id[*other->replaced_by];
    if (other == nullptr || other->id == one.id || !is_there(folder, *other)) continue;
    remove_file(folder, one.file);
    tidied.removed.push_back(one.file);
  }
}

}  // namespace

void remove_file(const fs::path& folder, const std::string& file) {
  if (::unlink((folder / file).c_str()) != 0) {
    if (errno == ENOENT) return;
    throw os::system_error("remove " + (folder / file).string(), errno);
  }
  const os::Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0)
    throw os::system_error("sync " + folder.string(), errno);
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const std::string& name : names_in(folder))
    if (parse_file_name(name)) files.push_back(name);
  return files;
}

std::set<std::string> replaced_in(const fs::path& folder) {
  std::set<std::string> replaced;
  for (const std::string& file : files_in(folder)) replaced.merge(replaced_by(folder / file));
  return replaced;
}

bool is_there(const fs::path& folder, const Archived& archived) {
  std::error_code failure;
  const std::uintmax_t size = fs::file_size(folder / archived.file, failure);
  return !failure && size == static_cast<std::uintmax_t>(archived.bytes);
}

std::vector<Archived> superseded(const std::vector<Archived>& all, const fs::path& folder) {
  std::vector<Archived> there;
  std::error_code failure;
  for (const Archived& one : all)
    if (!one.counts() && fs::exists(folder / one.file, failure)) there.push_back(one);
  return there;
}

Tidied tidy(db::Connection& connection, const fs::path& folder, core::Time now) {
  static constexpr db::Statement kLock{"SELECT trunkline.archive_lock()"};
  Tidied tidied;
  if (names_in(folder).empty()) return tidied;
  db::Transaction transaction(connection);
  connection.query(kLock);
  const std::vector<Archived> all = archives(connection);
  std::set<std::string> known;
  for (const Archived& one : all) known.insert(one.file);
  remove_unfinished(connection, folder, known, tidied);
  remove_replaced(folder, all, tidied);
  for (const std::string& name : names_in(folder)) {
    const auto parsed = parse_file_name(name);
    if (!parsed || known.contains(name)) continue;
    const std::set<std::string> replaced = replaced_by(folder / name);
    std::vector<core::Uuid> missing;
    std::error_code failure;
    for (const Archived& one : all)
      if (one.counts() && one.table == parsed->table && one.month == parsed->month &&
          !fs::exists(folder / one.file, failure) && replaced.contains(one.file))
        missing.push_back(one.id);
    if (missing.empty())
      tidied.unknown.push_back(name);
    else
      tidied.adopted.push_back(adopt(connection, folder, name, *parsed, missing, now));
  }
  transaction.commit();
  return tidied;
}

}  // namespace trunkline::archive
