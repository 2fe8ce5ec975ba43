// SPDX-License-Identifier: MIT
#include "storage/identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/text.h"
#include "os/atomic_file.h"
#include "os/fd.h"
#include "os/system_fault.h"
#include "storage/faults.h"

namespace trunkline::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "trunkline storage 1 ";
constexpr core::ByteCount kLongestMarker{256};

core::Result<void> check_folder(const fs::path& root) {
  struct stat status {};
  if (::stat(root.c_str(), &status) != 0)
    return tl::unexpected(not_mounted(root.native(), os::text_of_errno(errno)));
  if (!S_ISDIR(status.st_mode))
    return tl::unexpected(not_mounted(root.native(), "it is no folder"));
  return {};
}

/// Makes the marker under a name of its own first: link() gives the name to one of us only.
core::Result<void> write_marker(const fs::path& root, LocationId id) {
  const fs::path marker = root / kMarker;
  const fs::path fresh = root / fmt::format("{}.{}", kMarker, id.text());
  const std::string text = fmt::format("{}{}\n", kTitle, id.text());
  if (auto written = os::write_atomically(fresh, core::as_bytes(text), 0600); !written)
    return written;
  struct stat owner {};
  const bool is_given =
      ::geteuid() != 0 || (::stat(root.c_str(), &owner) == 0 &&
                           ::chown(fresh.c_str(), owner.st_uid, owner.st_gid) == 0);
  const bool is_named = is_given && (::link(fresh.c_str(), marker.c_str()) == 0 || errno == EEXIST);
  const int error_number = errno;
  ::unlink(fresh.c_str());
  if (!is_named) return os::system_failure("mark " + root.native(), error_number);
  const os::Fd folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0)
    return os::system_failure("mark " + root.native(), errno);
  return {};
}

}  // namespace

core::Result<std::optional<LocationId>> identity_of(const fs::path& root) {
  if (auto there = check_folder(root); !there) return tl::unexpected(there.error());
  const auto text = os::read_text_file(root / kMarker, kLongestMarker);
  if (!text && text.error().code == core::ExitCode::no_input) return std::nullopt;
  if (!text) return tl::unexpected(text.error());
  const std::string_view line = core::trim(*text);
  if (line.starts_with(kTitle))
    if (const auto id = LocationId::parse(line.substr(kTitle.size()))) return *id;
  return core::fault(core::ExitCode::data,
                     fmt::format("'{}' is no marker of a location", (root / kMarker).native()),
                     "copy it back from a backup of that folder");
}

core::Result<LocationId> mark(const fs::path& root, core::Time now) {
  const auto known = identity_of(root);
  if (!known) return tl::unexpected(known.error());
  if (*known) return **known;
  if (auto written = write_marker(root, LocationId::make(now)); !written)
    return tl::unexpected(written.error());
  const auto made = identity_of(root);
  if (!made) return tl::unexpected(made.error());
  if (!*made) return tl::unexpected(not_mounted(root.native(), "its marker went again"));
  return **made;
}

core::Result<void> check_identity(const fs::path& root, LocationId id) {
  const auto known = identity_of(root);
  if (!known) return tl::unexpected(known.error());
  if (!*known)
    return tl::unexpected(
        not_mounted(root.native(), fmt::format("it has no {}, as the location had", kMarker)));
  if (**known != id)
    return tl::unexpected(not_mounted(
        root.native(), fmt::format("it is location {}, not {}", (*known)->text(), id.text())));
  return {};
}

}  // namespace trunkline::storage
