// SPDX-License-Identifier: MIT
#include "support/tmpfs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "os/fd.h"

namespace trunkline::test {
namespace {

void mount_or_throw(const std::filesystem::path& path, core::ByteCount size, unsigned long flags) {
  const auto data = fmt::format("size={}", size.value());
  if (::mount("tmpfs", path.c_str(), "tmpfs", flags | MS_NOSUID | MS_NODEV, data.c_str()) != 0) {
    throw std::runtime_error(
        fmt::format("cannot mount a tmpfs: {}; hint: run the tests as root", std::strerror(errno)));
  }
}

}  // namespace

Tmpfs::Tmpfs(core::ByteCount size) {
  mount_or_throw(path(), size, 0);
  std::filesystem::permissions(path(), std::filesystem::perms::all);
}

Tmpfs::~Tmpfs() {
  // Lazily: a daemon that is about to be ended may have files open.
  ::umount2(path().c_str(), MNT_DETACH);
}

void Tmpfs::fill() const {
  const os::Fd file(::open((path() / "filling").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
  const std::array<char, 4096> zeros{};
  while (::write(file.get(), zeros.data(), zeros.size()) > 0) {
  }
}

void Tmpfs::make_room() const {
  std::filesystem::remove(path() / "filling");
}

void Tmpfs::resize(core::ByteCount size) const {
  mount_or_throw(path(), size, MS_REMOUNT);
}

}  // namespace trunkline::test
