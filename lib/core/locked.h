// SPDX-License-Identifier: MIT
#pragma once

// Data that cannot be reached without its lock:
//   core::Locked<std::vector<Alert>> alerts;
//   alerts.with([&](auto& list) { list.push_back(alert); });

#include <mutex>
#include <utility>

namespace trunkline::core {

template <class T>
class Locked {
 public:
  Locked() = default;
  explicit Locked(T value) : value_(std::move(value)) {}

  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::scoped_lock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }
  template <class Use>
  decltype(auto) with(Use&& use) const {
    const std::scoped_lock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace trunkline::core
