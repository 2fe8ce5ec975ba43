// SPDX-License-Identifier: MIT
#include "foreign/numbers.h"

#include <algorithm>

#include "core/text.h"
#include "number/e164.h"

namespace trunkline::foreign {
namespace {

// A city's worth; what is forgotten is found out again.
constexpr std::size_t kMostKnown = 200'000;

}  // namespace

const std::optional<std::string>& Numbers::e164(std::string_view text) {
  sought_ = core::trim(text);
  if (const auto found = known_.find(sought_); found != known_.end()) return found->second;
  if (known_.size() >= kMostKnown) known_.clear();
  const auto number = number::listed(sought_, region_);
  return known_.emplace(sought_, number ? std::optional(number->text()) : std::nullopt)
      .first->second;
}

bool Numbers::are_same(std::string_view left, std::string_view right) {
  if (left == right) return true;
  const std::optional<std::string> first = e164(left);
  return first && first == e164(right);
}

}  // namespace trunkline::foreign
