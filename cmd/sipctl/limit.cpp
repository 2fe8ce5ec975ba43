// SPDX-License-Identifier: MIT
#include "sipctl/limit.h"

#include "directory/devices.h"
#include "directory/tenants.h"

namespace trunkline::commands {

std::vector<cli::Option> party_options() {
  return {{.name = "--device", .help = "of this device", .value = "DEVICE"},
          {.name = "--tenant",
           .help = "of this tenant, or the device's tenant instead of the default one",
           .value = "NAME"}};
}

Party chosen_party(cli::Context& context, db::Connection& connection) {
  if (!context.has("--device") && !context.has("--tenant")) {
    throw core::Error(core::ExitCode::usage, "cannot tell whose limit is meant",
                      "name a device with --device, or a tenant with --tenant");
  }
  Party party{.tenant = core::value_or_throw(
                  directory::tenant_or_default(connection, context.value("--tenant"))),
              .device = std::nullopt};
  if (context.has("--device")) {
    party.device = core::value_or_throw(
        directory::find_device(connection, party.tenant, context.value("--device")));
  }
  return party;
}

core::Json to_json(const directory::Limit& limit, const std::string& tenant,
                   const std::string& device) {
  core::Json json{{"tenant", limit.tenant.text()}, {"tenant_name", tenant}};
  if (!limit.device.is_nil()) {
    json["device"] = limit.device.text();
    json["device_name"] = device;
  }
  if (limit.max_calls) json["max_calls"] = *limit.max_calls;
  if (limit.calls_per_minute) json["calls_per_minute"] = *limit.calls_per_minute;
  if (limit.max_registrations) json["max_registrations"] = *limit.max_registrations;
  return json;
}

std::string shown_limit(const std::optional<std::uint32_t>& number) {
  if (!number) return "-";
  return *number == 0 ? "no limit" : std::to_string(*number);
}

std::vector<cli::Field> fields_of(const directory::Limit& limit, const std::string& tenant,
                                  const std::string& device) {
  std::vector<cli::Field> fields{{"tenant", tenant}};
  if (!limit.device.is_nil()) fields.push_back({"device", device});
  fields.push_back({"calls", shown_limit(limit.max_calls)});
  fields.push_back({"calls per minute", shown_limit(limit.calls_per_minute)});
  if (limit.device.is_nil()) {
    fields.push_back({"registrations", shown_limit(limit.max_registrations)});
  }
  return fields;
}

}  // namespace trunkline::commands
