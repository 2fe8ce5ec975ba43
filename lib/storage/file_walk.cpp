// SPDX-License-Identifier: MIT
#include "storage/file_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/cptr.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::storage {
namespace {

using Folder = core::CPtr<DIR, ::closedir>;

struct Entry {
  std::string name;  ///< with the slash of a folder
  struct stat status {};
};

class Walk {
 public:
  Walk(const std::string& title, std::string_view prefix,
       const std::function<bool(const Listed&)>& each)
      : title_(title), prefix_(prefix), each_(each) {}

  /// Whether to go on. `above` is empty or ends in a slash.
  core::Result<bool> below(int folder, const std::string& above) const {
    const auto entries = entries_of(folder, above);
    if (!entries) return tl::unexpected(entries.error());
    for (const Entry& entry : *entries) {
      const auto goes_on =
          S_ISDIR(entry.status.st_mode) ? into(folder, entry, above) : show(entry, above);
      if (!goes_on || !*goes_on) return goes_on;
    }
    return true;
  }

 private:
  tl::unexpected<core::Fault> failed(const std::string& path) const {
    return os::system_failure(fmt::format("list '{}' in {}", path, title_), errno);
  }

  /// What is below `above` and may match, ordered; what vanished meanwhile is left out.
  core::Result<std::vector<Entry>> entries_of(int folder, const std::string& above) const {
    // A descriptor of its own: the one at hand has a position that others use, too.
    os::Fd own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Folder stream(own ? ::fdopendir(own.get()) : nullptr);
    if (!stream) return failed(above);
    (void)own.release();  // the stream has it now
    std::vector<Entry> found;
    for (;;) {
      errno = 0;
      const dirent* const next = ::readdir(stream.get());
      if (next == nullptr && errno != 0) return failed(above);
      if (next == nullptr) break;
      Entry entry{.name = next->d_name};
      if (entry.name == "." || entry.name == "..") continue;
      if (::fstatat(::dirfd(stream.get()), next->d_name, &entry.status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;
        return failed(above + entry.name);
      }
      if (S_ISDIR(entry.status.st_mode))
        entry.name += '/';
      else if (!S_ISREG(entry.status.st_mode))
        continue;
      if (may_match(above + entry.name)) found.push_back(std::move(entry));
    }
    std::ranges::sort(found, {}, &Entry::name);
    return found;
  }

  bool may_match(std::string_view path) const {
    return path.starts_with(prefix_) || (path.ends_with('/') && prefix_.starts_with(path));
  }

  core::Result<bool> into(int folder, const Entry& entry, const std::string& above) const {
    const std::string path = above + entry.name;
    // No object's name is longer, however deep somebody's folders go.
    if (!Name::parse(path + "x")) return true;
    // Without its slash, with which a link would be followed.
    const std::string name = entry.name.substr(0, entry.name.size() - 1);
    const os::Fd inner(
        ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner && errno == ENOENT) return true;
    if (!inner) return failed(path);
    return below(inner.get(), path);
  }

  core::Result<bool> show(const Entry& entry, const std::string& above) const {
    const auto name = Name::parse(above + entry.name);
    if (!name) return true;
    return each_({.name = *name, .status = status_of(entry.status)});
  }

  const std::string& title_;
  const std::string_view prefix_;
  const std::function<bool(const Listed&)>& each_;
};

}  // namespace

Status status_of(const struct stat& status) {
  return {.bytes = core::ByteCount(static_cast<std::uint64_t>(status.st_size)),
          .changed = core::from_microseconds(std::int64_t{status.st_mtim.tv_sec} * 1'000'000 +
                                             status.st_mtim.tv_nsec / 1000)};
}

core::Result<void> walk_files(int root, const std::string& title, std::string_view prefix,
                              const std::function<bool(const Listed&)>& each) {
  return Walk(title, prefix, each).below(root, "").map([](bool /*went_on*/) {});
}

}  // namespace trunkline::storage
