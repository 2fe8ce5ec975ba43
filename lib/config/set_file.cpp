// SPDX-License-Identifier: MIT
#include "config/set_file.h"

#include <fmt/format.h>

#include <map>

#include "config/toml_file.h"
#include "os/atomic_file.h"

namespace trunkline::config {
namespace {

constexpr std::string_view kHeading =
    "# Written by `trunkline config set`; comments made here are lost with the next one.\n";

/// By key, so that the file's order does not depend on the order of the commands.
using Held = std::map<std::string, std::pair<const Setting*, Value>, std::less<>>;

core::Result<Held> read_set_file(const std::filesystem::path& path) {
  Held held;
  const auto text = os::read_text_file(path, kLargestTomlFile);
  if (!text && text.error().code == core::ExitCode::no_input) return held;
  if (!text) return tl::unexpected(text.error());
  const auto entries = parse_toml(*text, path.string());
  if (!entries) return tl::unexpected(entries.error());
  for (const TomlEntry& entry : *entries) {
    const Setting* const setting = find_setting(entry.key);
    if (setting == nullptr)
      return tl::unexpected(unknown_setting(entry.key, core::ExitCode::config));
    auto value = value_of(*setting, entry);
    if (!value) return tl::unexpected(value.error());
    held.insert_or_assign(entry.key, std::pair(setting, std::move(*value)));
  }
  return held;
}

}  // namespace

std::filesystem::path set_file_of(const Sources& sources) {
  return fragment_folder(sources.file) / "50-set.toml";
}

core::Result<void> write_setting(const Sources& sources, std::string_view key,
                                 std::string_view text) {
  const Assignment change{key, text};
  return write_settings(sources, std::span(&change, 1));
}

core::Result<void> write_settings(const Sources& sources, std::span<const Assignment> changes) {
  // Relations between settings are checked with everything else that is in force.
  Sources with_changes = sources;
  Held parsed;
  for (const auto& [key, text] : changes) {
    const Setting* const setting = find_setting(key);
    if (setting == nullptr) return tl::unexpected(unknown_setting(key, core::ExitCode::usage));
    auto value = parse_value(*setting, text);
    if (!value) {
      value.error().code = core::ExitCode::usage;
      return tl::unexpected(value.error());
    }
    parsed.insert_or_assign(key, std::pair(setting, std::move(*value)));
    with_changes.overrides.push_back(fmt::format("{}={}", key, text));
  }
  if (auto loaded = Config::load(with_changes); !loaded) return tl::unexpected(loaded.error());

  const std::filesystem::path path = set_file_of(sources);
  auto held = read_set_file(path);
  if (!held) return tl::unexpected(held.error());
  for (auto& [key, entry] : parsed) held->insert_or_assign(key, std::move(entry));
  std::vector<std::pair<const Setting*, Value>> values;
  for (auto& [name, entry] : *held) values.push_back(std::move(entry));

  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  if (failure)
    return core::fault(
        core::ExitCode::cannot_create,
        fmt::format("cannot make {}: {}", path.parent_path().string(), failure.message()),
        "run it as the owner of the configuration, or name another file with --config");
  // Readable by every daemon's user: secrets have no place in the configuration.
  return os::write_atomically(path, core::as_bytes(std::string(kHeading) + to_toml(values)), 0644);
}

}  // namespace trunkline::config
