// SPDX-License-Identifier: MIT
#pragma once

// Child processes with an owner: a Child that goes out of scope is ended and reaped. Arguments are
// a vector, never a shell's line. Signals and their masks are reset in the child, and no
// descriptor but 0, 1 and 2 reaches it.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "os/fd.h"

namespace trunkline::os {

/// What one of the three standard streams of a child is.
struct Stream {
  enum class Kind : std::uint8_t { inherited, null, file, descriptor };
  Kind kind = Kind::inherited;
  std::filesystem::path path = {};  ///< file: read for input, appended to for output
  int descriptor = -1;              ///< descriptor: stays the caller's

  static Stream null() { return {.kind = Kind::null}; }
  static Stream file(std::filesystem::path path) { return {Kind::file, std::move(path), -1}; }
  static Stream of(int descriptor) { return {Kind::descriptor, {}, descriptor}; }
};

struct Command {
  /// The first is the program; without a slash it is looked up in PATH.
  std::vector<std::string> arguments;
  /// Added to our environment; an empty value removes the variable.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::filesystem::path directory = {};  ///< empty: ours
  Stream input = Stream::null();
  Stream output = {};
  Stream errors = {};
  bool has_own_group = false;  ///< its own process group, so that Ctrl-C does not reach it
  /// The kernel kills it when the thread that spawned it ends (PR_SET_PDEATHSIG).
  bool ends_with_us = true;
};

struct Exit {
  int code = 0;    ///< exit code, if it was not killed
  int signal = 0;  ///< what killed it, or 0

  bool is_success() const noexcept { return code == 0 && signal == 0; }
  /// "exit code 3", "killed by signal 9".
  std::string text() const;
  bool operator==(const Exit&) const = default;
};

class [[nodiscard]] Child {
 public:
  Child() = default;
  /// A program that is not there, or cannot be run, is a fault.
  [[nodiscard]] static core::Result<Child> spawn(const Command& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills (SIGKILL) and reaps what still runs.
  ~Child();

  pid_t pid() const noexcept { return pid_; }
  bool is_running();
  /// Waits at most `timeout`; nothing if it still runs.
  std::optional<Exit> wait(core::Milliseconds timeout);
  /// Sends a signal to this process alone; false when it has already ended.
  bool send_signal(int signal);
  /// SIGTERM, up to `grace` for it to end, then SIGKILL; returns how it ended.
  Exit terminate(core::Milliseconds grace = core::Milliseconds{5000});
  /// A descriptor that becomes readable when the child ends, for Reactor::watch.
  int descriptor() const noexcept { return pidfd_.get(); }

 private:
  void kill_and_reap() noexcept;

  pid_t pid_ = 0;
  Fd pidfd_;
  std::optional<Exit> exit_;
};

struct Output {
  Exit exit;
  std::string output;
  std::string errors;
};
/// Runs to the end and returns what it printed; a program that is not done within `timeout` is
/// killed, which is a fault. `command.output` and `command.errors` are not looked at.
[[nodiscard]] core::Result<Output> run_command(Command command, core::Milliseconds timeout);

/// The program's path: a name without a slash is looked up in PATH.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace trunkline::os
