// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "cdr/csv.h"
#include "cdr/query.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "db/tool.h"
#include "foreign/format.h"
#include "foreign/importer.h"
#include "number/e164.h"
#include "os/atomic_file.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr core::ByteCount kLargestMap{100'000};
constexpr mode_t kRejectsMode = 0640;

/// A file that is read once, with its digest.
class File {
 public:
  explicit File(std::string name)
      : name_(std::move(name)),
        file_(name_ == "-" ? ::dup(STDIN_FILENO) : ::open(name_.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file_) throw os::system_error("read " + name_, errno);
  }

  std::size_t read(std::span<char> space) {
    ssize_t got = 0;
    do got = ::read(file_.get(), space.data(), space.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) throw os::system_error("read " + name_, errno);
    const auto size = static_cast<std::size_t>(got);
    digest_.add(std::string_view(space.data(), size));
    bytes_ += size;
    return size;
  }
  crypto::Sha256 digest() { return digest_.finish(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::string name_;
  os::Fd file_;
  crypto::Sha256Stream digest_;
  std::uint64_t bytes_ = 0;
};

/// What was not taken, as CSV with its line and the reason; the file is made with the first.
class Rejects {
 public:
  explicit Rejects(fs::path path) : path_(std::move(path)) {}

  void add(std::string_view file, std::uint64_t line, std::string_view reason,
           std::string_view record) {
    std::string row = count_ == 0 ? "file,line,reason,record\r\n" : "";
    cdr::append_csv_field(row, file);
    row += fmt::format(",{},", line);
    cdr::append_csv_field(row, reason);
    row += ',';
    cdr::append_csv_field(row, record);
    row += "\r\n";
    if (!file_) {
      file_ = os::Fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kRejectsMode));
      if (!file_) throw os::system_error("write " + path_.string(), errno);
    }
    write(row);
    ++count_;
  }
  void finish() const {
    if (file_ && ::fsync(file_.get()) != 0)
      throw os::system_error("write " + path_.string(), errno);
  }
  std::uint64_t count() const { return count_; }
  const fs::path& path() const { return path_; }

 private:
  void write(std::string_view rest) const {
    while (!rest.empty()) {
      const ssize_t size = ::write(file_.get(), rest.data(), rest.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) throw os::system_error("write " + path_.string(), errno);
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  fs::path path_;
  os::Fd file_;
  std::uint64_t count_ = 0;
};

struct Plan {
  const foreign::Format* format = nullptr;
  foreign::Columns columns = {};
  std::string time_form = {};
  std::string source = {};
  std::string region = {};
  core::TenantId tenant = {};
  bool is_dry = false;
};

struct Counts {
  foreign::Imported imported = {};
  std::uint64_t taken = 0;  ///< that could be, in a dry run
  std::uint64_t rejected = 0;
};

foreign::Columns columns_of(const cli::Context& context, const foreign::Format& format) {
  const bool is_mapped = format.name == "csv";
  const bool has_map = context.has("--map") || context.has("--map-file");
  if (has_map != is_mapped)
    throw core::Error(core::ExitCode::usage,
                      is_mapped ? "cannot read CSV without a map of its columns"
                                : fmt::format("cannot map the columns of {}", format.name),
                      is_mapped ? "as in --map started=calldate,caller=src,called=dst"
                                : "a map is for the format csv");
  std::string text;
  if (context.has("--map-file"))
    text =
        core::value_or_throw(os::read_text_file(context.value("--map-file"), kLargestMap)) + "\n";
  for (const std::string& map : context.values("--map")) text += map + "\n";
  foreign::Columns columns =
      core::value_or_throw(foreign::parse_columns(text, foreign::call_fields()));
  if (is_mapped && !columns.contains("started"))
    throw core::Error(core::ExitCode::usage, "cannot read CSV whose map has no column for started",
                      "as in --map started=calldate");
  return columns;
}

core::TenantId tenant_of(const cli::Context& context, db::Connection& connection) {
  if (context.has("--tenant"))
    return core::value_or_throw(cdr::tenant_id(connection, context.value("--tenant")));
  static constexpr db::Statement kTenants{
      "SELECT id, is_default FROM trunkline.tenant ORDER BY is_default DESC LIMIT 2"};
  const db::Rows rows = connection.query(kTenants);
  if (rows.size() == 1 || (!rows.empty() && rows[0].get<bool>("is_default")))
    return rows[0].get<core::TenantId>("id");
  throw core::Error(core::ExitCode::usage, "cannot tell whose calls these are",
                    "give --tenant NAME: trunkline tenant list");
}

/// The next call that can be taken; what cannot goes to the rejects. Nothing at the end.
std::optional<foreign::Call> next_call(foreign::Reader& reader, const std::string& name,
                                       Rejects& rejects) {
  while (auto call = reader.next()) {
    auto checked = *call ? foreign::check(**call) : core::Result<void>();
    if (*call && checked) return std::move(**call);
    core::Fault fault = *call ? std::move(checked.error()) : std::move(call->error());
    // A heading that does not fit the map is no matter of one record.
    if (fault.code != core::ExitCode::data) throw core::Error(std::move(fault));
    rejects.add(name, reader.line(), fault.message, reader.record());
  }
  return std::nullopt;
}

Counts import_file(const Plan& plan, const std::string& name, db::Connection& connection,
                   Rejects& rejects, const cli::InterruptHold& interrupt) {
  const std::uint64_t rejected_before = rejects.count();
  File file(name);
  const auto reader =
      plan.format->open({.source = [&](std::span<char> space) { return file.read(space); },
                         .name = name,
                         .columns = plan.columns,
                         .time_form = plan.time_form});
  std::optional<foreign::Importer> importer;
  if (!plan.is_dry) {
    importer.emplace(connection,
                     foreign::Batch{.tenant = plan.tenant,
                                    .source = plan.source,
                                    .format = std::string(plan.format->name),
                                    .file = name,
                                    .region = plan.region},
                     core::system_clock().wall());
  }
  Counts counts;
  while (const auto call = next_call(*reader, name, rejects)) {
    if (interrupt.is_requested()) return counts;
    ++counts.taken;
    if (!importer) continue;
    if (const auto added = importer->add(*call); !added)
      rejects.add(name, reader->line(), added.error().message, reader->record());
  }
  counts.rejected = rejects.count() - rejected_before;
  rejects.finish();
  const crypto::Sha256 digest = file.digest();
  if (importer) counts.imported = importer->finish(counts.rejected, digest, file.bytes());
  return counts;
}

void print_imported(cli::Output& out, const Plan& plan, const std::string& name,
                    const Counts& counts) {
  core::Json object{{"file", name},
                    {"format", plan.format->name},
                    {"source", plan.source},
                    {"rejected", counts.rejected}};
  if (plan.is_dry) {
    object["taken"] = counts.taken;
  } else {
    object["added"] = counts.imported.added;
    object["duplicates"] = counts.imported.duplicates;
  }
  out.row({name,
           plan.source,
           out.count(plan.is_dry ? counts.taken : counts.imported.added),
           out.count(counts.imported.duplicates),
           {out.count(counts.rejected), counts.rejected > 0 ? cli::Color::red : cli::Color::none}},
          std::move(object));
}

core::ExitCode import_calls(cli::Context& context) {
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  Plan plan{.format = core::value_or_throw(foreign::find_format(context.value("FORMAT")))};
  plan.columns = columns_of(context, *plan.format);
  plan.time_form = context.value("--time-format");
  plan.source =
      context.has("--source") ? context.value("--source") : std::string(plan.format->name);
  if (context.has("--country"))
    plan.region = core::value_or_throw(number::parse_region(context.value("--country")));
  plan.is_dry = context.has("--dry-run");

  const std::vector<std::string> files = context.values("FILE");
  const fs::path first = files.front() == "-" ? fs::path("stdin") : fs::path(files.front());
  Rejects rejects(context.has("--rejects") ? fs::path(context.value("--rejects"))
                                           : fs::path(first.filename().string() + ".rejects.csv"));
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl import");
  plan.tenant = tenant_of(context, connection);
  context.out().table("call_import.v1", {{"FILE"},
                                         {"SOURCE"},
                                         {plan.is_dry ? "TO ADD" : "ADDED", cli::Align::right},
                                         {"THERE", cli::Align::right},
                                         {"REJECTED", cli::Align::right}});
  const cli::InterruptHold interrupt;
  for (const std::string& name : files) {
    const Counts counts = import_file(plan, name, connection, rejects, interrupt);
    if (interrupt.is_requested()) break;
    print_imported(context.out(), plan, name, counts);
  }
  if (rejects.count() == 0) return core::ExitCode::done;
  context.warn(fmt::format("records that were not taken: {}", rejects.count()),
               fmt::format("they are in {}, with line and reason", rejects.path().string()));
  return core::ExitCode::partly;
}

std::string described_formats() {
  std::string text;
  for (const foreign::Format& format : foreign::formats())
    text += fmt::format("\n\n{}: {}.", format.name, format.summary);
  return text;
}

std::vector<cli::Option> import_options() {
  return {
      {.name = "--tz",
       .help = "the time zone of times that do not say theirs (this host's if not given)",
       .value = "ZONE"},
      {.name = "--country",
       .help = "where national numbers are of, two letters; else only +49... is read",
       .value = "COUNTRY"},
      {.name = "--source",
       .help = "which system it was; its own ids are unique within (the format's name)",
       .value = "NAME"},
      {.name = "--tenant", .help = "whose calls they are (the default tenant's)", .value = "NAME"},
      {.name = "--map",
       .help = "columns of csv: our field = their heading, or #3 without headings",
       .value = "FIELD=COLUMN,...",
       .is_repeatable = true},
      {.name = "--map-file",
       .help = "the same from a file, a line each",
       .value = "FILE",
       .complete = cli::Complete::file},
      {.name = "--time-format",
       .help = "how times of csv are written, as in strptime(3)",
       .value = "FORMAT"},
      {.name = "--rejects",
       .help = "where records go that cannot be taken (FILE.rejects.csv here)",
       .value = "FILE",
       .complete = cli::Complete::file},
      {.name = "--dry-run", .help = "read and check everything, add nothing"}};
}

}  // namespace

cli::Command import() {
  return {
      .path = "import",
      .summary = "take the calls of another system into the ledger",
      .description =
          "Reads call records of another system and adds its calls to the ledger, where list, "
          "show, "
          "export and report see them like our own. They are marked with their batch and are in no "
          "daemon's hash chain, as prove says; the batch's file, its SHA-256 and its counts are in "
          "the audit log.\n\n"
          "The same file again adds nothing: a call's id is made of the source and of what the "
          "source calls the call. Records that cannot be taken go to the file of rejects with "
          "their line and the reason, the rest is added. Numbers become E.164 where they are "
          "such; as they were written they stay beside it.\n\n"
          "Fields of a map: id, caller, caller_name, called, called_name, dialled, direction, "
          "trunk, did, campaign, started, answered, ended, duration, talk, disposition, cause; "
          "started is required. A did is the house's own number that was called, or shown. "
          "\"-\" is the standard input. Formats:" +
          described_formats(),
      .arguments = {{.name = "FORMAT",
                     .help = "what wrote the records",
                     .choices = foreign::format_names()},
                    {.name = "FILE",
                     .help = "one or more files of records",
                     .is_repeatable = true,
                     .complete = cli::Complete::file}},
      .options = import_options(),
      .exits = {{core::ExitCode::partly, "some records were not taken; the others are in"},
                {core::ExitCode::usage, "an unknown format, column, zone or country"},
                {core::ExitCode::no_input, "a file or tenant is not there"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl import asterisk-csv --tz Europe/Berlin --country DE Master.csv",
                    "what an old Asterisk wrote"},
                   {"cdrctl import csv --map started=calldate,caller=src,called=dst,talk=billsec "
                    "cdr.csv",
                    "any CSV with a heading"},
                   {"cat *.cdr.json | cdrctl import freeswitch-json -", "a folder as one batch"}},
      .run = import_calls};
}

}  // namespace trunkline::commands
