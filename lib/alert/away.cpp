// SPDX-License-Identifier: MIT
#include "alert/away.h"

#include "core/json.h"
#include "os/atomic_file.h"
#include "os/system_fault.h"

namespace trunkline::alert {
namespace {

constexpr core::ByteCount kLongestFile{std::uint64_t{1024} * 1024};

core::Json to_json(const State& state) {
  core::Json told = core::Json::object();
  for (std::size_t level = 1; level < state.told.size(); ++level)
    if (state.told.at(level))
      told[std::string(name_of(static_cast<Level>(level)))] =
          core::to_rfc3339(*state.told.at(level));
  return {{"level", name_of(state.level)}, {"told", told}};
}

std::optional<State> state_of(const core::Json& json) {
  const auto level = parse_level(core::text_at(json, "level"));
  if (!level) return std::nullopt;
  State state{.level = *level};
  if (!json.contains("told") || !json.at("told").is_object()) return state;
  for (std::size_t at = 1; at < state.told.size(); ++at) {
    const auto name = name_of(static_cast<Level>(at));
    if (auto time = core::parse_rfc3339(core::text_at(json.at("told"), name)))
      state.told.at(at) = *time;
  }
  return state;
}

}  // namespace

std::string to_text(const std::map<std::string, State>& states) {
  core::Json json = core::Json::object();
  for (const auto& [key, state] : states) json[key] = to_json(state);
  return core::to_line(json) + "\n";
}

std::map<std::string, State> parse_states(std::string_view text) {
  std::map<std::string, State> states;
  const auto json = core::parse_json(text);
  if (!json || !json->is_object()) return states;
  for (const auto& [key, value] : json->items())
    if (auto state = state_of(value)) states.emplace(key, *state);
  return states;
}

AwayStates::AwayStates(std::filesystem::path file) : file_(std::move(file)) {
  if (const auto text = os::read_text_file(file_, kLongestFile)) states_ = parse_states(*text);
}

AwayStates::Decided AwayStates::decide(const Alert& alert, core::Time now) {
  State& state = states_[alert.key];
  const State before = state;
  const bool is_told = alert::decide(state, alert, now);
  if (state == before) return {is_told, {}};
  const std::string text = to_text(states_);
  return {is_told, os::write_atomically(file_, core::as_bytes(text))};
}

std::map<std::string, Level> AwayStates::open() const {
  std::map<std::string, Level> open;
  for (const auto& [key, state] : states_)
    if (state.level != Level::normal) open.emplace(key, state.level);
  return open;
}

core::Result<void> AwayStates::forget_all() {
  states_.clear();
  // Not written anew: whoever does that may be root, and the timers could not read it.
  std::error_code error;
  std::filesystem::remove(file_, error);
  if (error) return os::system_failure("remove " + file_.string(), error.value());
  return {};
}

}  // namespace trunkline::alert
