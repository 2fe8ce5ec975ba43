// SPDX-License-Identifier: MIT
#pragma once

// How far a long verb is, on one line of a terminal that is rewritten at most ten times a second.
// Nothing is shown with --quiet or where stderr is no terminal: a log needs no such line.

#include <string_view>

#include "cli/context.h"
#include "core/time.h"

namespace trunkline::cli {

class Progress {
 public:
  explicit Progress(const Context& context, const core::Clock& clock = core::system_clock());
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cut at the terminal's width.
  void show(std::string_view text);
  /// Before something else is printed there.
  void clear();

 private:
  const core::Clock& clock_;
  bool is_shown_;
  bool is_on_line_ = false;
  core::SteadyTime next_{};
};

}  // namespace trunkline::cli
