// SPDX-License-Identifier: MIT
#pragma once

// The bindings of all devices, packed: about 350 bytes for a phone's one binding, where a Binding
// with its dozen strings takes three times that. They are unpacked to be looked at.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "registrar/binding.h"

namespace trunkline::registrar {

class Bindings {
 public:
  /// A device's, in the order they were put; none where it has none.
  std::vector<Binding> of(const core::DeviceId& device) const;
  /// Replaces the device's, whose device() they name.
  void put(const core::DeviceId& device, const std::vector<Binding>& bindings);
  void add(const Binding& binding);
  /// Every one, device by device in no order; what is shown must not be changed meanwhile.
  void each(const std::function<void(const Binding&)>& show) const;
  /// Devices with a binding that expires at `moment` or before.
  std::vector<core::DeviceId> with_expired(core::Time moment) const;
  /// When the next one expires; core::Time::max() where there is none.
  core::Time earliest_expiry() const;
  /// How many bindings, of all devices together.
  std::size_t size() const noexcept { return size_; }

 private:
  std::unordered_map<core::DeviceId, std::string> packed_;  ///< records one behind the other
  std::size_t size_ = 0;
};

/// One record: its length, when it expires, the rest. For Bindings and its test.
std::string pack(const Binding& binding);
/// The first record, which is taken off.
Binding unpack(std::string_view& records);

}  // namespace trunkline::registrar
