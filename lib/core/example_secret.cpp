// SPDX-License-Identifier: MIT
#include "core/example_secret.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/secret.h"

namespace trunkline::core {
namespace {

constexpr auto kWhole = std::to_array<std::string_view>(
    {"password",   "password1",   "password12", "password123", "password1234", "passwort",
     "passw0rd",   "p4ssw0rd",    "pssw0rd",    "pass",        "secret",       "secret123",
     "mysecret",   "supersecret", "topsecret",  "admin",       "admin123",     "administrator",
     "adminadmin", "root",        "toor",       "postgres",    "postgresql",   "user",
     "username",   "guest",       "test",       "test123",     "testtest",     "demo",
     "default",    "letmein",     "welcome",    "welcome1",    "qwerty",       "qwerty123",
     "qwertyuiop", "iloveyou",    "abc123",     "1234",        "12345",        "123456",
     "1234567",    "12345678",    "123456789",  "1234567890",  "0123456789",   "987654321",
     "87654321",   "foobar",      "foo",        "bar",         "dev",          "development",
     "asterisk",   "amp111",      "voip",       "sip",         "telnyx",       "twilio"});
/// What a placeholder begins with, however it goes on.
constexpr auto kBegins = std::to_array<std::string_view>(
    {"changeme",         "changethis",  "changeit",    "pleasechange",   "replaceme",
     "replacethis",      "replacewith", "insertyour",  "enteryour",      "putyour",
     "setyour",          "example",     "placeholder", "todo",           "fixme",
     "mysupersecret",    "supersecret", "verysecret",  "securepassword", "strongpassword",
     "mysecretpassword", "secretkey",   "generatea",   "generatewith"});
/// "your" is a placeholder where one of these follows: a random secret may begin with it.
constexpr auto kYours = std::to_array<std::string_view>(
    {"key", "secret", "password", "pass", "token", "jwt", "api", "sip", "smtp", "here"});

/// Lower case letters and digits alone.
Secret skeleton(std::string_view text) {
  Secret bare = Secret::of_size(text.size());
  std::size_t length = 0;
  for (const char letter : text) {
    const bool is_upper = letter >= 'A' && letter <= 'Z';
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
    if (!is_upper && !is_plain) continue;
    const char lower = is_upper ? static_cast<char>(letter - 'A' + 'a') : letter;
    bare.writable()[length++] = static_cast<std::byte>(lower);
  }
  return Secret(bare.reveal_text().substr(0, length));
}

bool is_in_brackets(std::string_view text) {
  return text.size() > 2 && ((text.front() == '<' && text.back() == '>') ||
                             (text.starts_with("${") && text.back() == '}'));
}

bool is_one_letter(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char letter) { return letter == text.front(); });
}

}  // namespace

bool is_example_secret(std::string_view secret) {
  if (secret.empty()) return false;
  if (is_in_brackets(secret) || is_one_letter(secret)) return true;
  const Secret bare = skeleton(secret);
  const std::string_view text = bare.reveal_text();
  if (text.empty()) return false;
  if (is_one_letter(text) && text.size() * 2 > secret.size()) return true;
  if (std::find(kWhole.begin(), kWhole.end(), text) != kWhole.end()) return true;
  if (std::any_of(kBegins.begin(), kBegins.end(),
                  [text](std::string_view begin) { return text.starts_with(begin); }))
    return true;
  return text.starts_with("your") &&
         std::any_of(kYours.begin(), kYours.end(), [text](std::string_view word) {
           return text.find(word) != std::string_view::npos;
         });
}

}  // namespace trunkline::core
