// SPDX-License-Identifier: MIT
#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "config/toml_file.h"
#include "core/text.h"
#include "os/atomic_file.h"

namespace trunkline::config {
namespace {

core::Fault located(core::Fault fault, std::string_view where, core::ExitCode code) {
  fault.message = fmt::format("{}: {}", where, fault.message);
  fault.code = code;
  return fault;
}

/// trunkline.d/*.toml by name; a folder that is not there has none.
core::Result<std::vector<std::filesystem::path>> fragments_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = fragment_folder(file);
  std::vector<std::filesystem::path> fragments;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure))
    if (entry->path().extension() == ".toml") fragments.push_back(entry->path());
  if (failure && failure != std::errc::no_such_file_or_directory)
    return core::fault(core::ExitCode::config,
                       fmt::format("cannot list {}: {}", folder.string(), failure.message()));
  std::sort(fragments.begin(), fragments.end());
  return fragments;
}

/// A variable of a section of ours that names no setting is a slip of the pen; other TRUNKLINE_*
/// variables belong to somebody else.
core::Result<void> check_unknown_variable(const std::string& name) {
  for (const Setting& setting : settings()) {
    const std::string section = environment_name(setting.key.substr(0, setting.key.find('.') + 1));
    if (!name.starts_with(section)) continue;
    std::vector<std::string> names;
    for (const Setting& known : settings()) names.push_back(environment_name(known.key));
    const auto meant = core::nearest(name, names);
    return core::fault(core::ExitCode::config,
                       fmt::format("the environment variable {} names no setting", name),
                       meant ? fmt::format("did you mean {}?", *meant)
                             : "all settings: trunkline config show, or trunkline.toml(5)");
  }
  return {};
}

}  // namespace

std::filesystem::path fragment_folder(const std::filesystem::path& file) {
  std::filesystem::path folder = file;
  return folder.replace_extension(".d");
}

Config::Config() {
  for (const Setting& setting : settings()) {
    auto value = parse_value(setting, setting.fallback);
    assert(value && "a default must obey its own row");
    values_.emplace(setting.key, Held{std::move(*value), "default"});
  }
}

core::Result<Config> Config::load(const Sources& sources) {
  Config config;
  if (auto taken = config.take_files(sources); !taken) return tl::unexpected(taken.error());
  for (const auto& [name, text] : sources.environment) {
    const auto all = settings();
    const auto setting =
        std::find_if(all.begin(), all.end(), [&wanted = name](const Setting& candidate) {
          return environment_name(candidate.key) == wanted;
        });
    if (setting == all.end()) {
      if (auto known = check_unknown_variable(name); !known) return tl::unexpected(known.error());
      continue;
    }
    auto taken = config.take_text(setting->key, text, name, core::ExitCode::config);
    if (!taken) return tl::unexpected(taken.error());
  }
  for (const std::string& assignment : sources.overrides) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos)
      return core::fault(core::ExitCode::usage,
                         fmt::format("--set '{}' has no '='", core::printable(assignment)),
                         "write --set key=value, as in --set sip.max_calls=10");
    auto taken = config.take_text(assignment.substr(0, equals), assignment.substr(equals + 1),
                                  "--set", core::ExitCode::usage);
    if (!taken) return tl::unexpected(taken.error());
  }
  if (auto related = config.check_relations(); !related) return tl::unexpected(related.error());
  return config;
}

core::Result<Config> Config::of(const std::vector<Assignment>& changes) {
  Sources sources;
  for (const auto& [key, value] : changes)
    sources.overrides.push_back(fmt::format("{}={}", key, value));
  return load(sources);
}

core::Result<void> Config::take_files(const Sources& sources) {
  if (sources.file.empty()) return {};
  std::error_code ignored;
  if (std::filesystem::exists(sources.file, ignored) || sources.is_file_required) {
    if (auto taken = take_file(sources.file); !taken) return taken;
  }
  auto fragments = fragments_of(sources.file);
  if (!fragments) return tl::unexpected(fragments.error());
  for (const std::filesystem::path& fragment : *fragments)
    if (auto taken = take_file(fragment); !taken) return taken;
  return {};
}

core::Result<void> Config::take_file(const std::filesystem::path& path) {
  const auto text = os::read_text_file(path, kLargestTomlFile);
  if (!text) {
    core::Fault fault = text.error();
    fault.code = core::ExitCode::config;
    return tl::unexpected(fault);
  }
  auto entries = parse_toml(*text, path.string());
  if (!entries) return tl::unexpected(entries.error());
  for (const TomlEntry& entry : *entries) {
    const std::string where = fmt::format("{}:{}", path.string(), entry.line);
    const Setting* const setting = find_setting(entry.key);
    if (setting == nullptr)
      return tl::unexpected(located(unknown_setting(entry.key, core::ExitCode::config), where,
                                    core::ExitCode::config));
    auto value = value_of(*setting, entry);
    if (!value)
      return tl::unexpected(located(std::move(value.error()), where, core::ExitCode::config));
    values_.find(entry.key)->second = {std::move(*value), where};
  }
  return {};
}

core::Result<void> Config::take_text(std::string_view key, std::string_view text,
                                     const std::string& origin, core::ExitCode code) {
  const Setting* const setting = find_setting(key);
  if (setting == nullptr) return tl::unexpected(located(unknown_setting(key, code), origin, code));
  auto value = parse_value(*setting, text);
  if (!value) return tl::unexpected(located(std::move(value.error()), origin, code));
  values_.find(key)->second = {std::move(*value), origin};
  return {};
}

core::Result<void> Config::check_relations() const {
  struct Relation {
    std::string_view lower;
    std::string_view upper;
  };
  constexpr std::array<Relation, 5> kRelations{
      {{"sip.expires_min", "sip.expires_default"},
       {"sip.expires_default", "sip.expires_max"},
       {"media.rtp_min", "media.rtp_max"},
       {"retention.quota_warning", "retention.quota_critical"},
       {"retention.quota_critical", "retention.quota_emergency"}}};
  for (const Relation& relation : kRelations) {
    if (value(relation.lower) <= value(relation.upper)) continue;
    const std::string_view culprit = to_mend(relation.lower, relation.upper);
    return core::fault(
        core::ExitCode::config,
        fmt::format("{}: {} ({}) must not be above {} ({})", origin(culprit), relation.lower,
                    shown(relation.lower), relation.upper, shown(relation.upper)),
        "see all values and where they come from: trunkline config show --origin");
  }
  return {};
}

std::string_view Config::to_mend(std::string_view lower, std::string_view upper) const {
  for (const std::string_view key : {lower, upper})
    if (origin(key) == "--set") return key;
  return origin(upper) == "default" ? lower : upper;
}

const Config::Held& Config::held(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end() && "a setting that is not in the table");
  return found->second;
}

const Value& Config::value(std::string_view key) const {
  return held(key).value;
}
const std::string& Config::origin(std::string_view key) const {
  return held(key).origin;
}

namespace {
template <class T>
const T& as(const Value& value) {
  const T* const found = std::get_if<T>(&value);
  assert(found != nullptr && "the accessor of another type");
  return *found;
}
}  // namespace

const std::string& Config::text(std::string_view key) const {
  return as<std::string>(value(key));
}
std::int64_t Config::integer(std::string_view key) const {
  return as<std::int64_t>(value(key));
}
bool Config::boolean(std::string_view key) const {
  return as<bool>(value(key));
}
core::Milliseconds Config::duration(std::string_view key) const {
  return as<core::Milliseconds>(value(key));
}
core::ByteCount Config::size(std::string_view key) const {
  return as<core::ByteCount>(value(key));
}
const std::vector<std::string>& Config::list(std::string_view key) const {
  return as<std::vector<std::string>>(value(key));
}

std::string Config::shown(std::string_view key) const {
  const std::string shown_text = to_text(value(key));
  return find_setting(key)->is_secret ? without_password(shown_text) : shown_text;
}

}  // namespace trunkline::config
