// SPDX-License-Identifier: MIT
#include "registrar/gruu.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/bytes.h"
#include "core/text.h"
#include "crypto/random.h"

namespace trunkline::registrar {
namespace {

constexpr std::string_view kPrefix = "tgruu.";
constexpr std::size_t kNonceSize = 8;
constexpr std::size_t kDeviceSize = 16;
constexpr std::size_t kProofSize = 8;
constexpr std::size_t kSize = kNonceSize + kDeviceSize + kProofSize;

/// RFC 3261 25.1: what a URI parameter may hold without escaping.
std::string escaped(std::string_view text) {
  constexpr std::string_view kPlain = "-_.!~*'()[]/:&+$";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || kPlain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Without the <> of +sip.instance.
std::string instance_of(const Binding& binding) {
  std::string_view instance = binding.contact.instance;
  if (instance.starts_with('<')) instance.remove_prefix(1);
  if (instance.ends_with('>')) instance.remove_suffix(1);
  return escaped(instance);
}

std::string_view scheme_of(const Binding& binding) {
  return binding.contact.uri.scheme == "sips" ? "sips" : "sip";
}

std::array<std::byte, kDeviceSize> masked(crypto::HmacSha256& key, core::ByteView nonce,
                                          core::ByteView device) {
  const auto mask = key.sign("mask " + core::to_hex(nonce));
  std::array<std::byte, kDeviceSize> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = device[i] ^ mask[i];
  return out;
}

core::Bytes proof_of(crypto::HmacSha256& key, core::ByteView nonce, const Binding& binding) {
  const auto proof =
      key.sign(fmt::format("proof {} {}\n{}\n{}", core::to_hex(nonce), binding.device.text(),
                           binding.contact.instance, binding.call_id));
  const core::ByteView bytes(proof);
  return {bytes.begin(), bytes.begin() + kProofSize};
}

std::optional<core::Bytes> token_in(std::string_view user) {
  if (!user.starts_with(kPrefix)) return std::nullopt;
  auto bytes = core::from_hex(user.substr(kPrefix.size()));
  if (!bytes || bytes->size() != kSize) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace

std::string public_gruu(const Binding& binding, std::string_view domain) {
  if (binding.contact.instance.empty()) return {};
  return fmt::format("{}:{}@{};gr={}", scheme_of(binding), binding.name, domain,
                     instance_of(binding));
}

bool names_instance(std::string_view gr, const Binding& binding) {
  return !gr.empty() && core::equals_ignoring_case(instance_of(binding), gr);
}

std::string Gruus::temporary(const Binding& binding, std::string_view domain) {
  if (binding.contact.instance.empty()) return {};
  core::Bytes token = crypto::random_bytes(kNonceSize);
  const core::Bytes nonce = token;
  const auto device = masked(key_, nonce, binding.device.uuid().bytes());
  const core::Bytes proof = proof_of(key_, nonce, binding);
  token.insert(token.end(), device.begin(), device.end());
  token.insert(token.end(), proof.begin(), proof.end());
  return fmt::format("{}:{}{}@{};gr", scheme_of(binding), kPrefix, core::to_hex(token), domain);
}

std::optional<core::DeviceId> Gruus::device_in(std::string_view user) {
  const auto token = token_in(user);
  if (!token) return std::nullopt;
  const core::ByteView bytes(*token);
  return core::DeviceId(
      core::Uuid(masked(key_, bytes.first(kNonceSize), bytes.subspan(kNonceSize, kDeviceSize))));
}

bool Gruus::leads_to(std::string_view user, const Binding& binding) {
  const auto token = token_in(user);
  if (!token || device_in(user) != binding.device) return false;
  const core::ByteView bytes(*token);
  const core::Bytes proof = proof_of(key_, bytes.first(kNonceSize), binding);
  return crypto::equal_in_constant_time(bytes.last(kProofSize), core::ByteView(proof));
}

}  // namespace trunkline::registrar
