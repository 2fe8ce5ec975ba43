// SPDX-License-Identifier: MIT
#include "guard/overload.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace trunkline::guard {
namespace {

/// Long enough for a queue to empty, short enough that nobody gives up.
constexpr core::Seconds kRetryAfter{5};

}  // namespace

Overload::Pressure Overload::pressure(std::uint64_t measure, std::uint64_t limit, Pressure before) {
  if (limit == 0) return Pressure::none;
  if (measure >= 2 * limit) return Pressure::extreme;
  if (measure >= limit) return Pressure::high;
  if (before != Pressure::none && 2 * measure >= limit) return Pressure::high;
  return Pressure::none;
}

void Overload::measured(const Load& load, const Settings& settings) {
  load_ = load;
  const core::Milliseconds lag = std::min(load.lag, std::exchange(lag_before_, load.lag));
  lag_ = pressure(static_cast<std::uint64_t>(lag.count()),
                  static_cast<std::uint64_t>(settings.max_lag.count()), lag_);
  backlog_ = pressure(load.backlog_percent, settings.max_backlog_percent, backlog_);
  transactions_ = pressure(load.transactions, settings.max_transactions, transactions_);
}

std::optional<Refusal> Overload::refusal(Work work) const {
  const Pressure least = work == Work::call ? Pressure::high : Pressure::extreme;
  if (lag_ >= least) {
    return Refusal{.rule = Rule::overload_lag,
                   .reason = fmt::format("overloaded: the loop is {} ms late", load_.lag.count()),
                   .retry_after = kRetryAfter};
  }
  if (backlog_ >= least) {
    return Refusal{.rule = Rule::overload_backlog,
                   .reason = fmt::format("overloaded: {} % of the receive buffer waits",
                                         load_.backlog_percent),
                   .retry_after = kRetryAfter};
  }
  if (transactions_ >= least) {
    return Refusal{.rule = Rule::overload_transactions,
                   .reason = fmt::format("overloaded: {} transactions", load_.transactions),
                   .retry_after = kRetryAfter};
  }
  return std::nullopt;
}

}  // namespace trunkline::guard
