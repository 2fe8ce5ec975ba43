// SPDX-License-Identifier: MIT

// Reads Authorization values (RFC 3261 25.1, RFC 7616 3.4): tokens and quoted strings, separated by
// commas.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.h"
#include "sip/digest.h"

namespace trunkline::sip {

namespace {

using core::ExitCode;
using core::fault;

constexpr std::size_t kValueMax = 4096;
constexpr std::size_t kDigestParamsMax = 32;

class DigestReader {
 public:
  explicit DigestReader(std::string_view text) : rest_(text) {}

  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                              rest_.front() == '\r' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }
  bool is_done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    std::size_t length = 0;
    while (length < rest_.size() && is_token_char(rest_[length])) ++length;
    const std::string_view token = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return token;
  }
  /// A token, or a quoted string without its quotes and escapes.
  std::optional<std::string> value() {
    if (!take('"')) {
      // Not every phone quotes what should be quoted: take all up to the next comma or space.
      std::size_t length = rest_.find_first_of(", \t\r\n\"");
      if (length == std::string_view::npos) length = rest_.size();
      if (length == 0) return std::nullopt;
      std::string value(rest_.substr(0, length));
      rest_.remove_prefix(length);
      return value;
    }
    std::string value;
    // Hardly anybody escapes anything.
    if (const std::size_t end = rest_.find_first_of("\"\\");
        end != std::string_view::npos && rest_[end] == '"') {
      value = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return value;
    }
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return value;
      if (c == '\\' && !rest_.empty()) {
        value += rest_.front();
        rest_.remove_prefix(1);
      } else {
        value += c;
      }
    }
    return std::nullopt;
  }

 private:
  static bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
  }
  std::string_view rest_;
};

std::optional<std::uint32_t> parse_nonce_count(std::string_view text) {
  // RFC 3261 25.1: eight hexadecimal digits.
  if (text.size() != 8) return std::nullopt;
  std::uint32_t count = 0;
  for (const char c : text) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    count = count * 16 + digit;
  }
  return count;
}

/// The field a parameter belongs to; nullptr for those we do not use (opaque, auth-param).
std::string* field_of(DigestCredentials& credentials, std::string_view name) {
  const std::array<std::pair<std::string_view, std::string*>, 9> fields = {{
      {"username", &credentials.username},
      {"realm", &credentials.realm},
      {"nonce", &credentials.nonce},
      {"uri", &credentials.uri},
      {"response", &credentials.response},
      {"algorithm", &credentials.algorithm},
      {"cnonce", &credentials.cnonce},
      {"qop", &credentials.qop},
      {"nc", &credentials.nonce_count_text},
  }};
  for (const auto& [known, field] : fields) {
    if (known.size() == name.size() && core::equals_ignoring_case(known, name)) return field;
  }
  return nullptr;
}

core::Result<DigestCredentials> checked(DigestCredentials credentials) {
  if (credentials.username.empty() || credentials.realm.empty() || credentials.nonce.empty() ||
      credentials.uri.empty() || credentials.response.empty()) {
    return fault(ExitCode::data, "cannot read credentials: a parameter is missing");
  }
  if (credentials.qop.empty()) return credentials;
  const auto count = parse_nonce_count(credentials.nonce_count_text);
  if (!count || credentials.cnonce.empty()) {
    return fault(ExitCode::data, "cannot read credentials: qop without nc and cnonce");
  }
  credentials.nonce_count = *count;
  return credentials;
}

}  // namespace

core::Result<DigestCredentials> parse_digest(std::string_view value) {
  if (value.size() > kValueMax) {
    return fault(ExitCode::data, "cannot read credentials: too long");
  }
  DigestReader reader(value);
  reader.skip_space();
  if (!core::equals_ignoring_case(reader.token(), "Digest")) {
    return fault(ExitCode::data, "cannot read credentials: not Digest");
  }
  DigestCredentials credentials;
  std::vector<const std::string*> seen;
  for (std::size_t count = 0; count < kDigestParamsMax; ++count) {
    reader.skip_space();
    while (reader.take(',')) reader.skip_space();
    if (reader.is_done()) return checked(std::move(credentials));
    const std::string_view name = reader.token();
    reader.skip_space();
    if (name.empty() || !reader.take('=')) break;
    reader.skip_space();
    auto text = reader.value();
    if (!text) break;
    std::string* field = field_of(credentials, name);
    if (field == nullptr) continue;
    for (const std::string* earlier : seen) {
      if (earlier == field) {
        return fault(ExitCode::data, "cannot read credentials: a parameter comes twice");
      }
    }
    seen.push_back(field);
    *field = std::move(*text);
  }
  return fault(ExitCode::data, "cannot read credentials: not a list of parameters");
}

std::optional<DigestCredentials> find_digest(const std::vector<std::string>& values,
                                             std::string_view realm) {
  for (const std::string& value : values) {
    auto credentials = parse_digest(value);
    if (credentials && credentials->realm == realm) return std::move(*credentials);
  }
  return std::nullopt;
}

}  // namespace trunkline::sip
