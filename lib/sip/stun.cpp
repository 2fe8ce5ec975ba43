// SPDX-License-Identifier: MIT
#include "sip/stun.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/log.h"
#include "sip/sofia.h"

namespace trunkline::sip {

namespace {

// RFC 5389 6, 15, 18
constexpr std::size_t kHeaderSize = 20;
constexpr std::size_t kAttributeHeaderSize = 4;
constexpr std::size_t kIdOffset = 4;
constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingSuccess = 0x0101;
constexpr std::uint16_t kBindingError = 0x0111;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::uint16_t kMappedAddress = 0x0001;
constexpr std::uint16_t kUsername = 0x0006;
constexpr std::uint16_t kMessageIntegrity = 0x0008;
constexpr std::uint16_t kErrorCode = 0x0009;
constexpr std::uint16_t kUnknownAttributes = 0x000A;
constexpr std::uint16_t kXorMappedAddress = 0x0020;
/// Attributes from here on may be ignored.
constexpr std::uint16_t kComprehensionOptional = 0x8000;
constexpr std::size_t kUnknownMax = 4;

std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

/// The types of attributes that must be understood and are not; nothing where it is malformed.
std::optional<std::vector<std::uint16_t>> unknown_attributes(core::ByteView attributes) {
  std::vector<std::uint16_t> unknown;
  while (!attributes.empty()) {
    if (attributes.size() < kAttributeHeaderSize) return std::nullopt;
    const std::uint16_t type = core::read_u16(attributes, 0);
    const std::size_t size = kAttributeHeaderSize + padded(core::read_u16(attributes, 2));
    if (attributes.size() < size) return std::nullopt;
    attributes = attributes.subspan(size);
    // Who asks for credentials gets an answer without: only reachability is at stake.
    const bool is_known = type == kUsername || type == kMessageIntegrity;
    if (type < kComprehensionOptional && !is_known && unknown.size() < kUnknownMax) {
      unknown.push_back(type);
    }
  }
  return unknown;
}

class Answer {
 public:
  Answer(std::uint16_t type, core::ByteView request)
      : bytes_(request.begin(), request.begin() + kHeaderSize) {
    core::write_u16(bytes_, 0, type);
  }
  /// Room for an attribute's value, zeroed; valid until the next.
  std::span<std::byte> add(std::uint16_t type, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + kAttributeHeaderSize + padded(size));
    core::write_u16(bytes_, at, type);
    core::write_u16(bytes_, at + 2, static_cast<std::uint16_t>(size));
    return std::span(bytes_).subspan(at + kAttributeHeaderSize, size);
  }
  core::Bytes take() {
    core::write_u16(bytes_, 2, static_cast<std::uint16_t>(bytes_.size() - kHeaderSize));
    return std::move(bytes_);
  }

 private:
  core::Bytes bytes_;
};

core::Bytes refusal(core::ByteView request, const std::vector<std::uint16_t>& unknown) {
  constexpr std::byte kClass{4};
  constexpr std::byte kNumber{20};
  Answer answer(kBindingError, request);
  const auto code = answer.add(kErrorCode, 4);
  code[2] = kClass;
  code[3] = kNumber;
  const auto list = answer.add(kUnknownAttributes, 2 * unknown.size());
  for (std::size_t i = 0; i < unknown.size(); ++i) core::write_u16(list, 2 * i, unknown[i]);
  return answer.take();
}

}  // namespace

core::Bytes stun_answer(core::ByteView datagram, const os::Address& from) {
  if (datagram.size() < kHeaderSize || core::read_u16(datagram, 0) != kBindingRequest) return {};
  const std::size_t size = core::read_u16(datagram, 2);
  if (size % 4 != 0 || datagram.size() != kHeaderSize + size) return {};
  const auto unknown = unknown_attributes(datagram.subspan(kHeaderSize));
  if (!unknown) return {};
  if (!unknown->empty()) return refusal(datagram, *unknown);

  constexpr std::byte kIpv4{1};
  constexpr std::byte kIpv6{2};
  const bool is_ipv4 = from.family() == os::Family::ipv4;
  const bool is_modern = core::read_u32(datagram, kIdOffset) == kMagicCookie;
  const std::size_t octets = is_ipv4 ? 4 : 16;
  Answer answer(kBindingSuccess, datagram);
  const auto value = answer.add(is_modern ? kXorMappedAddress : kMappedAddress, 4 + octets);
  value[1] = is_ipv4 ? kIpv4 : kIpv6;
  core::write_u16(value, 2, from.port().value());
  for (std::size_t i = 0; i < octets; ++i) value[4 + i] = std::byte{from.octets().at(i)};
  if (is_modern) {
    // RFC 5389 15.2: the cookie and the transaction id that follows it are laid over.
    for (std::size_t i = 0; i < 2; ++i) value[2 + i] ^= datagram[kIdOffset + i];
    for (std::size_t i = 0; i < octets; ++i) value[4 + i] ^= datagram[kIdOffset + i];
  }
  return answer.take();
}

namespace {

// Sofia asks for an object of its own type, and only ever hands it back.
tport_stun_server_t* create(su_root_t*, const tagi_t*) noexcept {
  static char nothing = 0;
  return reinterpret_cast<tport_stun_server_t*>(&nothing);
}
void destroy(tport_stun_server_t*) noexcept {}
int add_or_remove(tport_stun_server_t*, su_socket_t) noexcept {
  return 0;
}

void serve(tport_stun_server_t*, su_socket_t socket, void* data, ssize_t size, void* from,
           socklen_t from_size) noexcept {
  if (data == nullptr || size <= 0 || from == nullptr) return;
  try {
    const auto* address = static_cast<const sockaddr*>(from);
    const auto peer = os::Address::from_raw(*address, from_size);
    if (!peer) return;
    const core::Bytes answer = stun_answer(
        core::ByteView(static_cast<const std::byte*>(data), static_cast<std::size_t>(size)), *peer);
    // A keep-alive that is lost is sent again.
    if (!answer.empty()) {
      (void)::sendto(socket, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL, address,
                     from_size);
    }
  } catch (...) {
    // Out of memory: as if it had been lost.
  }
}

}  // namespace

void serve_stun() {
  static const tport_stun_server_vtable_t server = {
      // Sofia refuses a table of just the right size.
      .vst_size = sizeof(tport_stun_server_vtable_t) + 1,
      .vst_create = create,
      .vst_destroy = destroy,
      .vst_add_socket = add_or_remove,
      .vst_remove_socket = add_or_remove,
      .vst_request = serve,
  };
  static const bool is_served = tport_plug_in_stun_server(&server) == 0;
  if (!is_served) core::log_error("cannot serve STUN", {});
}

}  // namespace trunkline::sip
