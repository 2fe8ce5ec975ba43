// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "keystore/key_ring.h"
#include "keystore/mirror.h"
#include "os/credential.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

Finding ask_root(std::string_view about, const std::string& path) {
  return {Severity::warning, std::string(about),
          fmt::format("{} is not yours to read, so it was not looked at", path),
          "sudo trunkline doctor"};
}

/// Mode and owner of a folder that only its daemon may enter.
Finding look_at_folder(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return {Severity::problem, "folder", fmt::format("{}: {}", path, std::strerror(errno)),
            "trunkline init"};
  if ((status.st_mode & 077) != 0)
    return {Severity::problem, "folder",
            fmt::format("{} can be entered by others (mode {:o})", path, status.st_mode & 07777),
            fmt::format("chmod 700 {}", path)};
  const passwd* const owner = getpwuid(status.st_uid);
  return {Severity::well,
          "folder",
          fmt::format("{} is {}'s alone", path,
                      owner == nullptr ? std::to_string(status.st_uid) : owner->pw_name),
          {}};
}

}  // namespace

bool is_ours_to_read(const std::filesystem::path& path) {
  return access(path.c_str(), R_OK) == 0 || errno != EACCES;
}

Findings check_key_ring(const config::Config& config) {
  const std::string& path = config.text("recording.key_ring");
  if (!is_ours_to_read(path)) return {ask_root("key ring", path)};
  const auto ring = keystore::KeyRing::load(path);
  if (!ring)
    return {{Severity::problem, "key ring",
             ring.error().message + ": no recording starts without it", ring.error().hint}};
  return {{Severity::well,
           "key ring",
           fmt::format("{} keys, current is {}", ring->list().size(), ring->current().value()),
           {}}};
}

Findings check_key_mirror(const config::Config& config) {
  const std::string& directory = config.text("recording.key_mirror");
  if (directory.empty())
    return {{Severity::warning, "key mirror",
             "there is none: if this disk is lost, every recording is, its backups included",
             "trunkline config set recording.key_mirror DIRECTORY, on another disk"}};
  if (!is_ours_to_read(directory)) return {ask_root("key mirror", directory)};
  if (const auto usable = keystore::check_mirror_directory(directory); !usable)
    return {{Severity::problem, "key mirror", usable.error().message, usable.error().hint}};
  struct stat mirror {};
  struct stat state {};
  const bool is_same_disk = stat(directory.c_str(), &mirror) == 0 &&
                            stat(config.text("media.state_dir").c_str(), &state) == 0 &&
                            mirror.st_dev == state.st_dev;
  if (is_same_disk)
    return {{Severity::warning, "key mirror",
             fmt::format("{} is on the same disk as the key store", directory),
             "trunkline config set recording.key_mirror DIRECTORY, on another disk"}};
  return {{Severity::well, "key mirror", directory, {}}};
}

Findings check_sip_key(const config::Config& config) {
  const std::string& path = config.text("sip.key_file");
  if (!is_ours_to_read(path)) return {ask_root("sipd key", path)};
  const auto key = os::read_credential(path);
  if (!key)
    return {{Severity::problem, "sipd key", key.error().message + ": no phone can register",
             key.error().hint.empty() ? "trunkline init" : key.error().hint}};
  return {{Severity::well, "sipd key", path, {}}};
}

Findings check_permissions(const config::Config& config) {
  Findings findings;
  for (const char* const key : {"recording.path", "sip.state_dir", "media.state_dir"})
    findings.push_back(look_at_folder(config.text(key)));
  return findings;
}

}  // namespace trunkline::commands
