// SPDX-License-Identifier: MIT
#include "trunkline/import_steps.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "config/database_url.h"
#include "config/dotenv_names.h"
#include "config/set_file.h"
#include "core/example_secret.h"
#include "core/text.h"
#include "crypto/hash.h"
#include "keystore/key_ring.h"
#include "os/atomic_file.h"
#include "os/credential.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using State = ImportStep::State;

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kSecretFolderMode = 0700;

/// Decides for one entry after the other and collects what is to be done.
class Planner {
 public:
  Planner(const config::Config& config, const config::Sources& sources, const fs::path& folder)
      : config_(config), sources_(sources), folder_(folder) {}

  void take(const config::DotenvEntry& entry) {
    ImportStep step{.name = core::printable(entry.name), .line = entry.line};
    decide(entry, step);
    import_.steps.push_back(std::move(step));
  }

  Import finish() && { return std::move(import_); }

 private:
  void decide(const config::DotenvEntry& entry, ImportStep& step) {
    const config::DotenvName* const row = config::find_dotenv_name(entry.name);
    if (row == nullptr && !is_of_ours(entry.name)) return suggest(step);
    const config::Fate fate = row == nullptr ? config::Fate::setting : row->fate;
    if (fate == config::Fate::waiting || fate == config::Fate::needless) {
      step.state = fate == config::Fate::waiting ? State::not_placed : State::needless;
      step.why = row->why;
      return;
    }
    if (entry.value.empty()) {
      step.state = State::needless;
      step.why = "it is empty";
      return;
    }
    if (entry.has_reference)
      return refuse(step, "it refers to another variable: write it out, or quote it by '...'");
    if (fate == config::Fate::setting) return take_settings(entry, step);
    if (fate == config::Fate::database) return take_database(entry, step);
    if (fate == config::Fate::mail_password) return take_mail_password(entry, step);
    take_key(entry, step);
  }

  static bool is_of_ours(const std::string& name) {
    for (const config::Setting& setting : config::settings())
      if (config::environment_name(setting.key) == name) return true;
    return false;
  }

  static void refuse(ImportStep& step, std::string why) {
    step.state = State::refused;
    step.why = std::move(why);
  }

  static void suggest(ImportStep& step) {
    std::vector<std::string> names;
    for (const config::DotenvName& row : config::dotenv_names()) names.emplace_back(row.name);
    for (const config::Setting& setting : config::settings())
      names.push_back(config::environment_name(setting.key));
    const auto meant = core::nearest(step.name, names);
    step.why = meant ? fmt::format("did you mean {}?", *meant) : "no system we know has this name";
  }

  void take_settings(const config::DotenvEntry& entry, ImportStep& step) {
    auto assignments = config::settings_of(entry, {.config = config_, .folder = folder_});
    if (!assignments) return refuse(step, assignments.error().message);
    std::vector<std::string> became;
    step.state = State::present;
    for (config::Assignment& assignment : *assignments) {
      became.push_back(
          fmt::format("{} = {}", assignment.first, config::without_password(assignment.second)));
      if (add(std::move(assignment))) step.state = State::set;
    }
    step.became = fmt::format("setting {}", core::join(became, ", "));
  }

  /// False where the setting has that value already.
  bool add(config::Assignment assignment) {
    const config::Setting& setting = *config::find_setting(assignment.first);
    const auto value = config::parse_value(setting, assignment.second);
    if (value && *value == config_.value(setting.key)) return false;
    import_.settings.push_back(std::move(assignment));
    return true;
  }

  void take_database(const config::DotenvEntry& entry, ImportStep& step) {
    const auto url = config::parse_database_url(entry.value.reveal_text());
    if (!url) return refuse(step, url.error().message);
    if (core::is_example_secret(url->password.reveal_text()))
      return refuse(step, "its password is an example that everybody knows: choose another");
    const fs::path passfile = sources_.file.parent_path() / "credentials" / "database.pgpass";
    const bool has_password = !url->password.empty();
    const std::string wanted = has_password ? url->with_passfile(passfile.string()) : url->url;
    const bool is_same = config_.text("db.url") == wanted;
    if (!is_same && config_.origin("db.url") != "default") {
      step.state = State::not_placed;
      step.why = fmt::format("db.url is set already ({}): trunkline config set db.url",
                             config_.origin("db.url"));
      return;
    }
    step.state = State::present;
    if (add({"db.url", wanted})) step.state = State::set;
    if (has_password && add_secret(passfile, url->passfile_line())) step.state = State::set;
    step.became = fmt::format("setting db.url = {}", url->url);
    if (has_password) {
      step.became += fmt::format(", password file {}", passfile.string());
      step.why =
          "that file is its owner's alone: the daemons' users need copies, or peer "
          "authentication";
    }
    if (!url->dropped.empty())
      step.why +=
          fmt::format("{}without {}", step.why.empty() ? "" : "; ", core::join(url->dropped, ", "));
  }

  /// One that mail.password_file names already is replaced only where it lies in our folder.
  void take_mail_password(const config::DotenvEntry& entry, ImportStep& step) {
    if (core::is_example_secret(entry.value.reveal_text()))
      return refuse(step, "it is an example that everybody knows: choose another");
    if (config_.text("mail.provider") == "postmark") {
      step.state = State::not_placed;
      step.why = "mail.provider is postmark: mail.password_file holds its token";
      return;
    }
    const fs::path file = sources_.file.parent_path() / "credentials" / "mail-password";
    const std::string& now = config_.text("mail.password_file");
    if (now != file.string() && config_.origin("mail.password_file") != "default") {
      step.state = State::not_placed;
      step.why = fmt::format("mail.password_file is set already ({}): write it to {}",
                             config_.origin("mail.password_file"), now);
      return;
    }
    step.state = State::present;
    if (add({"mail.password_file", file.string()})) step.state = State::set;
    if (add_secret(file, entry.value)) step.state = State::set;
    step.became = fmt::format("password file {}", file.string());
  }

  bool add_secret(const fs::path& path, core::Secret content) {
    const auto now = os::read_credential(path);
    if (now && now->reveal_text() == content.reveal_text()) return false;
    import_.secrets.push_back({path, std::move(content)});
    return true;
  }

  /// Beside the keys of the ring, never as its current one: a key that lay in an environment file
  /// is for what it has encrypted, not for what is yet to be.
  void take_key(const config::DotenvEntry& entry, ImportStep& step) {
    const auto bytes = core::from_hex(core::to_lower(entry.value.reveal_text()));
    if (!bytes || bytes->size() != keystore::kKeySize)
      return refuse(step, "it is not a key of 64 hexadecimal digits");
    if (const auto why = keystore::why_not_random(*bytes))
      return refuse(step, fmt::format("it is no random key: {}", *why));
    const fs::path file = config_.text("recording.key_ring");
    auto ring = keystore::KeyRing::load(file);
    if (!ring) {
      step.state = State::not_placed;
      step.why = fmt::format("{}; {}", ring.error().message, ring.error().hint);
      return;
    }
    const std::string digest = core::to_hex(crypto::sha256(*bytes));
    const auto id = core::value_or_throw(keystore::parse_key_id("imported-" + digest.substr(0, 8)));
    step.became = fmt::format("key {} of {}", id.value(), file.string());
    step.state = State::present;
    if (ring->find(id) != nullptr) return;
    const core::Secret key{core::ByteView(*bytes)};
    if (auto added = ring->add(id, key, core::system_clock().wall()); !added)
      return refuse(step, added.error().message);
    step.state = State::set;
    step.why = "not current; recorderd takes it with: systemctl reload recorderd";
    import_.secrets.push_back({file, ring->text()});
  }

  const config::Config& config_;
  const config::Sources& sources_;
  const fs::path& folder_;
  Import import_;
};

/// The file keeps its owner: recorderd's key ring stays recorderd's when root changes it.
void write_secret(const SecretFile& file) {
  struct stat before {};
  const bool was_there = ::stat(file.path.c_str(), &before) == 0;
  const fs::path folder = file.path.parent_path();
  std::error_code failure;
  if (fs::create_directories(folder, failure))
    fs::permissions(folder, fs::perms(kSecretFolderMode), failure);
  if (failure)
    throw os::system_error(fmt::format("make folder '{}'", folder.string()), failure.value());
  core::value_or_throw(os::write_atomically(file.path, file.content.reveal(), kSecretMode));
  if (was_there && before.st_uid != ::geteuid() &&
      ::chown(file.path.c_str(), before.st_uid, before.st_gid) != 0)
    throw os::system_error(fmt::format("give '{}' back to its owner", file.path.string()), errno);
}

}  // namespace

std::string_view name_of(ImportStep::State state) {
  switch (state) {
    case State::set:
      return "set";
    case State::present:
      return "present";
    case State::needless:
      return "needless";
    case State::not_placed:
      return "not placed";
    case State::refused:
      return "refused";
    case State::unknown:
      return "unknown";
  }
  return "unknown";
}

Import plan_import(const std::vector<config::DotenvEntry>& entries, const config::Config& config,
                   const config::Sources& sources, const fs::path& folder) {
  Planner planner(config, sources, folder);
  for (const config::DotenvEntry& entry : entries) planner.take(entry);
  return std::move(planner).finish();
}

void carry_out(const Import& import, const config::Sources& sources) {
  // Looked at before anything is written; the settings themselves follow the files they name.
  config::Sources with_settings = sources;
  for (const auto& [key, text] : import.settings)
    with_settings.overrides.push_back(fmt::format("{}={}", key, text));
  if (const auto loaded = config::Config::load(with_settings); !loaded) {
    const std::string& why = loaded.error().message;
    constexpr std::string_view kOrigin = "--set: ";
    throw core::Error(core::ExitCode::data,
                      fmt::format("cannot import these settings together: {}",
                                  why.substr(why.starts_with(kOrigin) ? kOrigin.size() : 0)),
                      loaded.error().hint);
  }
  for (const SecretFile& file : import.secrets) write_secret(file);
  if (!import.settings.empty())
    core::value_or_throw(config::write_settings(sources, import.settings));
}

}  // namespace trunkline::commands
