// SPDX-License-Identifier: MIT
// The snapshot's local file, "directory.v2": lines of JSON, written and read one at a time, because
// a tree of 100,000 devices would be ten times the file.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/json.h"
#include "core/json_reader.h"
#include "core/json_text.h"
#include "directory/snapshot.h"
#include "os/atomic_file.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;
using core::Json;

/// The line of a device has two ids at least.
constexpr std::size_t kShortestDevice = 100;
constexpr std::int64_t kHighestLimit = 10'000'000;
// 100,000 devices are about 40 MB.
constexpr core::ByteCount kFileLimit{512ULL << 20U};

Json json_of(const Tenant& tenant) {
  return {{"id", tenant.id.text()},
          {"name", tenant.name},
          {"domain", tenant.domain},
          {"is_default", tenant.is_default},
          {"recording", name_of(tenant.recording)}};
}

Json json_of(const Limit& limit) {
  Json json{{"tenant", limit.tenant.text()}};
  if (!limit.device.is_nil()) json["device"] = limit.device.text();
  if (!limit.person.is_nil()) json["person"] = limit.person.text();
  if (limit.max_calls) json["max_calls"] = *limit.max_calls;
  if (limit.calls_per_minute) json["calls_per_minute"] = *limit.calls_per_minute;
  if (limit.max_registrations) json["max_registrations"] = *limit.max_registrations;
  return json;
}

std::string line_of(const Device& device) {
  core::JsonText text;
  text.add("id", device.id.text())
      .add("tenant", device.tenant.text())
      .add("name", device.name)
      .add("extension", device.extension)
      .add("display_name", device.display_name)
      .add("algorithm", name_of(device.algorithm))
      .add("sealed_ha1", device.sealed_ha1)
      .add("recording", name_of(device.recording))
      .add_raw("is_enabled", device.is_enabled ? "true" : "false");
  if (!device.owner.is_nil()) text.add("owner", device.owner.text());
  return std::move(text).finish() + "\n";
}

/// The id; nil where there is none.
template <class Id>
core::Result<Id> id_of(std::string_view text) {
  return text.empty() ? core::Result<Id>(Id{}) : Id::parse(text);
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

core::Result<Device> device_from(const core::JsonReader& json) {
  const auto id = core::DeviceId::parse(json.text_at("id"));
  if (!id) return tl::unexpected(id.error());
  const auto tenant = core::TenantId::parse(json.text_at("tenant"));
  if (!tenant) return tl::unexpected(tenant.error());
  const auto algorithm = parse_digest_algorithm(json.text_at("algorithm"));
  if (!algorithm) return tl::unexpected(algorithm.error());
  const auto recording = parse_recording_mode(json.text_at("recording"));
  if (!recording) return tl::unexpected(recording.error());
  const auto owner = id_of<core::UserId>(json.text_at("owner"));
  if (!owner) return tl::unexpected(owner.error());
  return Device{.id = *id,
                .tenant = *tenant,
                .name = std::string(json.text_at("name")),
                .extension = std::string(json.text_at("extension")),
                .display_name = std::string(json.text_at("display_name")),
                .algorithm = *algorithm,
                .sealed_ha1 = std::string(json.text_at("sealed_ha1")),
                .recording = *recording,
                .is_enabled = json.bool_at("is_enabled"),
                .owner = *owner};
}

core::Result<std::vector<Tenant>> tenants_from(const Json& head) {
  const auto found = head.find("tenants");
  if (found == head.end() || !found->is_array()) {
    return core::fault(ExitCode::data, "cannot read the directory: no list of tenants");
  }
  std::vector<Tenant> tenants;
  tenants.reserve(found->size());
  for (const Json& member : *found) {
    core::Result<Tenant> tenant = tenant_from(member);
    if (!tenant) return tl::unexpected(tenant.error());
    tenants.push_back(std::move(*tenant));
  }
  return tenants;
}

std::optional<std::uint32_t> limit_at(const Json& json, std::string_view key) {
  if (!json.contains(std::string(key))) return std::nullopt;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(core::number_at(json, key), 0, kHighestLimit));
}

/// None where the file is older than limits.
core::Result<std::vector<Limit>> limits_from(const Json& head) {
  std::vector<Limit> limits;
  const auto found = head.find("limits");
  if (found == head.end() || !found->is_array()) return limits;
  limits.reserve(found->size());
  for (const Json& member : *found) {
    const auto tenant = core::TenantId::parse(core::text_at(member, "tenant"));
    if (!tenant) return tl::unexpected(tenant.error());
    const auto device = id_of<core::DeviceId>(core::text_at(member, "device"));
    if (!device) return tl::unexpected(device.error());
    const auto person = id_of<core::UserId>(core::text_at(member, "person"));
    if (!person) return tl::unexpected(person.error());
    limits.push_back({.tenant = *tenant,
                      .device = *device,
                      .person = *person,
                      .max_calls = limit_at(member, "max_calls"),
                      .calls_per_minute = limit_at(member, "calls_per_minute"),
                      .max_registrations = limit_at(member, "max_registrations")});
  }
  return limits;
}

/// The first line of the text, which is taken off it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string to_text(const Snapshot& snapshot) {
  Json head{{"schema", "directory.v2"}, {"version", snapshot.version()}};
  head["tenants"] = Json::array();
  for (const Tenant& tenant : snapshot.tenants()) head["tenants"].push_back(json_of(tenant));
  head["limits"] = Json::array();
  for (const Limit& limit : snapshot.limits()) head["limits"].push_back(json_of(limit));
  head["devices"] = snapshot.devices().size();
  std::string text = core::to_line(head) + "\n";
  for (const Device& device : snapshot.devices()) text += line_of(device);
  return text;
}

core::Result<SnapshotPtr> parse_snapshot(std::string_view text) {
  const core::Result<Json> head = core::parse_json(take_line(text));
  if (!head) return tl::unexpected(head.error());
  if (!head->is_object() || core::text_at(*head, "schema") != "directory.v2") {
    return core::fault(ExitCode::data, "cannot read the directory: it is not a directory.v2");
  }
  const std::int64_t version = core::number_at(*head, "version", -1);
  if (version < 0) return core::fault(ExitCode::data, "cannot read the directory: no version");
  auto tenants = tenants_from(*head);
  if (!tenants) return tl::unexpected(tenants.error());
  auto limits = limits_from(*head);
  if (!limits) return tl::unexpected(limits.error());
  std::vector<Device> devices;
  const std::int64_t count = core::number_at(*head, "devices", -1);
  // Exactly as many, for they stay; a head that promises more than its text can hold is believed
  // no further than that.
  if (count > 0)
    devices.reserve(std::min(static_cast<std::size_t>(count), text.size() / kShortestDevice));
  core::JsonReader reader;
  while (!text.empty()) {
    if (auto line = reader.read(take_line(text)); !line) return tl::unexpected(line.error());
    core::Result<Device> device = device_from(reader);
    if (!device) return tl::unexpected(device.error());
    devices.push_back(std::move(*device));
  }
  if (count < 0 || devices.size() != static_cast<std::uint64_t>(count)) {
    return core::fault(ExitCode::data,
                       fmt::format("cannot read the directory: {} devices where its head says {}",
                                   devices.size(), count));
  }
  return std::make_shared<const Snapshot>(static_cast<std::uint64_t>(version), std::move(*tenants),
                                          std::move(devices), std::move(*limits));
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
