// SPDX-License-Identifier: MIT
#pragma once

// Long answers on a terminal go through $TRUNKLINE_PAGER, $PAGER or `less -FRX`, which ends by
// itself where everything fits on the screen. "cat" or an empty variable means none.

#include <optional>

#include "os/fd.h"
#include "os/process.h"

namespace trunkline::cli {

class [[nodiscard]] Pager {
 public:
  /// Nothing where no pager is wanted or there is none on this machine.
  static std::optional<Pager> start();

  Pager(Pager&&) = default;
  Pager& operator=(Pager&&) = delete;
  /// Tells the pager that this was all, and waits until its reader has seen enough.
  ~Pager();

  int descriptor() const noexcept { return input_.get(); }

 private:
  Pager(os::Child child, os::Fd input) : child_(std::move(child)), input_(std::move(input)) {}

  os::Child child_;
  os::Fd input_;
};

}  // namespace trunkline::cli
