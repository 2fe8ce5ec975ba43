// SPDX-License-Identifier: MIT
#include "retention/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::retention {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"recording", "call", "voicemail", "transcript",
                                                 "message"};
constexpr std::array<std::string_view, 3> kLevels{"campaign", "agent", "tenant"};
// Shorter ones are extensions and short codes: there a missing prefix is another number.
constexpr std::size_t kShortestWithPrefix = 7;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The digits of a number, or nothing for what is none ("alice").
std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) {
      digits += c;
      continue;
    }
    if (std::string_view("+ -.()/").find(c) == std::string_view::npos) return {};
  }
  return digits;
}

/// Digits without the international prefix.
std::string national(std::string_view text) {
  std::string digits = digits_of(text);
  const bool has_plus = core::trim(text).starts_with('+');
  if (!has_plus && digits.size() > kShortestWithPrefix && digits.starts_with("00"))
    digits.erase(0, 2);
  return digits;
}

template <class Names>
std::optional<std::size_t> index_of(const Names& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::string_view name_of(Level level) {
  return kLevels.at(static_cast<std::size_t>(level));
}

core::Result<Kind> parse_kind(std::string_view text) {
  if (const auto index = index_of(kKinds, text)) return static_cast<Kind>(*index);
  return core::fault(core::ExitCode::usage,
                     fmt::format("'{}' is nothing that is kept", core::printable(text)),
                     "one of: recording, call, voicemail, transcript, message");
}

core::Result<Level> parse_level(std::string_view text) {
  if (const auto index = index_of(kLevels, text)) return static_cast<Level>(*index);
  return core::fault(core::ExitCode::usage,
                     fmt::format("'{}' is no level of policies", core::printable(text)),
                     "one of: campaign, agent, tenant");
}

std::string shown(const std::optional<Days>& keep) {
  if (!keep) return "for ever";
  return keep->count() == 1 ? "1 day" : fmt::format("{} days", keep->count());
}

std::optional<Days> shortest(const std::vector<Policy>& policies, Kind kind) {
  std::optional<Days> least;
  for (const Policy& policy : policies)
    if (policy.kind == kind && policy.keep && (!least || *policy.keep < *least))
      least = policy.keep;
  return least;
}

std::optional<core::Time> Hold::end() const {
  if (released_at && ends_at) return std::min(*released_at, *ends_at);
  return released_at ? released_at : ends_at;
}

bool Hold::holds_at(core::Time now) const {
  // A release is final, even for a clock that was set back since.
  if (released_at) return false;
  return !ends_at || now < *ends_at;
}

bool may_be_same_number(std::string_view left, std::string_view right) {
  const std::string a = digits_of(left);
  const std::string b = digits_of(right);
  if (a.empty() || b.empty())
    return core::equals_ignoring_case(core::trim(left), core::trim(right));
  if (a == b) return true;
  const auto& [shorter, longer] = a.size() < b.size() ? std::tie(a, b) : std::tie(b, a);
  if (shorter.size() < kShortestWithPrefix) return false;
  if (std::string_view(longer).ends_with(shorter)) return true;
  // "0151 ..." is "+49151 ...": the trunk prefix falls away where the country's comes.
  return shorter.starts_with('0') && shorter.size() > kShortestWithPrefix &&
         std::string_view(longer).ends_with(std::string_view(shorter).substr(1));
}

bool is_same_number(std::string_view left, std::string_view right) {
  const std::string a = national(left);
  const std::string b = national(right);
  if (a.empty() || b.empty())
    return core::equals_ignoring_case(core::trim(left), core::trim(right));
  return a == b;
}

std::vector<std::string> forms_of(std::string_view number) {
  std::vector<std::string> forms{std::string(core::trim(number))};
  if (const std::string bare = national(number); !bare.empty())
    for (std::string form : {bare, "+" + bare, "00" + bare})
      if (std::find(forms.begin(), forms.end(), form) == forms.end())
        forms.push_back(std::move(form));
  return forms;
}

}  // namespace trunkline::retention
