// SPDX-License-Identifier: MIT
#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace trunkline::core {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
// Binary units first: to_text() picks from them, largest first.
constexpr std::array<SizeUnit, 9> kSizeUnits{{{"TiB", 1ULL << 40},
                                              {"GiB", 1ULL << 30},
                                              {"MiB", 1ULL << 20},
                                              {"KiB", 1ULL << 10},
                                              {"B", 1},
                                              {"TB", 1'000'000'000'000},
                                              {"GB", 1'000'000'000},
                                              {"MB", 1'000'000},
                                              {"kB", 1'000}}};

/// Optimal string alignment distance: edits and swaps of neighbours.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> cost(left.size() + 1,
                                             std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= right.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t change = lower(left[i - 1]) == lower(right[j - 1]) ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool is_swap =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (is_swap) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[left.size()][right.size()];
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
  return fmt::format("{}", fmt::join(pieces, separator));
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, value);
  if (text.empty() || failure != std::errc{} || end != last) return std::nullopt;
  return value;
}

Result<Port> parse_port(std::string_view text) {
  const auto value = parse_unsigned(text);
  if (!value || *value == 0 || *value > std::numeric_limits<std::uint16_t>::max())
    return fault(ExitCode::data, fmt::format("'{}' is not a port", text.substr(0, 64)),
                 "a port is a number from 1 to 65535");
  return Port(static_cast<std::uint16_t>(*value));
}

Result<ByteCount> parse_size(std::string_view text) {
  std::uint64_t count = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, count);
  const std::string_view name(end, static_cast<std::size_t>(last - end));
  if (failure == std::errc{})
    for (const SizeUnit& unit : kSizeUnits)
      if (name == unit.name && count <= std::numeric_limits<std::uint64_t>::max() / unit.bytes)
        return ByteCount(count * unit.bytes);
  return fault(ExitCode::data, fmt::format("'{}' is not a size", text.substr(0, 64)),
               "write a number and a unit: 500B, 64KiB, 10MiB, 2GiB");
}

std::string to_text(ByteCount size) {
  const SizeUnit* best = nullptr;
  for (const SizeUnit& unit : kSizeUnits)
    if (size.value() >= unit.bytes && size.value() % unit.bytes == 0 &&
        (best == nullptr || unit.bytes > best->bytes))
      best = &unit;
  return best == nullptr ? "0B" : fmt::format("{}{}", size.value() / best->bytes, best->name);
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> best;
  std::size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t found = distance(word, candidate);
    if (found < best_distance) {
      best = candidate;
      best_distance = found;
    }
  }
  return best;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    std::uint32_t code = lead;
    std::uint32_t least = 0;
    if (lead >= 0xf0 && lead < 0xf8) {
      length = 4, code = lead & 0x07U, least = 0x10000;
    } else if (lead >= 0xe0 && lead < 0xf0) {
      length = 3, code = lead & 0x0fU, least = 0x800;
    } else if (lead >= 0xc0 && lead < 0xe0) {
      length = 2, code = lead & 0x1fU, least = 0x80;
    } else if (lead >= 0x80) {
      return false;
    }
    if (i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0U) != 0x80U) return false;
      code = code << 6 | (next & 0x3fU);
    }
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least || code > 0x10ffff || is_surrogate) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto code = static_cast<unsigned char>(text[i]);
    if (code >= 0x20 && code < 0x7f) {
      result += text[i++];
      continue;
    }
    const std::size_t length = code < 0x80 ? 1 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
    const std::string_view letter = text.substr(i, length);
    // U+0080 to U+009F are control characters too; some terminals obey them.
    const bool is_c1 =
        code == 0xc2 && letter.size() == 2 && static_cast<unsigned char>(letter[1]) < 0xa0;
    if (code < 0x80 || is_c1 || !is_utf8(letter)) {
      result += fmt::format("\\x{:02x}", code);
      ++i;
      continue;
    }
    result += letter;
    i += letter.size();
  }
  return result;
}

}  // namespace trunkline::core
