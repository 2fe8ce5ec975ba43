// SPDX-License-Identifier: MIT
#pragma once

// A value that only mixes with its own kind: `using Port = Strong<std::uint16_t, struct PortTag>;`
// Ordered, hashable, printable through value().

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace trunkline::core {

template <class T, class Tag>
class Strong {
 public:
  Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}

  constexpr const T& value() const noexcept { return value_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the rewritten comparison for one
  auto operator<=>(const Strong&) const = default;

 private:
  T value_{};
};

using Port = Strong<std::uint16_t, struct PortTag>;
using ByteCount = Strong<std::uint64_t, struct ByteCountTag>;

/// The SIP Call-ID header of one leg (RFC 3261 section 20.8). Our own row is a core::CallRef.
using CallId = Strong<std::string, struct CallIdTag>;

}  // namespace trunkline::core

template <class T, class Tag>
struct std::hash<trunkline::core::Strong<T, Tag>> {
  std::size_t operator()(const trunkline::core::Strong<T, Tag>& strong) const noexcept {
    return std::hash<T>{}(strong.value());
  }
};
