// SPDX-License-Identifier: MIT
#include "keystore/ring_export.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "crypto/random.h"

namespace trunkline::keystore {
namespace {

constexpr std::string_view kFirstLine = "trunkline-keyring-export 1";
constexpr std::size_t kLongestText = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kDigitsALine = 64;

core::Fault malformed(std::size_t line, std::string_view what) {
  return {core::ExitCode::data, fmt::format("key ring export line {}: {}", line, what),
          "take another copy of the file that trunkline keys export made"};
}

/// What the ciphertext is bound to, and what stands above it.
std::string header_of(const SealedRing& ring) {
  return fmt::format("{}\nscrypt {} {} {} {}\nnonce {}\n", kFirstLine, ring.cost.log2_cost,
                     ring.cost.block_size, ring.cost.parallel, core::to_hex(ring.salt),
                     core::to_hex(ring.nonce));
}

template <std::size_t Size>
bool read_hex(std::string_view text, std::array<std::byte, Size>& bytes) {
  const auto read = core::from_hex(text);
  if (!read || read->size() != Size) return false;
  std::copy(read->begin(), read->end(), bytes.begin());
  return true;
}

bool read_number(std::string_view text, std::uint32_t& number) {
  const auto read = core::parse_unsigned(text);
  if (!read || *read > 0xffffffff) return false;
  number = static_cast<std::uint32_t>(*read);
  return true;
}

}  // namespace

core::Result<SealedRing> parse_sealed_ring(std::string_view text) {
  if (text.size() > kLongestText) return tl::unexpected(malformed(1, "the file is too long"));
  SealedRing ring;
  std::string digits;
  std::size_t number = 0;
  for (const std::string_view raw : core::split(text, '\n')) {
    const std::string_view line = core::trim(raw);
    if (line.empty()) continue;
    ++number;
    const auto words = core::split(line, ' ');
    if (number == 1) {
      if (line != kFirstLine) return tl::unexpected(malformed(1, "this is no key ring export"));
    } else if (number == 2) {
      if (words.size() != 5 || words[0] != "scrypt" ||
          !read_number(words[1], ring.cost.log2_cost) ||
          !read_number(words[2], ring.cost.block_size) ||
          !read_number(words[3], ring.cost.parallel) || !read_hex(words[4], ring.salt))
        return tl::unexpected(malformed(2, "expected 'scrypt LOG2N R P SALT'"));
    } else if (number == 3) {
      if (words.size() != 2 || words[0] != "nonce" || !read_hex(words[1], ring.nonce))
        return tl::unexpected(malformed(3, "expected 'nonce HEX'"));
    } else {
      digits += line;
    }
  }
  const auto sealed = core::from_hex(digits);
  if (number < 4 || !sealed || sealed->size() <= crypto::kAeadTagSize)
    return tl::unexpected(malformed(4, "the sealed ring is cut, or not hexadecimal"));
  ring.sealed = *sealed;
  return ring;
}

core::Result<std::string> seal_ring(const KeyRing& ring, const core::Secret& passphrase,
                                    const crypto::ScryptCost& cost) {
  if (auto good = crypto::check_passphrase(passphrase); !good) return tl::unexpected(good.error());
  SealedRing sealed{.cost = cost};
  crypto::fill_random(sealed.salt);
  crypto::fill_random(sealed.nonce);
  const auto key = crypto::key_of_passphrase(passphrase, sealed.salt, cost);
  if (!key) return tl::unexpected(key.error());
  const std::string header = header_of(sealed);
  const core::Bytes bytes =
      crypto::Aead(*key).seal(sealed.nonce, ring.text().reveal(), core::as_bytes(header));
  const std::string digits = core::to_hex(bytes);
  std::string text = header;
  for (std::size_t at = 0; at < digits.size(); at += kDigitsALine)
    text += digits.substr(at, kDigitsALine) + "\n";
  return text;
}

core::Result<KeyRing> open_ring(std::string_view text, const core::Secret& passphrase) {
  const auto ring = parse_sealed_ring(text);
  if (!ring) return tl::unexpected(ring.error());
  const auto key = crypto::key_of_passphrase(passphrase, ring->salt, ring->cost);
  if (!key) return tl::unexpected(key.error());
  core::Secret opened = core::Secret::of_size(ring->sealed.size() - crypto::kAeadTagSize);
  if (!crypto::Aead(*key).open(ring->nonce, ring->sealed, core::as_bytes(header_of(*ring)),
                               opened.writable()))
    return core::fault(core::ExitCode::no_permission,
                       "cannot open the key ring export: the passphrase is another, or the file "
                       "was changed",
                       "mind the keyboard's layout; take another copy of the file");
  return KeyRing::parse(opened.reveal_text());
}

}  // namespace trunkline::keystore
