// SPDX-License-Identifier: MIT
#pragma once

// What is known of alerts while the database is away, in a file of this host's: without it each run
// of each timer would tell again that the database is away.

#include <filesystem>
#include <map>
#include <string>

#include "alert/alert.h"

namespace trunkline::alert {

class AwayStates {
 public:
  /// A file that is not there, or cannot be read, knows nothing: rather too much is told.
  explicit AwayStates(std::filesystem::path file);

  /// Decides and keeps what was decided. A fault: it could not be kept; the decision stands.
  struct Decided {
    bool is_told = true;
    core::Result<void> kept = {};
  };
  Decided decide(const Alert& alert, core::Time now);

  /// What was told to be wrong, and not yet to be well.
  std::map<std::string, Level> open() const;
  bool is_empty() const { return states_.empty(); }
  [[nodiscard]] core::Result<void> forget_all();

 private:
  std::filesystem::path file_;
  std::map<std::string, State> states_;
};

/// The file's text and back; what is no state is left out.
std::string to_text(const std::map<std::string, State>& states);
std::map<std::string, State> parse_states(std::string_view text);

}  // namespace trunkline::alert
