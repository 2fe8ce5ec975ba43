// SPDX-License-Identifier: MIT
#pragma once

// UUIDs (RFC 9562) and the ids made of them. Every id of ours is a UUIDv7: the first 48 bits are
// milliseconds since the epoch, so ids sort by the time they were made.

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"

namespace trunkline::core {

class Uuid {
 public:
  /// The nil UUID.
  constexpr Uuid() = default;
  constexpr explicit Uuid(std::array<std::byte, 16> bytes) : bytes_(bytes) {}

  /// A fresh UUIDv7 for this moment; 74 random bits from the system.
  static Uuid make(Time now);
  /// The 36-character form, either case.
  static Result<Uuid> parse(std::string_view text);

  bool is_nil() const noexcept { return *this == Uuid{}; }
  /// 36 characters, lower case.
  std::string text() const;
  ByteView bytes() const noexcept { return bytes_; }
  /// The moment a UUIDv7 was made, to the millisecond.
  Time made_at() const;

  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::byte, 16> bytes_{};
};

/// A UUID that names one kind of thing.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(Uuid uuid) : uuid_(uuid) {}

  static Id make(Time now) { return Id(Uuid::make(now)); }
  static Result<Id> parse(std::string_view text) {
    return Uuid::parse(text).map([](Uuid uuid) { return Id(uuid); });
  }

  const Uuid& uuid() const noexcept { return uuid_; }
  std::string text() const { return uuid_.text(); }
  bool is_nil() const noexcept { return uuid_.is_nil(); }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_;
};

using TenantId = Id<struct TenantIdTag>;
using DeviceId = Id<struct DeviceIdTag>;
using UserId = Id<struct UserIdTag>;
using NodeId = Id<struct NodeIdTag>;            ///< one journal file of one daemon
using RecordingId = Id<struct RecordingIdTag>;  ///< one recording, also the sealed file's id
using CallRef = Id<struct CallRefTag>;          ///< our row of a call (not the SIP Call-ID)

}  // namespace trunkline::core

template <>
struct std::hash<trunkline::core::Uuid> {
  std::size_t operator()(const trunkline::core::Uuid& uuid) const noexcept {
    return std::hash<std::string_view>{}(trunkline::core::as_text(uuid.bytes()));
  }
};
template <class Tag>
struct std::hash<trunkline::core::Id<Tag>> {
  std::size_t operator()(const trunkline::core::Id<Tag>& id) const noexcept {
    return std::hash<trunkline::core::Uuid>{}(id.uuid());
  }
};
