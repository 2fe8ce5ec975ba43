// SPDX-License-Identifier: MIT
// Where this process's settings come from: command line, environment, build tree, /etc.

#include <algorithm>
#include <boost/program_options/environment_iterator.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <cstdlib>

#include "config/config.h"

namespace trunkline::config {
namespace {

constexpr std::string_view kInstalledFile = "/etc/trunkline/trunkline.toml";
constexpr std::string_view kFileVariable = "TRUNKLINE_CONFIG";
constexpr std::string_view kPrefix = "TRUNKLINE_";

std::vector<Assignment> own_environment() {
  namespace options = boost::program_options;
  // An empty name makes Boost pass over the variable; ours keep their own name.
  const auto name_of_ours = [](const std::string& name) {
    return name.starts_with(kPrefix) && name != kFileVariable ? name : std::string();
  };
  std::vector<Assignment> assignments;
  const auto parsed = options::parse_environment(options::options_description(), name_of_ours);
  for (const auto& option : parsed.options)
    assignments.emplace_back(option.string_key,
                             option.value.empty() ? std::string() : option.value.front());
  return assignments;
}

/// <tree>/var/trunkline.toml if this program lies in <tree>/build/*/bin.
std::filesystem::path file_of_build_tree() {
  std::error_code failure;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure) return {};
  const auto bin = program.parent_path();
  const auto build = bin.parent_path().parent_path();
  if (bin.filename() != "bin" || build.filename() != "build") return {};
  auto file = build.parent_path() / "var" / "trunkline.toml";
  return std::filesystem::exists(file, failure) ? file : std::filesystem::path();
}

}  // namespace

Sources Sources::of_process(std::string_view named_file, std::vector<std::string> overrides) {
  Sources sources;
  sources.environment = own_environment();
  sources.overrides = std::move(overrides);
  const char* const from_environment = std::getenv(std::string(kFileVariable).c_str());
  if (!named_file.empty()) {
    sources.file = named_file;
    sources.is_file_required = true;
  } else if (from_environment != nullptr && *from_environment != '\0') {
    sources.file = from_environment;
    sources.is_file_required = true;
  } else if (auto file = file_of_build_tree(); !file.empty()) {
    sources.file = std::move(file);
  } else {
    sources.file = kInstalledFile;
  }
  return sources;
}

}  // namespace trunkline::config
