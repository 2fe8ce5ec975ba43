// SPDX-License-Identifier: MIT
#include "os/credential.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/text.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::os {
namespace {

constexpr mode_t kGroupAndOthers = S_IRWXG | S_IRWXO;

std::filesystem::path credentials_folder() {
  // Read before threads could change the environment; none of ours does.
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder == nullptr ? "" : folder;
}

/// The file's bytes straight into memory that is wiped; `size` is what stat said.
core::Result<core::Secret> read_whole(int descriptor, std::size_t size, const std::string& what) {
  core::Secret secret = core::Secret::of_size(size);
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(descriptor, secret.writable().data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(what, errno);
    if (count == 0) return core::fault(core::ExitCode::try_again, "cannot " + what + ": it shrank");
    filled += static_cast<std::size_t>(count);
  }
  return secret;
}

}  // namespace

std::filesystem::path credential_path(const std::filesystem::path& path) {
  const auto folder = credentials_folder();
  if (folder.empty() || !path.has_filename()) return path;
  const auto passed = folder / path.filename();
  return ::access(passed.c_str(), F_OK) == 0 ? passed : path;
}

core::Result<core::Secret> read_credential(const std::filesystem::path& path,
                                           core::ByteCount limit) {
  const auto where = credential_path(path);
  const std::string what = "read secret " + where.string();
  const Fd descriptor(::open(where.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!descriptor) return system_failure(what, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return system_failure(what, errno);
  if (!S_ISREG(status.st_mode))
    return core::fault(core::ExitCode::data, "cannot " + what + ": it is not a file");
  // systemd guards its folder by other means, and its ACLs show up as bits of the group.
  const bool is_systemds = where.parent_path() == credentials_folder();
  if (!is_systemds && (status.st_mode & kGroupAndOthers) != 0)
    return core::fault(core::ExitCode::no_permission,
                       "cannot " + what + ": other users have access to it",
                       "chmod 600 " + where.string());
  if (static_cast<std::uint64_t>(status.st_size) > limit.value())
    return core::fault(core::ExitCode::data,
                       "cannot " + what + ": it is longer than " + core::to_text(limit));
  return read_whole(descriptor.get(), static_cast<std::size_t>(status.st_size), what);
}

core::Result<core::Secret> read_password(const std::filesystem::path& path) {
  const auto secret = read_credential(path);
  if (!secret) return tl::unexpected(secret.error());
  std::string_view text = secret->reveal_text();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty())
    return core::fault(core::ExitCode::data,
                       "cannot read secret " + credential_path(path).string() + ": it is empty");
  return core::Secret(text);
}

}  // namespace trunkline::os
