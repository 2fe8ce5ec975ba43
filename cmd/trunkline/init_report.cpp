// SPDX-License-Identifier: MIT
#include "trunkline/init_report.h"

#include <fmt/format.h>

namespace trunkline::commands {

InitReport::InitReport(cli::Context& context, bool is_silent)
    : context_(context), is_silent_(is_silent) {
  if (!is_silent_) context_.out().table("init_step.v1", {{"STEP"}, {"STATE"}, {"WHAT"}});
}

void InitReport::made_with_password(std::string_view step, std::string_view what,
                                    const core::Secret& password) {
  add(step, true, what, password.reveal_text());
}

void InitReport::add(std::string_view step, bool is_made, std::string_view what,
                     std::string_view password) {
  if (is_silent_) return;
  const std::string state = is_made ? "made" : "present";
  core::Json object{{"step", step}, {"state", state}, {"what", what}};
  std::string shown(what);
  if (!password.empty()) {
    object["password"] = password;
    shown += fmt::format(", password {}", password);
  }
  context_.out().row(
      {step, cli::Cell(state, is_made ? cli::Color::green : cli::Color::none), std::move(shown)},
      std::move(object));
}

}  // namespace trunkline::commands
