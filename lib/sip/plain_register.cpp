// SPDX-License-Identifier: MIT
#include "sip/plain_register.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>

#include "core/text.h"
#include "sip/plain_values.h"

namespace trunkline::sip {

namespace {

constexpr std::string_view kLineStart = "REGISTER ";
constexpr std::string_view kVersion = " SIP/2.0";
constexpr std::string_view kMethod = "REGISTER";

/// Headers that may be there once; any other leaves the request to Sofia.
enum class Name : std::uint8_t {
  via,
  from,
  to,
  call_id,
  cseq,
  contact,
  expires,
  max_forwards,
  authorization,
  user_agent,
  supported,
  allow,
  content_length,
};
struct Known {
  std::string_view name;
  Name which;
};
constexpr std::array kKnown{
    Known{"via", Name::via},
    Known{"v", Name::via},
    Known{"from", Name::from},
    Known{"f", Name::from},
    Known{"to", Name::to},
    Known{"t", Name::to},
    Known{"call-id", Name::call_id},
    Known{"i", Name::call_id},
    Known{"cseq", Name::cseq},
    Known{"contact", Name::contact},
    Known{"m", Name::contact},
    Known{"expires", Name::expires},
    Known{"max-forwards", Name::max_forwards},
    Known{"authorization", Name::authorization},
    Known{"user-agent", Name::user_agent},
    Known{"supported", Name::supported},
    Known{"k", Name::supported},
    Known{"allow", Name::allow},
    Known{"content-length", Name::content_length},
    Known{"l", Name::content_length},
};

std::optional<Name> name_of(std::string_view text) {
  for (const Known& known : kKnown) {
    if (known.name.size() == text.size() && core::equals_ignoring_case(known.name, text)) {
      return known.which;
    }
  }
  return std::nullopt;
}

class LineReader {
 public:
  explicit LineReader(std::string_view datagram) : rest_(datagram) {}

  std::optional<PlainRegister> read() {
    if (!read_request_line()) return std::nullopt;
    for (;;) {
      const auto line = take_line();
      if (!line) return std::nullopt;
      if (line->empty()) break;
      if (!read_header(*line)) return std::nullopt;
    }
    // What stands behind the headers would be a body.
    if (!rest_.empty() || !is_whole()) return std::nullopt;
    return std::move(read_);
  }

 private:
  /// Up to the next line end; nothing where there is none, or a byte that is not plain.
  std::optional<std::string_view> take_line() {
    const std::size_t end = rest_.find(kLineEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + kLineEnd.size());
    if (!is_plain_text(line)) return std::nullopt;
    return line;
  }

  bool read_request_line() {
    const auto line = take_line();
    if (!line || !line->starts_with(kLineStart) || !line->ends_with(kVersion)) return false;
    if (line->size() < kLineStart.size() + kVersion.size()) return false;
    Request& request = read_.request;
    request.method = Method::register_;
    request.method_name = kMethod;
    return read_uri(
        line->substr(kLineStart.size(), line->size() - kLineStart.size() - kVersion.size()),
        request.uri);
  }

  bool read_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = core::trim(line.substr(colon + 1));
    if (value.empty()) return false;
    if (const auto known = name_of(name)) {
      const auto bit = static_cast<std::size_t>(*known);
      if (seen_[bit]) return false;
      seen_[bit] = true;
      return read_known(*known, value);
    }
    return read_other(name, value);
  }

  bool read_known(Name name, std::string_view value) {
    Request& request = read_.request;
    RepeatedHeaders& repeated = read_.repeated;
    switch (name) {
      case Name::via:
        repeated.via = value;
        request.via_count = 1;
        return is_plain_via(value);
      case Name::from:
        repeated.from = value;
        return read_party(value, request.from) && !request.from.tag.empty();
      case Name::to:
        repeated.to = value;
        return read_party(value, request.to) && request.to.tag.empty();
      case Name::call_id:
        repeated.call_id = value;
        request.call_id = value;
        return is_plain_call_id(value);
      case Name::cseq:
        repeated.cseq = value;
        return read_cseq(value);
      case Name::contact:
        return read_contact(value, request.contacts.emplace_back());
      case Name::expires:
        return read_number(value, request.expires.emplace());
      case Name::max_forwards:
        return read_number(value, request.max_forwards.emplace()) && *request.max_forwards > 0 &&
               *request.max_forwards < 256;
      case Name::authorization:
        return read_credentials(value, request.authorizations.emplace_back());
      case Name::user_agent:
        request.user_agent = value;
        return true;
      case Name::supported:
        return read_words(value, request.supported);
      case Name::allow:
        return read_allow(value);
      case Name::content_length:
        return value == "0";
    }
    return false;
  }

  /// Names that are nobody's but the phone's, and so change nothing.
  bool read_other(std::string_view name, std::string_view value) {
    constexpr std::size_t kMost = 16;
    const bool is_private = name.starts_with("X-") && is_plain_word(name);
    // Several spaces become one where Sofia reads.
    if (value.find("  ") != std::string_view::npos) return false;
    if (!is_private || read_.request.headers.size() >= kMost) return false;
    read_.request.headers.push_back({std::string(name), std::string(value)});
    return true;
  }

  bool read_cseq(std::string_view value) {
    const std::size_t space = value.find(' ');
    // An answer repeats the number, not how it was written.
    if (value.front() == '0' && space != 1) return false;
    return space != std::string_view::npos && value.substr(space + 1) == kMethod &&
           read_number(value.substr(0, space), read_.request.cseq);
  }

  bool read_allow(std::string_view value) {
    std::vector<std::string> methods;
    if (!read_words(value, methods)) return false;
    read_.request.headers.push_back({"Allow", core::join(methods, ", ")});
    return true;
  }

  bool is_whole() const {
    for (const Name name : {Name::via, Name::from, Name::to, Name::call_id, Name::cseq}) {
      if (!seen_[static_cast<std::size_t>(name)]) return false;
    }
    return true;
  }

  std::string_view rest_;
  PlainRegister read_;
  std::bitset<static_cast<std::size_t>(Name::content_length) + 1> seen_;
};

}  // namespace

std::optional<PlainRegister> read_plain_register(std::string_view datagram) {
  return LineReader(datagram).read();
}

}  // namespace trunkline::sip
