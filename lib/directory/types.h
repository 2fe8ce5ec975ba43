// SPDX-License-Identifier: MIT
#pragma once

// The site's objects as the exchange sees them, and the rules their names obey. Names are the user
// part of SIP addresses, so only characters that never need escaping in a URI are accepted
// (RFC 3261 25.1 unreserved without the odd ones); they are kept and compared in lower case.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::directory {

enum class DigestAlgorithm : std::uint8_t { md5, sha256 };
/// `inherit` is a device's "as the tenant says"; a tenant is always or off.
enum class RecordingMode : std::uint8_t { inherit, always, off };
enum class PersonRole : std::uint8_t { admin, supervisor, agent, user, auditor };

struct Tenant {
  core::TenantId id = {};
  std::string name = {};
  std::string domain = {};  ///< host part of its addresses and realm of its devices' digests
  bool is_default = false;
  RecordingMode recording = RecordingMode::off;
  bool operator==(const Tenant&) const = default;
};

struct Device {
  core::DeviceId id = {};
  core::TenantId tenant = {};
  std::string name = {};       ///< what it registers as
  std::string extension = {};  ///< what is dialled; empty = by name only
  std::string display_name = {};
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  std::string sealed_ha1 =
      {};  ///< base64; crypto::open_sealed with sipd's key and sealing_context()
  RecordingMode recording = RecordingMode::inherit;
  bool is_enabled = true;
  core::UserId owner = {};  ///< the person whose it is; nil: nobody's
  bool operator==(const Device&) const = default;
};

struct Person {
  core::UserId id = {};
  core::TenantId tenant = {};
  std::string name = {};
  std::string display_name = {};
  std::vector<PersonRole> roles = {};
  bool is_enabled = true;
  std::string mail = {};        ///< where alerts go to; empty: nowhere
  std::string alerts = "none";  ///< the lowest level that is mailed, as alert::Level calls it
  std::optional<core::Time> last_login = {};
  std::optional<core::Time> locked_until = {};  ///< may be past
  bool operator==(const Person&) const = default;
};

std::string_view name_of(DigestAlgorithm algorithm);
std::string_view name_of(RecordingMode mode);
std::string_view name_of(PersonRole role);
core::Result<DigestAlgorithm> parse_digest_algorithm(std::string_view text);
core::Result<RecordingMode> parse_recording_mode(std::string_view text);
core::Result<PersonRole> parse_person_role(std::string_view text);

/// Names of devices, people and tenants: 1 to 64 of a-z 0-9 . _ - (upper case is lowered), starting
/// with a letter or digit. A device's name without a letter must be its own extension.
core::Result<std::string> parse_name(std::string_view text);
/// 2 to 15 digits, but no emergency number.
core::Result<std::string> parse_extension(std::string_view text);
/// 112, 911, 999, 110: dialled everywhere, so no extension may stand in their way.
bool is_emergency_number(std::string_view number);
/// A DNS name or an IPv4 address, lower case, at most 253 characters.
core::Result<std::string> parse_domain(std::string_view text);
/// UTF-8 without control characters, quotes or backslashes, at most 100 bytes: safe in a SIP
/// header.
core::Result<std::string> parse_display_name(std::string_view text);

/// What a sealed HA1 is bound to (additional authenticated data): tenant, device and algorithm, so
/// that a row copied to another device does not open.
std::string sealing_context(const core::TenantId& tenant, const core::DeviceId& device,
                            DigestAlgorithm algorithm);

}  // namespace trunkline::directory
