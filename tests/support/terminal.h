// SPDX-License-Identifier: MIT
#pragma once

// A program on a terminal (a pty of 80 columns and 24 lines), and somebody who reads it and types.

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "os/fd.h"

namespace trunkline::test {

class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& command);
  /// Kills what still runs.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Waits until the text is shown behind what was seen before, and returns everything up to and
  /// with it. Throws after 30 s, or when the program ends first, with what was shown.
  std::string expect(std::string_view text);
  void type(std::string_view text) const;
  /// expect(), then type().
  void answer(std::string_view question, std::string_view text);
  /// Waits for the end: the exit code, or 128 and the signal.
  int finish();
  void send_signal(int signal) const;
  /// Everything that was shown so far.
  const std::string& shown() const { return shown_; }

 private:
  bool read_more(int timeout_ms);

  os::Fd terminal_;
  pid_t child_ = -1;
  std::string shown_;
  std::size_t seen_ = 0;
};

}  // namespace trunkline::test
