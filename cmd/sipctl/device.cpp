// SPDX-License-Identifier: MIT
#include "sipctl/device.h"

#include <fmt/format.h>

#include "directory/people.h"
#include "directory/tenants.h"

namespace trunkline::commands {
namespace {

std::vector<cli::Field> fields_of_device(const directory::Device& device,
                                         const directory::Tenant& tenant,
                                         const std::string& owner) {
  return {{"name", device.name},
          {"extension", device.extension.empty() ? "-" : device.extension},
          {"display name", device.display_name.empty() ? "-" : device.display_name},
          {"address", fmt::format("sip:{}@{}", device.name, tenant.domain)},
          {"tenant", tenant.name},
          {"owner", owner.empty() ? "-" : owner},
          {"digest", directory::name_of(device.algorithm)},
          {"recording", device.recording == directory::RecordingMode::inherit
                            ? fmt::format("inherit ({})", directory::name_of(tenant.recording))
                            : std::string(directory::name_of(device.recording))},
          {"state",
           device.is_enabled ? cli::Cell("enabled") : cli::Cell("disabled", cli::Color::yellow)},
          {"id", device.id.text()}};
}

}  // namespace

cli::Option tenant_option() {
  return {.name = "--tenant",
          .help = "the device's tenant instead of the default one",
          .value = "NAME"};
}

directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection) {
  return core::value_or_throw(directory::tenant_or_default(connection, context.value("--tenant")));
}

cli::Option owner_option() {
  return {.name = "--owner",
          .help = "the user whose device it is; \"\" takes it away",
          .value = "USER"};
}

std::optional<core::UserId> chosen_owner(cli::Context& context, db::Connection& connection,
                                         const directory::Tenant& tenant) {
  if (!context.has("--owner")) return std::nullopt;
  const std::string which = context.value("--owner");
  if (which.empty()) return core::UserId();
  return core::value_or_throw(directory::find_person(connection, tenant, which)).id;
}

std::string owner_name(db::Connection& connection, const directory::Tenant& tenant,
                       const directory::Device& device) {
  if (device.owner.is_nil()) return {};
  const auto owner = directory::find_person(connection, tenant, device.owner.text());
  return owner ? owner->name : device.owner.text();
}

core::Json to_json(const directory::Device& device, const directory::Tenant& tenant,
                   const std::string& owner) {
  core::Json object{{"device", device.id.text()},
                    {"tenant", tenant.id.text()},
                    {"tenant_name", tenant.name},
                    {"domain", tenant.domain},
                    {"name", device.name},
                    {"extension", device.extension},
                    {"display_name", device.display_name},
                    {"algorithm", directory::name_of(device.algorithm)},
                    {"recording", directory::name_of(device.recording)},
                    {"is_enabled", device.is_enabled}};
  if (!device.owner.is_nil()) {
    object["owner"] = device.owner.text();
    object["owner_name"] = owner;
  }
  return object;
}

void show(cli::Context& context, db::Connection& connection, const directory::Device& device,
          const directory::Tenant& tenant) {
  const std::string owner = owner_name(connection, tenant, device);
  context.out().record("device.v1", fields_of_device(device, tenant, owner),
                       to_json(device, tenant, owner));
}

void show_with_password(cli::Context& context, db::Connection& connection,
                        const directory::AddedDevice& added, const directory::Tenant& tenant) {
  const std::string owner = owner_name(connection, tenant, added.device);
  const std::string password(added.password.reveal_text());
  core::Json object = to_json(added.device, tenant, owner);
  object["password"] = password;
  std::vector<cli::Field> fields = fields_of_device(added.device, tenant, owner);
  fields.insert(fields.begin() + 1, {"password", cli::Cell(password, cli::Color::bold)});
  context.out().record("device.v1", fields, std::move(object));
  context.note("the password is shown this once and kept nowhere");
}

}  // namespace trunkline::commands
