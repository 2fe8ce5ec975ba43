// SPDX-License-Identifier: MIT
#include "crypto/sealed_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "crypto/random.h"

namespace trunkline::crypto {
namespace {

constexpr std::size_t kLongestText = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kDigitsALine = 64;

core::Fault malformed(const SealedKind& kind, std::size_t line, std::string_view what) {
  return {core::ExitCode::data, fmt::format("{} line {}: {}", kind.name, line, what),
          std::string(kind.hint)};
}

/// What the ciphertext is bound to, and what stands above it.
std::string header_of(const SealedKind& kind, const SealedText& text) {
  return fmt::format("{}\nscrypt {} {} {} {}\nnonce {}\n", kind.first_line, text.cost.log2_cost,
                     text.cost.block_size, text.cost.parallel, core::to_hex(text.salt),
                     core::to_hex(text.nonce));
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

bool read_cost(const std::vector<std::string_view>& words, SealedText& text) {
  return words.size() == 5 && words[0] == "scrypt" && read_number(words[1], text.cost.log2_cost) &&
         read_number(words[2], text.cost.block_size) && read_number(words[3], text.cost.parallel) &&
         read_hex(words[4], text.salt);
}

}  // namespace

core::Result<SealedText> parse_sealed_text(const SealedKind& kind, std::string_view text) {
  const auto fail = [&](std::size_t line, std::string_view what) {
    return tl::unexpected(malformed(kind, line, what));
  };
  if (text.size() > kLongestText) return fail(1, "the file is too long");
  SealedText read;
  std::string digits;
  std::size_t number = 0;
  for (const std::string_view raw : core::split(text, '\n')) {
    const std::string_view line = core::trim(raw);
    if (line.empty()) continue;
    ++number;
    const auto words = core::split(line, ' ');
    if (number == 1) {
      if (line != kind.first_line) return fail(1, fmt::format("this is no {}", kind.name));
    } else if (number == 2) {
      if (!read_cost(words, read)) return fail(2, "expected 'scrypt LOG2N R P SALT'");
    } else if (number == 3) {
      if (words.size() != 2 || words[0] != "nonce" || !read_hex(words[1], read.nonce))
        return fail(3, "expected 'nonce HEX'");
    } else {
      digits += line;
    }
  }
  const auto sealed = core::from_hex(digits);
  if (number < 4 || !sealed || sealed->size() <= kAeadTagSize)
    return fail(4, "what is sealed is cut, or not hexadecimal");
  read.sealed = *sealed;
  return read;
}

core::Result<std::string> seal_text(const SealedKind& kind, core::ByteView secret,
                                    const core::Secret& passphrase, const ScryptCost& cost) {
  if (auto good = check_passphrase(passphrase); !good) return tl::unexpected(good.error());
  SealedText sealed{.cost = cost};
  fill_random(sealed.salt);
  fill_random(sealed.nonce);
  const auto key = key_of_passphrase(passphrase, sealed.salt, cost);
  if (!key) return tl::unexpected(key.error());
  const std::string header = header_of(kind, sealed);
  const core::Bytes bytes = Aead(*key).seal(sealed.nonce, secret, core::as_bytes(header));
  const std::string digits = core::to_hex(bytes);
  std::string text = header;
  for (std::size_t at = 0; at < digits.size(); at += kDigitsALine)
    text += digits.substr(at, kDigitsALine) + "\n";
  return text;
}

core::Result<core::Secret> open_text(const SealedKind& kind, std::string_view text,
                                     const core::Secret& passphrase) {
  const auto read = parse_sealed_text(kind, text);
  if (!read) return tl::unexpected(read.error());
  const auto key = key_of_passphrase(passphrase, read->salt, read->cost);
  if (!key) return tl::unexpected(key.error());
  core::Secret opened = core::Secret::of_size(read->sealed.size() - kAeadTagSize);
  if (!Aead(*key).open(read->nonce, read->sealed, core::as_bytes(header_of(kind, *read)),
                       opened.writable()))
    return core::fault(core::ExitCode::no_permission,
                       fmt::format("cannot open the {}: the passphrase is another, or the file "
                                   "was changed",
                                   kind.name),
                       "mind the keyboard's layout; take another copy of the file");
  return opened;
}

}  // namespace trunkline::crypto
