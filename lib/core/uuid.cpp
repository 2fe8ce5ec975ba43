// SPDX-License-Identifier: MIT
#include "core/uuid.h"

#include <sys/random.h>

#include <algorithm>
#include <span>

namespace trunkline::core {

Uuid Uuid::make(Time now) {
  std::array<std::byte, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw Error(ExitCode::software, "cannot read random bytes for an id from the system");
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  // RFC 9562 5.7: 48 bits of time, version 7, 12 random bits, variant 10, 62 random bits.
  std::array<std::byte, 8> stamp{};
  write_u64(stamp, 0, static_cast<std::uint64_t>(since_epoch) << 16);
  std::copy_n(stamp.begin(), 6, bytes.begin());
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return Uuid(bytes);
}

Result<Uuid> Uuid::parse(std::string_view text) {
  const auto not_one = [&] {
    return core::fault(ExitCode::data, "'" + std::string(text.substr(0, 64)) + "' is not a UUID");
  };
  if (text.size() != 36) return not_one();
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash != (text[i] == '-')) return not_one();
    if (!is_dash) digits += text[i];
  }
  const auto raw = from_hex(digits);
  if (!raw) return not_one();
  std::array<std::byte, 16> bytes{};
  std::copy(raw->begin(), raw->end(), bytes.begin());
  return Uuid(bytes);
}

std::string Uuid::text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "00000000-0000-0000-0000-000000000000";
  std::size_t at = 0;
  for (const std::byte byte : bytes_) {
    if (text[at] == '-') ++at;
    text[at++] = kDigits[std::to_integer<unsigned>(byte) >> 4];
    text[at++] = kDigits[std::to_integer<unsigned>(byte) & 0xf];
  }
  return text;
}

Time Uuid::made_at() const {
  return Time{} + std::chrono::milliseconds(read_u64(bytes_, 0) >> 16);
}

}  // namespace trunkline::core
