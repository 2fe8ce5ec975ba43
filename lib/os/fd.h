// SPDX-License-Identifier: MIT
#pragma once

// An open descriptor with exactly one owner: closed on destruction, moved but never copied.

#include <utility>

namespace trunkline::os {

class [[nodiscard]] Fd {
 public:
  Fd() = default;
  explicit Fd(int descriptor) noexcept : descriptor_(descriptor) {}
  Fd(Fd&& other) noexcept : descriptor_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  /// -1 while there is none.
  int get() const noexcept { return descriptor_; }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }
  /// Gives up ownership without closing.
  int release() noexcept { return std::exchange(descriptor_, -1); }
  /// Closes what it holds and takes `descriptor`.
  void reset(int descriptor = -1) noexcept;
  /// A second descriptor (close-on-exec) of the same open file; throws core::Error.
  Fd duplicate() const;

 private:
  int descriptor_ = -1;
};

/// A pipe, both ends close-on-exec and blocking. Throws core::Error when descriptors run out.
struct Pipe {
  Fd read_end;
  Fd write_end;
};
[[nodiscard]] Pipe make_pipe();

/// Reads and writes return at once from now on. Throws core::Error.
void set_nonblocking(int descriptor, bool is_nonblocking = true);

}  // namespace trunkline::os
