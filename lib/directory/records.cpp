// SPDX-License-Identifier: MIT
#include "directory/records.h"

#include <fmt/format.h>

#include "core/text.h"

namespace trunkline::directory {

Tenant tenant_of(const db::Row& row) {
  return {
      .id = row.get<core::TenantId>("id"),
      .name = row.get<std::string>("name"),
      .domain = row.get<std::string>("domain"),
      .is_default = row.get<bool>("is_default"),
      .recording = core::value_or_throw(parse_recording_mode(row.get<std::string>("recording")))};
}

Device device_of(const db::Row& row) {
  return {
      .id = row.get<core::DeviceId>("id"),
      .tenant = row.get<core::TenantId>("tenant_id"),
      .name = row.get<std::string>("name"),
      .extension = row.get<std::optional<std::string>>("extension").value_or(""),
      .display_name = row.get<std::string>("display_name"),
      .algorithm = core::value_or_throw(parse_digest_algorithm(row.get<std::string>("algorithm"))),
      .sealed_ha1 = row.get<std::string>("sealed_ha1"),
      .recording = core::value_or_throw(parse_recording_mode(row.get<std::string>("recording"))),
      .is_enabled = row.get<bool>("is_enabled"),
      .owner = row.get<std::optional<core::UserId>>("owner_id").value_or(core::UserId{})};
}

Person person_of(const db::Row& row) {
  Person person{.id = row.get<core::UserId>("id"),
                .tenant = row.get<core::TenantId>("tenant_id"),
                .name = row.get<std::string>("name"),
                .display_name = row.get<std::string>("display_name"),
                .is_enabled = row.get<bool>("is_enabled"),
                .mail = row.get<std::string>("mail"),
                .alerts = row.get<std::string>("alerts"),
                .last_login = row.get<std::optional<core::Time>>("last_login_at"),
                .locked_until = row.get<std::optional<core::Time>>("locked_until")};
  const std::string roles = row.get<std::string>("roles");
  for (const std::string_view role : core::split(roles, ',')) {
    if (!role.empty()) person.roles.push_back(core::value_or_throw(parse_person_role(role)));
  }
  return person;
}

core::Fault not_there(std::string_view kind, std::string_view which, std::string hint) {
  return {core::ExitCode::no_input,
          fmt::format("cannot find {} '{}'", kind, core::printable(which)), std::move(hint)};
}

}  // namespace trunkline::directory
