// SPDX-License-Identifier: MIT
#include "cli/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdio>

#include "cli/prompt.h"
#include "cli/verbs.h"
#include "core/text.h"

namespace trunkline::cli {

Context::Context(const Command& command, GlobalFlags flags, Output& output,
                 std::map<std::string, std::vector<std::string>, std::less<>> given)
    : command_(command), flags_(std::move(flags)), output_(output), given_(std::move(given)) {}

Context::~Context() = default;

const std::vector<std::string>* Context::given(std::string_view name) const {
  const bool is_argument =
      std::any_of(command_.arguments.begin(), command_.arguments.end(),
                  [name](const Argument& argument) { return argument.name == name; });
  assert((is_argument || find_option(command_.options, name) != nullptr) &&
         "a flag or argument that the command does not declare");
  const auto found = given_.find(name);
  return found == given_.end() ? nullptr : &found->second;
}

bool Context::has(std::string_view name) const {
  return given(name) != nullptr;
}

std::string Context::value(std::string_view name) const {
  if (const auto* const values = given(name)) return values->front();
  const Option* const option = find_option(command_.options, name);
  return option == nullptr ? std::string() : option->fallback;
}

std::vector<std::string> Context::values(std::string_view name) const {
  if (const auto* const values = given(name)) return *values;
  const std::string fallback = value(name);
  return fallback.empty() ? std::vector<std::string>() : std::vector<std::string>{fallback};
}

std::optional<std::uint64_t> Context::number(std::string_view name) const {
  const std::string text = value(name);
  if (text.empty() && !has(name)) return std::nullopt;
  const auto number = core::parse_unsigned(text);
  if (!number)
    throw core::Error(core::ExitCode::usage, fmt::format("{} must be a whole number, not '{}'",
                                                         name, core::printable(text)));
  return number;
}

std::optional<core::Milliseconds> Context::duration(std::string_view name) const {
  const std::string text = value(name);
  if (text.empty() && !has(name)) return std::nullopt;
  auto duration = core::parse_duration(text);
  if (!duration)
    throw core::Error(core::ExitCode::usage,
                      fmt::format("{} must be a duration, not '{}'", name, core::printable(text)),
                      duration.error().hint);
  return *duration;
}

const config::Config& Context::config() {
  if (!config_)
    config_ = core::value_or_throw(
        config::Config::load(config::Sources::of_process(flags_.config_file, flags_.overrides)));
  return *config_;
}

void Context::note(std::string_view text) const {
  if (!flags_.is_quiet) fmt::print(stderr, "{}\n", core::printable(text));
}

void Context::warn(std::string_view text, std::string_view hint) const {
  fmt::print(stderr, "warning: {}\n", core::printable(text));
  if (!hint.empty()) fmt::print(stderr, "hint: {}\n", core::printable(hint));
}

bool Context::confirm(std::string_view question) const {
  return flags_.assume_yes || ask_yes_or_no(question);
}

core::Secret Context::ask_secret(std::string_view prompt) const {
  return read_secret(prompt);
}

}  // namespace trunkline::cli
