// SPDX-License-Identifier: MIT
#include "trunkline/init_host.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "crypto/box.h"
#include "directory/site_key.h"
#include "directory/tenants.h"
#include "keystore/key_ring.h"
#include "os/system_fault.h"
#include "os/user.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

constexpr const char* kSipUser = "trunkline-sip";
constexpr const char* kMediaUser = "trunkline-rec";
constexpr const char* kOperators = "trunkline-admin";

/// Hands a file to a daemon's user where we may (root) and that user exists.
void give_to(const fs::path& path, const char* user, const char* group = nullptr) {
  if (::geteuid() != 0) return;
  const std::optional<uid_t> uid = os::find_user(user);
  if (!uid) return;
  const std::optional<gid_t> gid = os::find_group(group == nullptr ? user : group);
  if (::chown(path.c_str(), *uid, gid.value_or(static_cast<gid_t>(-1))) != 0) {
    throw os::system_error(fmt::format("give '{}' to user {}", path.string(), user), errno);
  }
}

/// A folder, with its parents, that only its owner (and by mode its group) may use.
void make_folder(const fs::path& path, mode_t mode, const char* user, const char* group,
                 InitReport& report) {
  if (path.empty()) return;
  std::error_code error;
  if (fs::is_directory(path, error)) return report.present("folder", path.string());
  fs::create_directories(path, error);
  if (error) throw os::system_error(fmt::format("make folder '{}'", path.string()), error.value());
  if (::chmod(path.c_str(), mode) != 0) {
    throw os::system_error(fmt::format("set the mode of '{}'", path.string()), errno);
  }
  if (user != nullptr) give_to(path, user, group);
  report.made("folder", fmt::format("{} (mode {:o})", path.string(), mode));
}

}  // namespace

void init_folders(const config::Config& config, InitReport& report) {
  const auto folder_of = [&](const char* key) { return fs::path(config.text(key)).parent_path(); };
  make_folder(folder_of("sip.key_file"), 0711, nullptr, nullptr, report);
  if (folder_of("recording.key_ring") != folder_of("sip.key_file")) {
    make_folder(folder_of("recording.key_ring"), 0711, nullptr, nullptr, report);
  }
  make_folder(config.text("sip.state_dir"), 0700, kSipUser, nullptr, report);
  make_folder(config.text("media.state_dir"), 0700, kMediaUser, nullptr, report);
  make_folder(config.text("recording.path"), 0700, kMediaUser, nullptr, report);
  make_folder(config.text("recording.key_mirror"), 0700, kMediaUser, nullptr, report);
  make_folder(folder_of("sip.control"), 0750, kSipUser, kOperators, report);
  make_folder(folder_of("media.control"), 0750, kMediaUser, kOperators, report);
}

void init_site_key(const config::Config& config, db::Connection& connection, InitReport& report) {
  const fs::path file = config.text("sip.key_file");
  const std::optional<core::Bytes> known = directory::site_public_key(connection);
  core::Result<core::Secret> key = directory::read_site_key(file);
  const bool is_absent = !key && key.error().code == ExitCode::no_input;
  if (!key && !is_absent) throw core::Error(std::move(key.error()));
  if (is_absent && known) {
    throw core::Error(
        ExitCode::config,
        fmt::format("cannot find sipd's key '{}', to which the devices' secrets are sealed",
                    file.string()),
        "restore the file from a backup; without it every device needs a new password");
  }
  if (is_absent) {
    const crypto::KeyPair pair = crypto::make_key_pair();
    core::value_or_throw(directory::write_site_key(file, pair.private_key));
    key = pair.private_key;
  }
  give_to(file, kSipUser);
  const crypto::PublicKey public_key = core::value_or_throw(crypto::public_key_of(*key));
  core::value_or_throw(directory::set_site_public_key(connection, public_key));
  is_absent ? report.made("sipd's key", file.string())
            : report.present("sipd's key", file.string());
}

void init_key_ring(const config::Config& config, InitReport& report) {
  const fs::path file = config.text("recording.key_ring");
  core::Result<keystore::KeyRing> ring = keystore::KeyRing::load(file);
  const bool is_absent = !ring && ring.error().code == ExitCode::no_input;
  if (!ring && !is_absent) throw core::Error(std::move(ring.error()));
  if (is_absent) {
    ring = keystore::KeyRing::generate(core::system_clock().wall());
    core::value_or_throw(ring->save(file));
  }
  give_to(file, kMediaUser);
  const std::string what =
      fmt::format("{}, current key {}", file.string(), ring->current().value());
  is_absent ? report.made("key ring", what) : report.present("key ring", what);
}

}  // namespace trunkline::commands
