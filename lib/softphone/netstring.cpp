// SPDX-License-Identifier: MIT
#include "softphone/netstring.h"

#include "core/text.h"

namespace trunkline::softphone {
namespace {

constexpr std::size_t kLongestFrame = std::size_t{1024} * 1024;
constexpr std::size_t kMostDigits = 7;

}  // namespace

std::string to_netstring(std::string_view payload) {
  std::string frame = std::to_string(payload.size());
  frame += ':';
  frame += payload;
  frame += ',';
  return frame;
}

core::Result<std::optional<std::string>> NetstringReader::next() {
  const auto colon = buffer_.find(':');
  const bool is_head_too_long =
      colon == std::string::npos ? buffer_.size() > kMostDigits : colon > kMostDigits;
  if (is_head_too_long) return core::fault(core::ExitCode::protocol, "frame has no length");
  if (colon == std::string::npos) return std::nullopt;
  const auto length = core::parse_unsigned(std::string_view(buffer_).substr(0, colon));
  if (!length || *length > kLongestFrame)
    return core::fault(core::ExitCode::protocol, "frame has no length below 1 MiB");
  const std::size_t end = colon + 1 + static_cast<std::size_t>(*length);
  if (buffer_.size() <= end) return std::nullopt;
  if (buffer_[end] != ',')
    return core::fault(core::ExitCode::protocol, "frame does not end with a comma");
  std::string payload = buffer_.substr(colon + 1, static_cast<std::size_t>(*length));
  buffer_.erase(0, end + 1);
  return payload;
}

}  // namespace trunkline::softphone
