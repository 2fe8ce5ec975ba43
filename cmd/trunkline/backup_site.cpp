// SPDX-License-Identifier: MIT
#include "trunkline/backup_site.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include "db/tool.h"
#include "os/atomic_file.h"
#include "os/host_name.h"
#include "os/system_fault.h"
#include "trunkline/audit.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr core::ByteCount kLongestRunNote{1024ULL * 1024};

fs::path note_of(const config::Config& config, const std::string& kind) {
  return fs::path(config.text("backup.state_dir")) / fmt::format("last_{}.json", kind);
}

std::string_view event_of(const std::string& kind) {
  if (kind == "backup") return "backup.made";
  return kind == "drill" ? "backup.drilled" : "backup.restored";
}

void add_row(const config::Config& config, const Run& run) {
  static constexpr db::Statement kAdd{
      "INSERT INTO trunkline.backup_run (kind, name, is_good, took_ms, host, detail)"
      " VALUES ($1, $2, $3, $4, $5, $6)"};
  db::Connection connection = db::open_for_tool(config, "trunkline backup");
  connection.query(
      kAdd, {run.kind, run.name, run.is_good, run.took.count(), os::host_name(), run.detail});
}

}  // namespace

std::unique_ptr<backup::Repository> open_backups(const config::Config& config) {
  return core::value_or_throw(
      backup::open_repository({.tool = config.text("backup.tool"),
                               .target = config.text("backup.target"),
                               .repository = config.text("backup.repository"),
                               .password = config.text("backup.password_file"),
                               .tool_config = config.text("backup.rclone_config"),
                               .work = backup_state(config),
                               .recordings = config.text("recording.path")}));
}

backup::KeepRules keep_rules(const config::Config& config) {
  const auto number = [&](const char* key) { return static_cast<unsigned>(config.integer(key)); };
  return {.daily = number("backup.keep_daily"),
          .weekly = number("backup.keep_weekly"),
          .monthly = number("backup.keep_monthly")};
}

fs::path backup_state(const config::Config& config) {
  const fs::path folder = config.text("backup.state_dir");
  std::error_code failure;
  if (fs::create_directories(folder, failure)) fs::permissions(folder, fs::perms(0755), failure);
  if (failure)
    throw os::system_error(fmt::format("make folder '{}'", folder.string()), failure.value());
  return folder;
}

BackupLock::BackupLock(const config::Config& config)
    : lock_(::open((backup_state(config) / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (!lock_)
    throw os::system_error(fmt::format("open '{}/lock'", config.text("backup.state_dir")), errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return;
  throw core::Error(core::ExitCode::try_again,
                    "another backup, restore or drill of this site is running",
                    "try again when it is done");
}

std::string chosen_backup(cli::Context& context, backup::Repository& repository) {
  const auto names = core::value_or_throw(repository.list());
  if (names.empty())
    throw core::Error(core::ExitCode::no_input,
                      fmt::format("there is no backup in {}", repository.name()),
                      "make one: trunkline backup");
  const std::string wanted = context.value("NAME");
  if (wanted.empty() || wanted == "last") return names.back();
  std::vector<std::string> found;
  for (const std::string& name : names)
    if (name.starts_with(wanted)) found.push_back(name);
  if (found.size() == 1) return found.front();
  throw core::Error(core::ExitCode::no_input,
                    fmt::format("{} a backup '{}' in {}",
                                found.empty() ? "there is no such" : "there is more than one",
                                wanted, repository.name()),
                    "trunkline backup list");
}

core::Json to_json(const backup::Manifest& manifest) {
  const auto [files, bytes] = manifest.size_of({});
  const core::Json& facts = manifest.facts;
  const auto fact = [&](const char* part) {
    return facts.contains(part) ? facts.at(part) : core::Json::object();
  };
  std::int64_t rows = 0;
  if (const core::Json database = fact("database"); database.contains("tables"))
    for (const auto& [table, count] : database.at("tables").items())
      if (count.is_number_integer()) rows += count.get<std::int64_t>();
  return {{"name", manifest.name},
          {"at", core::to_rfc3339(manifest.begun_at)},
          {"host", manifest.host},
          {"version", manifest.version},
          {"files", files},
          {"bytes", bytes},
          {"recordings", manifest.size_of(backup::kRecordings).first},
          {"rows", rows},
          {"facts", facts}};
}

void note_run(cli::Context& context, const Run& run) {
  const config::Config& config = context.config();
  const core::Json note{{"at", core::to_rfc3339(core::system_clock().wall())},
                        {"name", run.name},
                        {"is_good", run.is_good},
                        {"took_ms", run.took.count()},
                        {"detail", run.detail}};
  (void)backup_state(config);
  core::value_or_throw(
      os::write_atomically(note_of(config, run.kind), core::as_bytes(core::to_line(note)), 0644));
  try {
    add_row(config, run);
  } catch (const core::Error& error) {
    context.warn(
        fmt::format("the {} is not in the database's list: {}", run.kind, error.fault().message),
        error.fault().hint);
    return;
  }
  note_in_audit(context, event_of(run.kind), {{"name", run.name}, {"is_good", run.is_good}});
}

std::optional<LastRun> last_run(const config::Config& config, const std::string& kind) {
  const auto text = os::read_text_file(note_of(config, kind), kLongestRunNote);
  if (!text) return std::nullopt;
  const auto note = core::parse_json(*text);
  if (!note) return std::nullopt;
  const auto at = core::parse_rfc3339(core::text_at(*note, "at"));
  if (!at) return std::nullopt;
  return LastRun{
      .name = core::text_at(*note, "name"), .at = *at, .is_good = core::bool_at(*note, "is_good")};
}

bool are_nested(const fs::path& left, const fs::path& right) {
  if (left.empty() || right.empty()) return false;
  std::error_code ignored;
  const fs::path one = fs::weakly_canonical(left, ignored);
  const fs::path other = fs::weakly_canonical(right, ignored);
  const auto holds = [](const fs::path& outer, const fs::path& inner) {
    const auto [outside, inside] =
        std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return outside == outer.end();
  };
  return holds(one, other) || holds(other, one);
}

}  // namespace trunkline::commands
