// SPDX-License-Identifier: MIT
#include "metrics/collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>

#include "core/time.h"
#include "metrics/rows.h"

namespace trunkline::metrics {
namespace {

/// A number, a boolean or a time; anything else is no value.
std::optional<double> value_of(const core::Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_boolean()) return json.get<bool>() ? 1 : 0;
  if (!json.is_string()) return std::nullopt;
  const auto time = core::parse_rfc3339(json.get_ref<const std::string&>());
  if (!time) return std::nullopt;
  return std::chrono::duration<double>(time->time_since_epoch()).count();
}

const core::Json* at(const core::Json& json, std::string_view pointer) {
  const core::Json::json_pointer path{std::string(pointer)};
  return json.contains(path) ? &json.at(path) : nullptr;
}

using Samples = std::vector<Sample>;

void add_members(const Row& row, const core::Json& object, Samples& samples) {
  for (const auto& [name, member] : object.items())
    if (const auto value = value_of(member))
      samples.push_back({{{std::string(row.label), name}}, *value * row.scale});
}

void add_elements(const Row& row, const core::Json& list, Samples& samples) {
  for (const core::Json& element : list) {
    const core::Json* const member = at(element, '/' + std::string(row.member));
    const auto value = member == nullptr ? std::nullopt : value_of(*member);
    if (!value) continue;
    samples.push_back(
        {{{std::string(row.label), core::text_at(element, row.label_from)}}, *value * row.scale});
  }
}

void add_row(const Row& row, std::string_view daemon, const core::Json& status, Samples& samples) {
  const core::Json* const found = at(status, row.path);
  if (found == nullptr) return;
  if (!row.member.empty()) {
    if (found->is_array()) add_elements(row, *found, samples);
    return;
  }
  if (!row.label.empty()) {
    if (found->is_object()) add_members(row, *found, samples);
    return;
  }
  auto value = value_of(*found);
  if (!value) return;
  if (!row.minus.empty()) {
    const core::Json* const taken = at(status, row.minus);
    value = std::max(0.0, *value - (taken == nullptr ? 0 : value_of(*taken).value_or(0)));
  }
  Sample sample{.labels = {}, .value = *value * row.scale};
  if (row.daemon.empty()) sample.labels.emplace_back("daemon", daemon);
  samples.push_back(std::move(sample));
}

/// As the text format wants label values and help: without bare backslashes and newlines.
std::string escaped(std::string_view text, bool is_label) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\\') {
      out += "\\\\";
    } else if (letter == '\n') {
      out += "\\n";
    } else if (letter == '"' && is_label) {
      out += "\\\"";
    } else {
      out += letter;
    }
  }
  return out;
}

}  // namespace

std::string_view name_of(Type type) {
  return type == Type::counter ? "counter" : "gauge";
}

Collection::Collection() {
  families_.reserve(rows().size());
  for (const Row& row : rows()) families_.push_back({row.name, row.help, row.type, {}});
}

void Collection::add(std::string_view daemon, const core::Json& status) {
  for (std::size_t i = 0; i < families_.size(); ++i) {
    const Row& row = rows()[i];
    if (row.path.empty()) {
      families_[i].samples.push_back({{{"daemon", std::string(daemon)}}, 1});
    } else if (row.daemon.empty() || row.daemon == daemon) {
      add_row(row, daemon, status, families_[i].samples);
    }
  }
}

void Collection::add_down(std::string_view daemon) {
  families_.front().samples.push_back({{{"daemon", std::string(daemon)}}, 0});
}

std::vector<Family> Collection::families() const {
  std::vector<Family> present;
  std::copy_if(families_.begin(), families_.end(), std::back_inserter(present),
               [](const Family& family) { return !family.samples.empty(); });
  return present;
}

std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers below are written as such
  if (value == std::floor(value) && std::abs(value) < kExact)
    return std::to_string(static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

std::string to_text(const std::vector<Family>& families) {
  std::string text;
  for (const Family& family : families) {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, escaped(family.help, false),
                        family.name, name_of(family.type));
    for (const Sample& sample : family.samples) {
      text += family.name;
      char before = '{';
      for (const auto& [label, value] : sample.labels) {
        text += fmt::format("{}{}=\"{}\"", before, label, escaped(value, true));
        before = ',';
      }
      if (!sample.labels.empty()) text += '}';
      text += ' ' + to_text(sample.value) + '\n';
    }
  }
  return text;
}

}  // namespace trunkline::metrics
