// SPDX-License-Identifier: MIT
#pragma once

// What trunkline init did, step by step: made now, or there already.

#include <string_view>

#include "cli/context.h"

namespace trunkline::commands {

class InitReport {
 public:
  /// `is_silent`: what is done is part of another verb's answer.
  explicit InitReport(cli::Context& context, bool is_silent = false);

  void made(std::string_view step, std::string_view what) { add(step, true, what, {}); }
  void present(std::string_view step, std::string_view what) { add(step, false, what, {}); }
  /// The only time anybody sees the password.
  void made_with_password(std::string_view step, std::string_view what,
                          const core::Secret& password);

 private:
  void add(std::string_view step, bool is_made, std::string_view what, std::string_view password);
  cli::Context& context_;
  bool is_silent_;
};

}  // namespace trunkline::commands
