// SPDX-License-Identifier: MIT
#pragma once

// Two ways to say that something went wrong.
//
// Fault, in a Result<T>: ordinary input that is not as it should be (a malformed packet, a refused
// digest, an object that is not there). The caller is expected to look.
// Error, thrown: failures of the world that the function at hand cannot mend (database gone, disk
// full, bad configuration). Caught once, in cli::run_program and daemon::run.
//
// Both carry an exit code, a message (lower case, no full stop: what was tried, on what, why) and a
// hint with the next step.

#include <exception>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "core/exit_code.h"

namespace trunkline::core {

struct Fault {
  ExitCode code = ExitCode::failed;
  std::string message;
  std::string hint = {};

  bool operator==(const Fault&) const = default;
};

/// Functions that return one are [[nodiscard]].
template <class T>
using Result = tl::expected<T, Fault>;

/// Shorthand for the failing return: `return fault(ExitCode::data, "cannot read port 'x'");`
[[nodiscard]] inline tl::unexpected<Fault> fault(ExitCode code, std::string message,
                                                 std::string hint = {}) {
  return tl::unexpected<Fault>(Fault{code, std::move(message), std::move(hint)});
}

class Error : public std::exception {
 public:
  Error(ExitCode code, std::string message, std::string hint = {});
  explicit Error(Fault fault);

  /// Adds a key and value that the log and `--json` show beside the message.
  Error with(std::string_view key, std::string_view value) &&;

  const Fault& fault() const noexcept { return fault_; }
  const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
    return fields_;
  }
  const char* what() const noexcept override { return fault_.message.c_str(); }

 private:
  Fault fault_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The value, or the fault thrown as an Error: for callers for whom the ordinary is exceptional.
template <class T>
T value_or_throw(Result<T>&& result) {
  if (!result) throw Error(std::move(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace trunkline::core
