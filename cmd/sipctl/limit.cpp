// SPDX-License-Identifier: MIT
#include "sipctl/limit.h"

#include "directory/devices.h"
#include "directory/people.h"
#include "directory/tenants.h"

namespace trunkline::commands {

std::vector<cli::Option> party_options() {
  return {{.name = "--device", .help = "of this device", .value = "DEVICE"},
          {.name = "--user", .help = "of this user, over all devices of theirs", .value = "NAME"},
          {.name = "--tenant",
           .help = "of this tenant, or the device's or user's tenant instead of the default one",
           .value = "NAME"}};
}

directory::NamedLimit chosen_party(cli::Context& context, db::Connection& connection) {
  if (!context.has("--device") && !context.has("--user") && !context.has("--tenant")) {
    throw core::Error(core::ExitCode::usage, "cannot tell whose limit is meant",
                      "name a device with --device, a user with --user, or a tenant with --tenant");
  }
  if (context.has("--device") && context.has("--user")) {
    throw core::Error(core::ExitCode::usage, "cannot limit a device and a user at once",
                      "give one of --device and --user");
  }
  const directory::Tenant tenant =
      core::value_or_throw(directory::tenant_or_default(connection, context.value("--tenant")));
  directory::NamedLimit named{.limit = {.tenant = tenant.id}, .tenant = tenant.name};
  if (context.has("--device")) {
    const directory::Device device =
        core::value_or_throw(directory::find_device(connection, tenant, context.value("--device")));
    named.limit.device = device.id;
    named.device = device.name;
  }
  if (context.has("--user")) {
    const directory::Person person =
        core::value_or_throw(directory::find_person(connection, tenant, context.value("--user")));
    named.limit.person = person.id;
    named.person = person.name;
  }
  return named;
}

std::string shown_party(const directory::NamedLimit& named) {
  if (!named.device.empty()) return "device " + named.device;
  return named.person.empty() ? "tenant " + named.tenant : "user " + named.person;
}

core::Json to_json(const directory::NamedLimit& named) {
  const directory::Limit& limit = named.limit;
  core::Json json{{"tenant", limit.tenant.text()}, {"tenant_name", named.tenant}};
  if (!limit.device.is_nil()) {
    json["device"] = limit.device.text();
    json["device_name"] = named.device;
  }
  if (!limit.person.is_nil()) {
    json["user"] = limit.person.text();
    json["user_name"] = named.person;
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

std::vector<cli::Field> fields_of_limit(const directory::NamedLimit& named) {
  const directory::Limit& limit = named.limit;
  std::vector<cli::Field> fields{{"tenant", named.tenant}};
  if (!limit.device.is_nil()) fields.push_back({"device", named.device});
  if (!limit.person.is_nil()) fields.push_back({"user", named.person});
  fields.push_back({"calls", shown_limit(limit.max_calls)});
  fields.push_back({"calls per minute", shown_limit(limit.calls_per_minute)});
  if (limit.device.is_nil()) {
    fields.push_back({"registrations", shown_limit(limit.max_registrations)});
  }
  return fields;
}

}  // namespace trunkline::commands
