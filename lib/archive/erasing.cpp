// SPDX-License-Identifier: MIT
#include "archive/erasing.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "archive/rows.h"
#include "archive/tidy.h"
#include "core/json.h"
#include "db/transaction.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;
using retention::Erasure;
using retention::Sides;

// A node's clock may be behind that of the one that began the call, and a call lasts a while.
constexpr core::Seconds kEntriesBefore = std::chrono::hours(24);
constexpr core::Seconds kEntriesAfter = std::chrono::hours(24 * 7);
constexpr std::string_view kMasked = "erased";
constexpr std::string_view kErasedBody = R"({"schema":"erased.v1",)";

/// What the database makes of an entry whose call was erased begins so, spaces aside.
bool is_erased_body(std::string_view body) {
  std::string head;
  for (const char c : body.substr(0, 2 * kErasedBody.size()))
    if (c != ' ') head += c;
  return head.starts_with(kErasedBody);
}

bool is_masked(std::initializer_list<std::string_view> columns, const ColumnText& text) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](std::string_view column) { return text(column) == kMasked; });
}

/// Of a file that cannot be used; other faults are the database's.
bool is_of_file(const core::Fault& fault) {
  return fault.code == ExitCode::data || fault.code == ExitCode::io ||
         fault.code == ExitCode::no_input || fault.code == ExitCode::no_permission;
}

using Goes = std::unordered_map<core::Uuid, Sides>;

std::unordered_set<core::Uuid> left_in(const fs::path& path, const std::string& table,
                                       const Goes& goes) {
  std::unordered_set<core::Uuid> left;
  Rows rows(path);
  const ColumnText text = [&](std::string_view column) { return rows.text(column); };
  while (rows.next()) {
    const auto call = rows.uuid_or_none("call");
    const auto found = call ? goes.find(*call) : goes.end();
    if (found != goes.end() && is_left(table, found->second, text)) left.insert(*call);
  }
  return left;
}

/// When a call began of which a month's files may have rows.
struct Window {
  core::Time first;
  core::Time end;
  bool has(core::Time began_at) const { return began_at >= first && began_at < end; }
};
Window window_of(const std::string& month) {
  return {begin_of(month) - kEntriesAfter, end_of(month) + kEntriesBefore};
}

/// Those of calls that the database knows nothing of.
std::unordered_map<core::Uuid, Erasure> unknown_of(db::Connection& connection,
                                                   std::span<const Erasure> erasures) {
  static constexpr db::Statement kKnown{
      "SELECT id FROM trunkline.erased WHERE kind = 'call' AND id = ANY ($1)"};
  std::unordered_map<core::Uuid, Erasure> unknown;
  for (const Erasure& erasure : erasures) {
    if (erasure.kind != retention::Kind::call) continue;
    const auto [known, is_new] = unknown.try_emplace(erasure.id, erasure);
    if (!is_new) known->second.sides = retention::together(known->second.sides, erasure.sides);
  }
  std::vector<core::Uuid> ids;
  ids.reserve(unknown.size());
  for (const auto& [id, erasure] : unknown) ids.push_back(id);
  for (const db::Row row :
       connection.query(kKnown, {db::Value::array(std::span<const core::Uuid>(ids))}))
    unknown.erase(row.get<core::Uuid>("id"));
  return unknown;
}

/// [["node", number, "hash"], ...] by calls, of entries that carry the mark of an erasure.
void add_erased_entries(const fs::path& path,
                        const std::unordered_map<core::Uuid, Erasure>& erasures,
                        std::unordered_map<core::Uuid, core::Json>& entries) {
  Rows rows(path);
  while (rows.next()) {
    const core::Uuid call = rows.uuid("call");
    if (!erasures.contains(call) || !is_erased_body(rows.text("body"))) continue;
    std::string_view hash = rows.text("hash");  // "\\x..."
    hash.remove_prefix(std::min<std::size_t>(2, hash.size()));
    entries[call].push_back(
        core::Json::array({rows.uuid("node_id").text(), rows.number("seq").value_or(0), hash}));
  }
}

/// Reopens what can be; false where there was nothing of it.
bool reopen_all(db::Connection& connection, const fs::path& folder,
                const std::vector<Archived>& files, std::vector<Unreached>& unreached) {
  bool is_any = false;
  for (const Archived& file : files) {
    try {
      reopen(connection, folder, file);
      is_any = true;
    } catch (const core::Error& error) {
      if (!connection.is_usable() || !is_of_file(error.fault())) throw;
      unreached.push_back({file.month, error.fault()});
    }
  }
  return is_any;
}

}  // namespace

std::vector<std::string> months_of(std::span<const Unreached> unreached) {
  std::set<std::string> months;
  for (const Unreached& one : unreached) months.insert(one.month);
  return {months.begin(), months.end()};
}

bool is_left(std::string_view table, Sides sides, const ColumnText& text) {
  if (table == "ledger_entry") return !is_erased_body(text("body"));
  if (sides == Sides::all) return true;
  if (table != "cdr") return false;  // what has no parties goes with whole calls only
  const bool is_caller = sides == Sides::caller || sides == Sides::both;
  const bool is_called = sides == Sides::called || sides == Sides::both;
  return (is_caller && !is_masked({"caller_name", "caller_number"}, text)) ||
         (is_called && !is_masked({"called_name", "called_number", "dialled"}, text));
}

bool may_have(const std::string& month, core::Time began_at) {
  return window_of(month).has(began_at);
}

Holding holding(db::Connection& connection, const fs::path& folder,
                std::span<const Erasure> erasures, Where where) {
  Holding found;
  const std::vector<Archived> all = archives(connection);
  std::vector<Archived> files = superseded(all, folder);
  std::erase_if(files, [](const Archived& one) { return !one.is_back(); });
  for (const Archived& one : all)
    if (one.counts() && where == Where::everywhere) files.push_back(one);
  std::unordered_set<core::Uuid> held;
  for (const Archived& file : files) {
    Goes goes;
    const Window window = window_of(file.month);
    for (const Erasure& erasure : erasures) {
      if (erasure.kind != retention::Kind::call || !window.has(erasure.id.made_at())) continue;
      const auto [known, is_new] = goes.try_emplace(erasure.id, erasure.sides);
      if (!is_new) known->second = retention::together(known->second, erasure.sides);
    }
    if (goes.empty()) continue;
    try {
      const auto left = left_in(folder / file.file, file.table, goes);
      if (left.empty()) continue;
      found.files.push_back(file);
      held.insert(left.begin(), left.end());
    } catch (const core::Error& error) {
      found.unreached.push_back({file.month, error.fault()});
    }
  }
  for (const Erasure& erasure : erasures)
    if (erasure.kind == retention::Kind::call && held.contains(erasure.id))
      found.erasures.push_back(erasure);
  return found;
}

Reached erase_in_archives(db::Connection& connection, const fs::path& folder,
                          std::span<const Erasure> erasures, core::Time now,
                          const std::function<void(std::span<const Erasure>)>& erase,
                          const std::function<void(Passed)>& passed) {
  const auto pass = [&](Passed step) {
    if (passed) passed(step);
  };
  const Holding all = holding(connection, folder, erasures);
  std::map<std::string, std::vector<Erasure>, std::greater<>> by_month;
  for (const Erasure& erasure : all.erasures)
    by_month[month_of(erasure.id.made_at())].push_back(erasure);
  Reached reached{.unreached = all.unreached};
  for (const auto& [month, calls] : by_month) {
    // Looked for again: a month before may have archived some of it anew.
    const Holding own = holding(connection, folder, calls);
    if (!reopen_all(connection, folder, own.files, reached.unreached)) continue;
    pass(Passed::reopened);
    try {
      erase(calls);
    } catch (const core::Error&) {
      // What it did not do is done by the next run; the month need not wait for that.
      if (connection.is_usable()) (void)close(connection, folder, now);
      throw;
    }
    pass(Passed::erased);
    (void)close(connection, folder, now);
    pass(Passed::closed);
    reached.months.push_back(month);
  }
  std::reverse(reached.months.begin(), reached.months.end());
  return reached;
}

std::vector<Unreached> reopen_for(db::Connection& connection, const fs::path& folder,
                                  std::span<const Erasure> erasures, Where where) {
  Holding found = holding(connection, folder, erasures, where);
  (void)reopen_all(connection, folder, found.files, found.unreached);
  return found.unreached;
}

std::uint64_t attest(db::Connection& connection, const fs::path& folder, const core::Uuid& run,
                     std::span<const Erasure> erasures) {
  static constexpr db::Statement kAttest{"SELECT trunkline.attest_erased($1, $2, $3, $4, $5, $6)"};
  std::unordered_map<core::Uuid, Erasure> unknown = unknown_of(connection, erasures);
  if (unknown.empty()) return 0;
  std::unordered_map<core::Uuid, core::Json> entries;
  for (const Archived& file : archives(connection)) {
    if (file.table != "ledger_entry" || !file.counts()) continue;
    const Window window = window_of(file.month);
    if (std::none_of(unknown.begin(), unknown.end(),
                     [&](const auto& one) { return window.has(one.first.made_at()); }))
      continue;
    try {
      add_erased_entries(folder / file.file, unknown, entries);
    } catch (const core::Error&) {
      continue;  // who reads it to erase in it says so
    }
  }
  db::Transaction transaction(connection);
  for (const auto& [call, of_call] : entries) {
    const Erasure& erasure = unknown.at(call);
    connection.query(kAttest,
                     {run, call, erasure.tenant, erasure.why, name_of(erasure.sides), of_call});
  }
  transaction.commit();
  return entries.size();
}

std::vector<Due> reopened(db::Connection& connection) {
  std::set<std::pair<std::string, std::string>> wanted;
  for (const Archived& one : archives(connection))
    if (one.reopened_at) wanted.emplace(one.table, one.month);
  if (wanted.empty()) return {};
  // What the server says that is over and there.
  std::vector<Due> months = due(connection, core::value_or_throw(cdr::Month::parse("9999-01")));
  std::erase_if(months, [&](const Due& one) { return !wanted.contains({one.table, one.month}); });
  return months;
}

std::vector<Archived> close(db::Connection& connection, const fs::path& folder, core::Time now) {
  std::vector<Archived> closed;
  for (const Due& month : reopened(connection))
    closed.push_back(archive_month(connection, folder, month, now));
  return closed;
}

}  // namespace trunkline::archive
