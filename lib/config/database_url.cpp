// SPDX-License-Identifier: MIT
#include "config/database_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"

namespace trunkline::config {
namespace {

/// Parameters of libpq (PostgreSQL 15, 34.1.2) that belong into a URL.
constexpr auto kKnown = std::to_array<std::string_view>({"application_name",
                                                         "channel_binding",
                                                         "client_encoding",
                                                         "connect_timeout",
                                                         "fallback_application_name",
                                                         "gssencmode",
                                                         "host",
                                                         "hostaddr",
                                                         "keepalives",
                                                         "keepalives_count",
                                                         "keepalives_idle",
                                                         "keepalives_interval",
                                                         "options",
                                                         "port",
                                                         "sslcert",
                                                         "sslcrl",
                                                         "sslkey",
                                                         "sslmode",
                                                         "sslrootcert",
                                                         "ssl_min_protocol_version",
                                                         "target_session_attrs",
                                                         "tcp_user_timeout",
                                                         "user",
                                                         "dbname",
                                                         "passfile"});

tl::unexpected<core::Fault> malformed(std::string_view why) {
  return core::fault(core::ExitCode::data, fmt::format("cannot read the database's URL: {}", why),
                     "it looks like postgresql://USER:PASSWORD@HOST:5432/NAME");
}

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/// RFC 3986 2.1; nothing where a % is followed by something else, or the result has control
/// characters, which no password file can hold.
std::optional<core::Secret> decoded(std::string_view text) {
  core::Secret plain = core::Secret::of_size(text.size());
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int letter = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      letter = high * 16 + low;
      i += 2;
    }
    if (letter < 0x20 || letter == 0x7f) return std::nullopt;
    plain.writable()[length++] = static_cast<std::byte>(letter);
  }
  return core::Secret(plain.reveal_text().substr(0, length));
}

std::optional<std::string> decoded_text(std::string_view text) {
  const auto plain = decoded(text);
  return plain ? std::optional(std::string(plain->reveal_text())) : std::nullopt;
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') ||
                          std::string_view("-._~/").find(letter) != std::string_view::npos;
    if (is_plain)
      result += letter;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return result;
}

/// A field of a password file: ':' and '\' are escaped.
void append_field(core::Bytes& line, std::string_view field, char end) {
  for (const char letter : field) {
    if (letter == ':' || letter == '\\') line.push_back(static_cast<std::byte>('\\'));
    line.push_back(static_cast<std::byte>(letter));
  }
  line.push_back(static_cast<std::byte>(end));
}

/// "host:port", "[::1]:port"; several hosts are more than a password file line can name.
core::Result<void> take_host(DatabaseUrl& url, std::string_view authority) {
  if (authority.find(',') != std::string_view::npos) return malformed("it names several hosts");
  std::string_view host = authority;
  std::string_view port;
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return malformed("a bracket is not closed");
  if (const auto colon = authority.find(':', bracket); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (!port.empty() && !core::parse_port(port)) return malformed("its port is none");
  const auto plain = decoded_text(host);
  if (!plain) return malformed("its host cannot be read");
  if (!plain->empty()) url.host = *plain;
  if (!port.empty()) url.port = std::string(port);
  return {};
}

/// The parameters that libpq knows, as they are.
std::string taken_parameters(DatabaseUrl& url, std::string_view query) {
  std::vector<std::string> kept;
  for (const std::string_view piece : core::split(query, '&')) {
    const std::string_view name = piece.substr(0, piece.find('='));
    if (name.empty()) continue;
    if (std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end())
      kept.emplace_back(piece);
    else
      url.dropped.push_back(core::printable(name));
  }
  return core::join(kept, "&");
}

}  // namespace

core::Result<DatabaseUrl> parse_database_url(std::string_view text) {
  const auto scheme = text.find("://");
  const std::string_view name = text.substr(0, scheme);
  if (scheme == std::string_view::npos || (name != "postgresql" && name != "postgres"))
    return malformed("it is not one of PostgreSQL");
  std::string_view rest = text.substr(scheme + 3);
  const std::string_view query =
      rest.find('?') == std::string_view::npos ? "" : rest.substr(rest.find('?') + 1);
  rest = rest.substr(0, rest.find('?'));
  const auto slash = rest.find('/');
  const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  std::string_view authority = rest.substr(0, slash);

  DatabaseUrl url;
  std::string_view user;
  // A password may hold an @ that should have been written %40: the last one ends it.
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    authority = authority.substr(at + 1);
    user = login.substr(0, login.find(':'));
    if (login.find(':') != std::string_view::npos) {
      auto password = decoded(login.substr(login.find(':') + 1));
      if (!password) return malformed("its password cannot be decoded");
      url.password = std::move(*password);
    }
  }
  const auto plain_user = decoded_text(user);
  const auto database = decoded_text(path);
  if (!plain_user || !database) return malformed("its user or database cannot be read");
  url.user = *plain_user;
  url.database = database->empty() ? url.user : *database;
  if (auto taken = take_host(url, authority); !taken) return tl::unexpected(taken.error());
  const std::string parameters = taken_parameters(url, query);
  url.url = fmt::format("postgresql://{}{}{}/{}{}{}", user, user.empty() ? "" : "@", authority,
                        path, parameters.empty() ? "" : "?", parameters);
  return url;
}

core::Secret DatabaseUrl::passfile_line() const {
  if (password.empty()) return {};
  core::Bytes line;
  line.reserve(2 * (host.size() + port.size() + database.size() + user.size() + password.size()) +
               5);
  append_field(line, host, ':');
  append_field(line, port, ':');
  append_field(line, database, ':');
  append_field(line, user, ':');
  append_field(line, password.reveal_text(), '\n');
  core::Secret secret{core::ByteView(line)};
  std::fill(line.begin(), line.end(), std::byte{0});
  return secret;
}

std::string DatabaseUrl::with_passfile(std::string_view path) const {
  return fmt::format("{}{}passfile={}", url, url.find('?') == std::string::npos ? "?" : "&",
                     encoded(path));
}

}  // namespace trunkline::config
