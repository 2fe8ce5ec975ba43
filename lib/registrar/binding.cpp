// SPDX-License-Identifier: MIT
#include "registrar/binding.h"

#include "core/json.h"

namespace trunkline::registrar {

namespace {

using core::ExitCode;
using core::Json;

core::Result<core::Time> time_at(const Json& json, std::string_view key) {
  return core::parse_rfc3339(core::text_at(json, key));
}

core::Fault unreadable(std::string_view what) {
  return {ExitCode::data, "cannot read a binding: " + std::string(what)};
}

}  // namespace

std::string state_key(const Binding& binding) {
  return binding.device.text() + " " + binding.contact.uri.text();
}

std::string to_text(const Binding& binding) {
  Json json = {{"schema", "binding.v1"},
               {"tenant", binding.tenant.text()},
               {"device", binding.device.text()},
               {"name", binding.name},
               {"contact", binding.contact.uri.text()},
               {"flow", binding.flow.id()},
               {"call_id", binding.call_id},
               {"cseq", binding.cseq},
               {"registered_at", core::to_rfc3339(binding.registered_at)},
               {"expires_at", core::to_rfc3339(binding.expires_at)}};
  const auto set = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  set("display_name", binding.contact.display_name);
  set("q", binding.contact.q);
  set("instance", binding.contact.instance);
  set("reg_id", binding.contact.reg_id);
  set("user_agent", binding.user_agent);
  if (!binding.path.empty()) json["path"] = binding.path;
  if (!binding.nonce.empty()) {
    json["nonce"] = binding.nonce;
    json["nonce_count"] = binding.nonce_count;
  }
  return core::to_line(json);
}

core::Result<Binding> parse_binding(std::string_view text) {
  const auto json = core::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  if (core::text_at(*json, "schema") != "binding.v1") {
    return tl::unexpected(unreadable("not binding.v1"));
  }
  const auto tenant = core::TenantId::parse(core::text_at(*json, "tenant"));
  const auto device = core::DeviceId::parse(core::text_at(*json, "device"));
  const auto uri = sip::Uri::parse(core::text_at(*json, "contact"));
  const auto flow = sip::Flow::parse(core::text_at(*json, "flow"));
  const auto registered_at = time_at(*json, "registered_at");
  const auto expires_at = time_at(*json, "expires_at");
  const std::int64_t cseq = core::number_at(*json, "cseq", -1);
  const std::int64_t nonce_count = core::number_at(*json, "nonce_count");
  if (!tenant || !device) return tl::unexpected(unreadable("no tenant or device"));
  if (!uri || !flow) return tl::unexpected(unreadable("no contact or flow"));
  if (!registered_at || !expires_at) return tl::unexpected(unreadable("a time is missing"));
  if (cseq < 0 || cseq > UINT32_MAX || nonce_count < 0 || nonce_count > UINT32_MAX) {
    return tl::unexpected(unreadable("a number is out of range"));
  }
  Binding binding;
  binding.tenant = *tenant;
  binding.device = *device;
  binding.name = core::text_at(*json, "name");
  binding.contact.display_name = core::text_at(*json, "display_name");
  binding.contact.uri = *uri;
  binding.contact.q = core::text_at(*json, "q");
  binding.contact.instance = core::text_at(*json, "instance");
  binding.contact.reg_id = core::text_at(*json, "reg_id");
  if (const auto path = json->find("path"); path != json->end() && path->is_array()) {
    for (const Json& route : *path) {
      if (route.is_string()) binding.path.push_back(route.get<std::string>());
    }
  }
  binding.flow = *flow;
  binding.call_id = core::text_at(*json, "call_id");
  binding.cseq = static_cast<std::uint32_t>(cseq);
  binding.user_agent = core::text_at(*json, "user_agent");
  binding.registered_at = *registered_at;
  binding.expires_at = *expires_at;
  binding.nonce = core::text_at(*json, "nonce");
  binding.nonce_count = static_cast<std::uint32_t>(nonce_count);
  return binding;
}

std::string registration_body(const Binding& binding, std::string_view reason) {
  Json json = {{"schema", "registration.v1"},
               {"tenant", binding.tenant.text()},
               {"device", binding.device.text()},
               {"name", binding.name},
               {"contact", binding.contact.uri.text()},
               {"address", binding.flow.peer.text()},
               {"transport", sip::name_of(binding.flow.protocol)}};
  if (!binding.user_agent.empty()) json["user_agent"] = binding.user_agent;
  json["expires_at"] = core::to_rfc3339(binding.expires_at);
  json["registered_at"] = core::to_rfc3339(binding.registered_at);
  if (!reason.empty()) json["reason"] = reason;
  return core::to_line(json);
}

}  // namespace trunkline::registrar
