// SPDX-License-Identifier: MIT
#pragma once

// A small file system in memory, for tests that fill a disk. Needs root: where it cannot be mounted
// the test fails with a hint, it is never skipped.

#include <filesystem>

#include "core/strong.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

class Tmpfs {
 public:
  explicit Tmpfs(core::ByteCount size);
  ~Tmpfs();
  Tmpfs(const Tmpfs&) = delete;
  Tmpfs& operator=(const Tmpfs&) = delete;

  const std::filesystem::path& path() const noexcept { return directory_.path(); }
  /// Takes every byte that is left, by a file of its own.
  void fill() const;
  /// Gives them back.
  void make_room() const;
  /// As an operator who adds space.
  void resize(core::ByteCount size) const;

 private:
  TemporaryDirectory directory_;
};

}  // namespace trunkline::test
