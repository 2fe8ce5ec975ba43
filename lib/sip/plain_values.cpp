// SPDX-License-Identifier: MIT
#include "sip/plain_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text.h"

namespace trunkline::sip {

namespace {

constexpr std::size_t kValueParamsMax = 24;

/// Sets of characters as a table of bits: one look-up a character.
enum Set : std::uint8_t {
  kDigit = 1,
  kHost = 2,    ///< of host names and IPv4 addresses
  kWord = 4,    ///< of parameters, tags, branches
  kUser = 8,    ///< of user parts, unescaped
  kQuoted = 16  ///< inside quotation marks
};

constexpr std::array<std::uint8_t, 256> make_sets() {
  std::array<std::uint8_t, 256> sets{};
  const auto add = [&](std::string_view characters, unsigned set) {
    for (const char c : characters) {
      auto& entry = sets[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | set);
    }
  };
  add("0123456789", kDigit | kHost | kWord | kUser);
  add("abcdefghijklmnopqrstuvwxyz", kHost | kWord | kUser);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kHost | kWord | kUser);
  add("-.", kHost | kWord | kUser);
  add("_", kWord | kUser);
  add("+*!~", kUser);
  for (unsigned c = 0x20; c < 0x7f; ++c) {
    if (c != '"' && c != '\\') sets[c] = static_cast<std::uint8_t>(sets[c] | kQuoted);
  }
  return sets;
}
constexpr std::array<std::uint8_t, 256> kSets = make_sets();

bool is_of(char c, Set set) {
  return (kSets[static_cast<unsigned char>(c)] & set) != 0;
}

/// The longest beginning that is of the set, which is taken off.
std::string_view take(std::string_view& text, Set set) {
  std::size_t size = 0;
  while (size < text.size() && is_of(text[size], set)) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

/// "\"text\"", without the quotation marks.
bool take_quoted(std::string_view& text, std::string_view& inside) {
  if (!take(text, '"')) return false;
  inside = take(text, kQuoted);
  return take(text, '"');
}

bool is_ipv4(std::string_view host) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !take(host, '.')) return false;
    const std::string_view digits = take(host, kDigit);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0')) {
      return false;
    }
    if (digits.size() == 3 && digits > "255") return false;
  }
  return host.empty();
}

/// RFC 3261 25.1: labels, the last of which begins with a letter.
bool is_host_name(std::string_view host) {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t dot = host.find('.', begin);
    const std::string_view label = host.substr(begin, dot - begin);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (dot == std::string_view::npos) return !is_of(label.front(), kDigit);
    begin = dot + 1;
  }
}

bool take_host_and_port(std::string_view& text, std::string_view& host, std::uint16_t& port) {
  host = take(text, kHost);
  if (!is_ipv4(host) && !is_host_name(host)) return false;
  if (!take(text, ':')) return true;
  const std::string_view digits = take(text, kDigit);
  const auto* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc() && rest == end && port > 0 && digits.front() != '0';
}

/// One ";name=value" or ";name"; a value may be in quotation marks, which it then keeps.
struct Param {
  std::string_view name;
  std::string_view value = {};
  bool has_value = false;
};

bool take_param(std::string_view& text, Param& param) {
  param.name = take(text, kWord);
  if (param.name.empty()) return false;
  param.has_value = take(text, '=');
  if (!param.has_value) return true;
  const char* const begin = text.data();
  if (std::string_view inside; text.starts_with('"')) {
    if (!take_quoted(text, inside)) return false;
  } else if (take(text, kWord).empty()) {
    return false;
  }
  param.value = std::string_view(begin, static_cast<std::size_t>(text.data() - begin));
  return true;
}

/// The parameters of a URI: text, of words alone.
bool is_plain_params(std::string_view text) {
  while (!text.empty()) {
    Param param;
    if (!take(text, ';') || !take_param(text, param) || param.value.starts_with('"')) return false;
  }
  return true;
}

/// "\"Alice\" <sip:...>", which is taken off.
bool take_name_address(std::string_view& text, std::string& display_name, Uri& uri) {
  if (text.starts_with('"')) {
    std::string_view inside;
    if (!take_quoted(text, inside) || !take(text, ' ')) return false;
    display_name = inside;
  }
  if (!take(text, '<')) return false;
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos || !read_uri(text.substr(0, end), uri)) return false;
  text.remove_prefix(end + 1);
  return true;
}

bool is_decimal(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_of(c, kDigit) || c == '.'; });
}

bool set_contact_param(const Param& param, Contact& contact) {
  if (param.name == "expires") {
    return !contact.expires && read_number(param.value, contact.expires.emplace());
  }
  if (param.name == "q") {
    const bool is_first = contact.q.empty();
    contact.q = param.value;
    return is_first && is_decimal(param.value);
  }
  if (param.name == "reg-id") {
    const bool is_first = contact.reg_id.empty();
    contact.reg_id = param.value;
    return is_first && !param.value.empty() && !param.value.starts_with('"');
  }
  // Another case of the same name is for Sofia to understand.
  return !core::equals_ignoring_case(param.name, "expires") &&
         !core::equals_ignoring_case(param.name, "q") &&
         !core::equals_ignoring_case(param.name, "reg-id");
}

}  // namespace

bool is_plain_text(std::string_view text) {
  // Eight bytes at a time: with the top bit clear everywhere, adding or subtracting reaches it
  // where a byte is DEL or below a space, and carries no further unless one is.
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101U;
  constexpr std::uint64_t kTops = kOnes * 0x80U;
  for (std::uint64_t word = 0; text.size() >= sizeof(word); text.remove_prefix(sizeof(word))) {
    std::memcpy(&word, text.data(), sizeof(word));
    if (((word | (word + kOnes) | (word - kOnes * 0x20U)) & kTops) != 0) return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && take(text, kWord).size() > 0 && text.empty();
}

bool is_plain_via(std::string_view text) {
  std::string_view host;
  std::uint16_t port = 0;
  if (!take(text, "SIP/2.0/UDP ") || !take_host_and_port(text, host, port)) return false;
  bool has_branch = false;
  while (!text.empty()) {
    Param param;
    if (!take(text, ';') || !take_param(text, param) || param.value.starts_with('"')) return false;
    if (param.name == "branch") {
      if (has_branch || param.value.empty()) return false;
      has_branch = true;
    } else if (param.name == "rport") {
      if (param.has_value) return false;
    } else if (param.name != "alias") {
      return false;
    }
  }
  return has_branch;
}

bool is_plain_call_id(std::string_view text) {
  return !take(text, kWord).empty() && (text.empty() || (take(text, '@') && is_plain_word(text)));
}

bool read_number(std::string_view text, std::uint32_t& number) {
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return !text.empty() && error == std::errc() && rest == end;
}

bool read_uri(std::string_view text, Uri& uri) {
  if (!take(text, "sip:")) return false;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    const std::string_view user = take(text, kUser);
    if (user.empty() || !take(text, '@')) return false;
    uri.user = user;
  }
  std::string_view host;
  if (!take_host_and_port(text, host, uri.port) || !is_plain_params(text)) return false;
  uri.host = core::to_lower(host);
  if (!text.empty()) uri.params = text.substr(1);
  return true;
}

bool read_party(std::string_view text, Party& party) {
  if (!take_name_address(text, party.display_name, party.uri)) return false;
  if (text.empty()) return true;
  if (!take(text, ";tag=")) return false;
  party.tag = take(text, kWord);
  return !party.tag.empty() && text.empty();
}

bool read_contact(std::string_view text, Contact& contact) {
  if (!take_name_address(text, contact.display_name, contact.uri)) return false;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == kValueParamsMax || !take(text, ';')) return false;
    if (take(text, "+sip.instance=")) {
      std::string_view inside;
      if (!contact.instance.empty() || !take_quoted(text, inside)) return false;
      contact.instance = inside;
      continue;
    }
    Param param;
    if (!take_param(text, param) || !set_contact_param(param, contact)) return false;
  }
  return true;
}

bool read_credentials(std::string_view text, std::string& credentials) {
  if (!take(text, "Digest ")) return false;
  credentials.reserve(text.size() + 32);
  credentials = "Digest";
  const char* separator = " ";
  for (std::size_t count = 0; count < kValueParamsMax; ++count) {
    const char* const begin = text.data();
    Param param;
    if (!take_param(text, param) || !param.has_value) return false;
    credentials += separator;
    credentials.append(begin, static_cast<std::size_t>(text.data() - begin));
    if (text.empty()) return true;
    if (!take(text, ',')) return false;
    (void)take(text, ' ');
    separator = ", ";
  }
  return false;
}

bool read_words(std::string_view text, std::vector<std::string>& words) {
  for (;;) {
    const std::string_view word = take(text, kWord);
    if (word.empty()) return false;
    words.emplace_back(word);
    if (text.empty()) return true;
    if (!take(text, ',')) return false;
    (void)take(text, ' ');
  }
}

}  // namespace trunkline::sip
