// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <unordered_map>

#include "cdr/csv.h"
#include "cdr/query.h"
#include "cdr/zone.h"
#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cli/interrupt.h"
#include "db/tool.h"
#include "os/atomic_file.h"

namespace trunkline::commands {
namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;
constexpr core::ByteCount kLargestCursor{1'000'000};
constexpr mode_t kCursorMode = 0640;

/// Writes calls in the chosen form, a chunk at a time.
class Writer {
 public:
  Writer(cli::Context& context, db::Connection& connection)
      : out_(context.out()),
        is_csv_(!context.flags().is_json && context.value("--format") == "csv"),
        is_zoned_(context.has("--tz")),
        moment_(is_zoned_ ? cdr::to_local_rfc3339 : core::to_rfc3339),
        tenants_(tenant_names(connection)) {
    if (is_csv_ && !context.has("--no-header")) chunk_ = cdr::csv_heading();
  }

  void write(const cdr::Call& call) {
    if (is_csv_)
      cdr::append_csv_line(chunk_, call, tenant_of(call), moment_);
    else
      chunk_ += core::to_line(json_of(call)) + "\n";
    if (chunk_.size() >= kChunk) flush();
  }
  /// What was written until now is the reader's.
  void flush() {
    out_.bytes(core::as_bytes(chunk_));
    chunk_.clear();
  }

 private:
  core::Json json_of(const cdr::Call& call) const {
    core::Json object{{"schema", "cdr.v1"}};
    object.update(cdr::to_json(call));
    if (!is_zoned_) return object;
    for (const char* const key : {"started_at", "ringing_at", "answered_at", "ended_at"})
      if (const auto at = core::parse_rfc3339(core::text_at(object, key)))
        object[key] = cdr::to_local_rfc3339(*at);
    return object;
  }

  /// All of them at once: the connection is busy with the calls while they are written.
  static std::unordered_map<core::TenantId, std::string> tenant_names(db::Connection& connection) {
    static constexpr db::Statement kTenants{"SELECT id, name FROM trunkline.tenant"};
    std::unordered_map<core::TenantId, std::string> names;
    for (const db::Row row : connection.query(kTenants))
      names.emplace(row.get<core::TenantId>("id"), row.get<std::string>("name"));
    return names;
  }
  /// The id's text for a tenant that is gone.
  const std::string& tenant_of(const cdr::Call& call) {
    const auto [found, is_new] = tenants_.try_emplace(call.tenant);
    if (is_new) found->second = call.tenant.text();
    return found->second;
  }

  cli::Output& out_;
  bool is_csv_;
  bool is_zoned_;
  std::function<std::string(core::Time)> moment_;
  std::string chunk_;
  std::unordered_map<core::TenantId, std::string> tenants_;
};

/// Where the last export stopped: from the file, which may not be there yet, or as given.
std::optional<cdr::Cursor> cursor_of(const cli::Context& context) {
  if (context.has("--cursor") && context.has("--cursor-file"))
    throw core::Error(core::ExitCode::usage, "cannot go on from two cursors",
                      "give one of --cursor and --cursor-file");
  if (context.has("--cursor"))
    return core::value_or_throw(cdr::Cursor::parse(context.value("--cursor")));
  if (!context.has("--cursor-file")) return std::nullopt;
  auto text = os::read_text_file(context.value("--cursor-file"), kLargestCursor);
  if (!text && text.error().code == core::ExitCode::no_input) return cdr::Cursor();
  return core::value_or_throw(cdr::Cursor::parse(core::value_or_throw(std::move(text))));
}

void keep(const cli::Context& context, const cdr::Cursor& cursor) {
  if (!context.has("--cursor-file")) {
    fmt::print(stderr, "cursor: {}\n", cursor.text());
    return;
  }
  core::value_or_throw(os::write_atomically(context.value("--cursor-file"),
                                            core::as_bytes(cursor.text() + "\n"), kCursorMode));
}

core::ExitCode export_calls(cli::Context& context) {
  // Before the times are read: --since today is that zone's today.
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  cdr::Filter filter = filter_of(context);
  filter.is_oldest_first = true;
  std::optional<cdr::Cursor> cursor = cursor_of(context);
  if (cursor && context.has("--live"))
    throw core::Error(core::ExitCode::usage, "cannot go on from a cursor with live calls",
                      "with a cursor each call is exported once, when it has ended");
  if (cursor && context.has("--from-archive"))
    throw core::Error(core::ExitCode::usage, "cannot go on from a cursor in archived months",
                      "give --since and --until");

  db::Connection connection = db::open_to_read(context.config(), "cdrctl export");
  filter.tenant = chosen_tenant(context, connection);
  const cli::InterruptHold interrupt;
  Writer writer(context, connection);
  const auto use = [&](const cdr::Call& call) {
    writer.write(call);
    return !interrupt.is_requested();
  };
  if (!cursor) {
    // Oldest first: what is archived comes before what is not.
    std::uint64_t given = 0;
    if (context.has("--from-archive"))
      each_archived_call(context, connection, filter, 0, [&](const cdr::Call& call) {
        ++given;
        return use(call);
      });
    if (filter.limit == 0 || given < filter.limit) {
      if (filter.limit != 0) filter.limit -= given;
      cdr::stream_calls(connection, filter, use);
    }
    writer.flush();
    return core::ExitCode::done;
  }
  cdr::for_each_ended(connection, filter, *cursor, use);
  writer.flush();
  // Only now: what a reader did not get is exported again.
  keep(context, *cursor);
  return core::ExitCode::done;
}

}  // namespace

cli::Command export_() {
  std::vector<cli::Option> options = call_options("0");
  options.insert(
      options.begin(),
      {{.name = "--format",
        .help = "csv as of RFC 4180, or jsonl: one object a line, as --json",
        .value = "FORMAT",
        .fallback = "csv",
        .choices = {"csv", "jsonl"}},
       {.name = "--tz",
        .help = "the time zone of all times, also of --since and --until (UTC if not given)",
        .value = "ZONE"},
       {.name = "--no-header", .help = "no first line with the names of the columns"},
       {.name = "--cursor-file",
        .help = "only what ended since the last export that used this file",
        .value = "FILE",
        .complete = cli::Complete::file},
       {.name = "--cursor",
        .help = "the same, with the cursor in words: start, or what the last export said",
        .value = "CURSOR"}});
  options.push_back(from_archive_option());
  return {
      .path = "export",
      .summary = "write calls as CSV or JSON lines",
      .description =
          "Writes the calls of the ledger, oldest first, as they are read: a million of them need "
          "no "
          "more memory than ten. Columns of CSV keep their names and order; new ones come at the "
          "end. Texts are as phones sent them: a spreadsheet may take one that begins with = for a "
          "formula.\n\n"
          "With a cursor each call is exported once, after its end, however late its entry arrived "
          "in the ledger; calls come in the order of their ends on each host. The cursor is "
          "written when everything was: what a reader did not get is exported again. It is kept "
          "in the file, or said on standard error. Imported calls and those of archived months are "
          "never given by a cursor.",
      .options = std::move(options),
      .exits = {{core::ExitCode::usage, "an unknown time zone or cursor"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl export --since 2026-11-01 --until 2026-12-01 --tz Europe/Berlin",
                    "a month in local time"},
                   {"cdrctl export --cursor-file /var/lib/billing/cursor --format jsonl",
                    "what is new, for a job that runs every hour"}},
      .run = export_calls};
}

}  // namespace trunkline::commands
