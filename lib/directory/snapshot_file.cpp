// SPDX-License-Identifier: MIT
// The snapshot's local file: one JSON object, "directory.v1".
#include <fmt/format.h>

#include "core/json.h"
#include "directory/snapshot.h"
#include "os/atomic_file.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;
using core::Json;

// 100,000 devices are about 40 MB.
constexpr core::ByteCount kFileLimit{512ULL << 20U};

Json json_of(const Tenant& tenant) {
  return {{"id", tenant.id.text()},
          {"name", tenant.name},
          {"domain", tenant.domain},
          {"is_default", tenant.is_default},
          {"recording", name_of(tenant.recording)}};
}

Json json_of(const Device& device) {
  return {{"id", device.id.text()},
          {"tenant", device.tenant.text()},
          {"name", device.name},
          {"extension", device.extension},
          {"display_name", device.display_name},
          {"algorithm", name_of(device.algorithm)},
          {"sealed_ha1", device.sealed_ha1},
          {"recording", name_of(device.recording)},
          {"is_enabled", device.is_enabled}};
}

core::Result<Tenant> tenant_from(const Json& json) {
  const auto id = core::TenantId::parse(core::text_at(json, "id"));
  if (!id) return tl::unexpected(id.error());
  const auto recording = parse_recording_mode(core::text_at(json, "recording"));
  if (!recording) return tl::unexpected(recording.error());
  return Tenant{.id = *id,
                .name = core::text_at(json, "name"),
                .domain = core::text_at(json, "domain"),
                .is_default = core::bool_at(json, "is_default"),
                .recording = *recording};
}

core::Result<Device> device_from(const Json& json) {
  const auto id = core::DeviceId::parse(core::text_at(json, "id"));
  if (!id) return tl::unexpected(id.error());
  const auto tenant = core::TenantId::parse(core::text_at(json, "tenant"));
  if (!tenant) return tl::unexpected(tenant.error());
  const auto algorithm = parse_digest_algorithm(core::text_at(json, "algorithm"));
  if (!algorithm) return tl::unexpected(algorithm.error());
  const auto recording = parse_recording_mode(core::text_at(json, "recording"));
  if (!recording) return tl::unexpected(recording.error());
  return Device{.id = *id,
                .tenant = *tenant,
                .name = core::text_at(json, "name"),
                .extension = core::text_at(json, "extension"),
                .display_name = core::text_at(json, "display_name"),
                .algorithm = *algorithm,
                .sealed_ha1 = core::text_at(json, "sealed_ha1"),
                .recording = *recording,
                .is_enabled = core::bool_at(json, "is_enabled")};
}

/// The members of an array, each read by `read`; a fault if it is no array or one does not read.
template <class T, class Read>
core::Result<std::vector<T>> list_from(const Json& json, const char* key, Read read) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) {
    return core::fault(ExitCode::data, fmt::format("cannot find the list '{}'", key));
  }
  std::vector<T> list;
  list.reserve(found->size());
  for (const Json& member : *found) {
    core::Result<T> value = read(member);
    if (!value) return tl::unexpected(value.error());
    list.push_back(std::move(*value));
  }
  return list;
}

}  // namespace

std::string to_text(const Snapshot& snapshot) {
  Json json{{"schema", "directory.v1"}, {"version", snapshot.version()}};
  json["tenants"] = Json::array();
  for (const Tenant& tenant : snapshot.tenants()) json["tenants"].push_back(json_of(tenant));
  json["devices"] = Json::array();
  for (const Device& device : snapshot.devices()) json["devices"].push_back(json_of(device));
  return core::to_line(json) + "\n";
}

core::Result<SnapshotPtr> parse_snapshot(std::string_view text) {
  const core::Result<Json> json = core::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  if (!json->is_object() || core::text_at(*json, "schema") != "directory.v1") {
    return core::fault(ExitCode::data, "cannot read the directory: it is not a directory.v1");
  }
  const std::int64_t version = core::number_at(*json, "version", -1);
  if (version < 0) return core::fault(ExitCode::data, "cannot read the directory: no version");
  auto tenants = list_from<Tenant>(*json, "tenants", tenant_from);
  if (!tenants) return tl::unexpected(tenants.error());
  auto devices = list_from<Device>(*json, "devices", device_from);
  if (!devices) return tl::unexpected(devices.error());
  return std::make_shared<const Snapshot>(static_cast<std::uint64_t>(version), std::move(*tenants),
                                          std::move(*devices));
}

core::Result<void> save(const Snapshot& snapshot, const std::filesystem::path& file) {
  return os::write_atomically(file, core::as_bytes(to_text(snapshot)), 0600);
}

core::Result<SnapshotPtr> load_file(const std::filesystem::path& file) {
  const core::Result<std::string> text = os::read_text_file(file, kFileLimit);
  if (!text) return tl::unexpected(text.error());
  core::Result<SnapshotPtr> snapshot = parse_snapshot(*text);
  if (!snapshot) {
    snapshot.error().message = fmt::format("cannot read the directory file '{}': {}", file.string(),
                                           snapshot.error().message);
  }
  return snapshot;
}

}  // namespace trunkline::directory
