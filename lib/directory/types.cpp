// SPDX-License-Identifier: MIT
#include "directory/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;

template <class Enum>
struct Word {
  Enum value;
  std::string_view text;
};

constexpr std::array kAlgorithms{Word<DigestAlgorithm>{DigestAlgorithm::md5, "md5"},
                                 Word<DigestAlgorithm>{DigestAlgorithm::sha256, "sha256"}};
constexpr std::array kModes{Word<RecordingMode>{RecordingMode::inherit, "inherit"},
                            Word<RecordingMode>{RecordingMode::always, "always"},
                            Word<RecordingMode>{RecordingMode::off, "off"}};
constexpr std::array kRoles{Word<PersonRole>{PersonRole::admin, "admin"},
                            Word<PersonRole>{PersonRole::supervisor, "supervisor"},
                            Word<PersonRole>{PersonRole::agent, "agent"},
                            Word<PersonRole>{PersonRole::user, "user"},
                            Word<PersonRole>{PersonRole::auditor, "auditor"}};

template <class Enum, std::size_t Count>
std::string_view text_of(const std::array<Word<Enum>, Count>& words, Enum value) {
  return std::ranges::find(words, value, &Word<Enum>::value)->text;
}

template <class Enum, std::size_t Count>
core::Result<Enum> parse_word(const std::array<Word<Enum>, Count>& words, std::string_view what,
                              std::string_view text) {
  const std::string wanted = core::to_lower(text);
  const auto found = std::ranges::find(words, wanted, &Word<Enum>::text);
  if (found != words.end()) return found->value;
  std::vector<std::string> known;
  for (const auto& word : words) known.emplace_back(word.text);
  return core::fault(ExitCode::usage,
                     fmt::format("cannot read {} '{}'", what, core::printable(text)),
                     fmt::format("one of: {}", core::join(known, ", ")));
}

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}
bool is_letter(char character) {
  return character >= 'a' && character <= 'z';
}

/// RFC 1035 2.3.1 with RFC 1123 2.1: letters, digits and inner hyphens, at most 63.
bool is_domain_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
}

}  // namespace

std::string_view name_of(DigestAlgorithm algorithm) {
  return text_of(kAlgorithms, algorithm);
}
std::string_view name_of(RecordingMode mode) {
  return text_of(kModes, mode);
}
std::string_view name_of(PersonRole role) {
  return text_of(kRoles, role);
}

core::Result<DigestAlgorithm> parse_digest_algorithm(std::string_view text) {
  return parse_word(kAlgorithms, "digest algorithm", text);
}
core::Result<RecordingMode> parse_recording_mode(std::string_view text) {
  return parse_word(kModes, "recording mode", text);
}
core::Result<PersonRole> parse_person_role(std::string_view text) {
  return parse_word(kRoles, "role", text);
}

core::Result<std::string> parse_name(std::string_view text) {
  std::string name = core::to_lower(text);
  const auto is_allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  };
  if (!name.empty() && name.size() <= 64 && (is_letter(name[0]) || is_digit(name[0])) &&
      std::ranges::all_of(name, is_allowed)) {
    return name;
  }
  return core::fault(ExitCode::usage,
                     fmt::format("cannot use '{}' as a name", core::printable(text)),
                     "1 to 64 of the characters a-z 0-9 . _ - and first a letter or digit");
}

bool is_emergency_number(std::string_view number) {
  constexpr std::array<std::string_view, 4> kNumbers{"112", "911", "999", "110"};
  return std::ranges::find(kNumbers, number) != kNumbers.end();
}

core::Result<std::string> parse_extension(std::string_view text) {
  if (is_emergency_number(text)) {
    return core::fault(ExitCode::usage,
                       fmt::format("cannot use '{}' as an extension: it is an emergency number",
                                   core::printable(text)),
                       "take another number of 2 to 15 digits");
  }
  if (text.size() >= 2 && text.size() <= 15 && std::ranges::all_of(text, is_digit)) {
    return std::string(text);
  }
  return core::fault(ExitCode::usage,
                     fmt::format("cannot use '{}' as an extension", core::printable(text)),
                     "2 to 15 digits");
}

core::Result<std::string> parse_domain(std::string_view text) {
  const std::string domain = core::to_lower(text);
  if (!domain.empty() && domain.size() <= 253 &&
      std::ranges::all_of(core::split(domain, '.'), is_domain_label)) {
    return domain;
  }
  return core::fault(ExitCode::usage,
                     fmt::format("cannot use '{}' as a domain", core::printable(text)),
                     "a DNS name such as pbx.example.com, or an IPv4 address");
}

core::Result<std::string> parse_display_name(std::string_view text) {
  const auto is_forbidden = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"' || c == '\\';
  };
  if (text.size() <= 100 && core::is_utf8(text) && std::ranges::none_of(text, is_forbidden)) {
    return std::string(text);
  }
  return core::fault(
      ExitCode::usage, fmt::format("cannot use '{}' as a display name", core::printable(text)),
      "at most 100 bytes of UTF-8 without quotes, backslashes and control characters");
}

std::string sealing_context(const core::TenantId& tenant, const core::DeviceId& device,
                            DigestAlgorithm algorithm) {
  return fmt::format("{}|{}|{}", tenant.text(), device.text(), name_of(algorithm));
}

}  // namespace trunkline::directory
