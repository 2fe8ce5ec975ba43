// SPDX-License-Identifier: MIT
#include "backup/tool.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/text.h"

namespace trunkline::backup {
namespace {

// A terabyte over a slow line; who waits less has Ctrl-C.
constexpr core::Milliseconds kToolPatience = std::chrono::hours(24 * 7);
constexpr std::size_t kLongestWords = 300;

}  // namespace

std::string last_words(const std::string& errors) {
  std::string_view last = "it does not say why";
  for (const std::string_view line : core::split(errors, '\n')) {
    const auto words = core::trim(line);
    if (words.empty()) continue;
    last = words;
    // What follows is advice.
    if (words.find("error:") != std::string_view::npos || words.starts_with("Fatal:")) break;
  }
  return core::printable(last.substr(0, kLongestWords));
}

core::Result<std::string> run_tool(os::Command command) {
  const std::string name = std::filesystem::path(command.arguments.front()).filename();
  auto output = os::run_command(std::move(command), kToolPatience);
  if (!output) return tl::unexpected(output.error());
  if (output->exit.is_success()) return std::move(output->output);
  std::string hint;
  if (output->errors.find("No space left") != std::string::npos ||
      output->errors.find("no space left") != std::string::npos)
    hint = "make room: df -h";
  return core::fault(
      core::ExitCode::io,
      fmt::format("{} failed ({}): {}", name, output->exit.text(), last_words(output->errors)),
      std::move(hint));
}

}  // namespace trunkline::backup
