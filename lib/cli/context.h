// SPDX-License-Identifier: MIT
#pragma once

// What a verb is given when it runs: its flags and arguments, the configuration, the output and the
// conversation on stderr. A verb returns an exit code for what is ordinary and throws core::Error
// (core::value_or_throw of a Result) for what ends it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "cli/program.h"
#include "config/config.h"
#include "core/secret.h"

namespace trunkline::cli {

/// The flags every program understands.
struct GlobalFlags {
  std::string config_file = {};
  std::vector<std::string> overrides = {};
  bool is_quiet = false;
  bool is_json = false;
  bool assume_yes = false;
  bool wants_pager = true;
  ColorWhen color = ColorWhen::automatic;
};

class Context {
 public:
  /// `given` maps "--since" or "CALL" to the values on the command line.
  Context(const Command& command, GlobalFlags flags, Output& output,
          std::map<std::string, std::vector<std::string>, std::less<>> given);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Names are as declared, an option by its long form: "--since", "CALL". Asking for one that the
  /// command does not declare is a programming error.
  bool has(std::string_view name) const;
  /// The value, else the option's fallback, else "".
  std::string value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  /// The value as its type; a fault of its own words is thrown with code usage. An option that is
  /// not given and has no fallback gives nothing.
  std::optional<std::uint64_t> number(std::string_view name) const;
  std::optional<core::Milliseconds> duration(std::string_view name) const;

  /// Loaded at first use; throws the loader's fault.
  const config::Config& config();
  /// The next config() loads it again: for a verb that has just changed it.
  void forget_config() { config_.reset(); }
  const GlobalFlags& flags() const { return flags_; }
  Output& out() { return output_; }

  /// A line of conversation on stderr; silent with --quiet.
  void note(std::string_view text) const;
  /// "warning: ..." on stderr, even with --quiet.
  void warn(std::string_view text, std::string_view hint = {}) const;
  /// Asks on the terminal and waits for yes or no; true at once with --yes. Without a terminal it
  /// throws code usage: nobody can answer, and the hint names --yes.
  bool confirm(std::string_view question) const;
  /// Reads a secret without echo from the terminal, or a line of stdin where that is not one.
  core::Secret ask_secret(std::string_view prompt) const;

 private:
  const std::vector<std::string>* given(std::string_view name) const;

  const Command& command_;
  GlobalFlags flags_;
  Output& output_;
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::optional<config::Config> config_;
};

}  // namespace trunkline::cli
