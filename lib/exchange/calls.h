// SPDX-License-Identifier: MIT
#pragma once

// The live calls of this process, found by their ids and by what people call them. A call that has
// finished is taken out at once and destroyed by the loop afterwards, never inside its own work.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exchange/live_call.h"

namespace trunkline::exchange {

class Calls {
 public:
  explicit Calls(Workbench& bench) : bench_(bench) {}

  std::shared_ptr<LiveCall> open(core::CallRef call);
  std::shared_ptr<LiveCall> find(core::CallRef call) const;
  /// By the names of call_name.h; "last" is the one that began last.
  core::Result<std::shared_ptr<LiveCall>> find_named(std::string_view name) const;
  /// Safe against calls that finish meanwhile.
  void each(const std::function<void(LiveCall&)>& use) const;

  /// All that exist, those that are being closed included.
  std::size_t size() const { return calls_.size(); }
  /// Those not yet ended.
  std::size_t open_count() const;
  std::size_t timer_count() const;
  /// Ended calls by disposition since the start.
  const std::map<std::string_view, std::uint64_t>& ended() const { return ended_; }
  /// Called after each call that finished.
  void on_finished(std::function<void()> finished) { on_finished_ = std::move(finished); }

 private:
  void finish(core::CallRef call, const call::State& state);

  Workbench& bench_;
  std::unordered_map<core::CallRef, std::shared_ptr<LiveCall>> calls_;
  std::map<std::string_view, std::uint64_t> ended_;
  std::function<void()> on_finished_;
};

}  // namespace trunkline::exchange
