// SPDX-License-Identifier: MIT
#include "registrar/binding.h"

#include <utility>

#include "core/json_text.h"

namespace trunkline::registrar {

namespace {

using core::ExitCode;

core::Result<core::Time> time_at(const core::JsonReader& json, std::string_view key) {
  return core::parse_rfc3339(json.text_at(key));
}

core::Fault unreadable(std::string_view what) {
  return {ExitCode::data, "cannot read a binding: " + std::string(what)};
}

}  // namespace

std::string state_key(const Binding& binding) {
  return binding.device.text() + " " + binding.contact.uri.text();
}

std::string to_text(const Binding& binding) {
  core::JsonText text;
  text.add("schema", "binding.v1")
      .add("tenant", binding.tenant.text())
      .add("device", binding.device.text())
      .add("name", binding.name)
      .add("contact", binding.contact.uri.text())
      .add("flow", binding.flow.id())
      .add("call_id", binding.call_id)
      .add("cseq", binding.cseq)
      .add("registered_at", core::to_rfc3339(binding.registered_at))
      .add("expires_at", core::to_rfc3339(binding.expires_at))
      .add_some("display_name", binding.contact.display_name)
      .add_some("q", binding.contact.q)
      .add_some("instance", binding.contact.instance)
      .add_some("reg_id", binding.contact.reg_id)
      .add_some("user_agent", binding.user_agent);
  if (!binding.path.empty()) text.add("path", binding.path);
  if (!binding.nonce.empty()) {
    text.add("nonce", binding.nonce).add("nonce_count", binding.nonce_count);
  }
  return std::move(text).finish();
}

core::Result<Binding> parse_binding(core::JsonReader& json, std::string_view text) {
  if (auto read = json.read(text); !read) return tl::unexpected(read.error());
  if (json.text_at("schema") != "binding.v1") {
    return tl::unexpected(unreadable("not binding.v1"));
  }
  const auto tenant = core::TenantId::parse(json.text_at("tenant"));
  const auto device = core::DeviceId::parse(json.text_at("device"));
  const auto uri = sip::Uri::parse(json.text_at("contact"));
  const auto flow = sip::Flow::parse(json.text_at("flow"));
  const auto registered_at = time_at(json, "registered_at");
  const auto expires_at = time_at(json, "expires_at");
  const std::int64_t cseq = json.number_at("cseq", -1);
  const std::int64_t nonce_count = json.number_at("nonce_count");
  if (!tenant || !device) return tl::unexpected(unreadable("no tenant or device"));
  if (!uri || !flow) return tl::unexpected(unreadable("no contact or flow"));
  if (!registered_at || !expires_at) return tl::unexpected(unreadable("a time is missing"));
  if (cseq < 0 || cseq > UINT32_MAX || nonce_count < 0 || nonce_count > UINT32_MAX) {
    return tl::unexpected(unreadable("a number is out of range"));
  }
  Binding binding;
  binding.tenant = *tenant;
  binding.device = *device;
  binding.name = json.text_at("name");
  binding.contact.display_name = json.text_at("display_name");
  binding.contact.uri = *uri;
  binding.contact.q = json.text_at("q");
  binding.contact.instance = json.text_at("instance");
  binding.contact.reg_id = json.text_at("reg_id");
  json.for_each_text("path", [&](std::string_view route) { binding.path.emplace_back(route); });
  binding.flow = *flow;
  binding.call_id = json.text_at("call_id");
  binding.cseq = static_cast<std::uint32_t>(cseq);
  binding.user_agent = json.text_at("user_agent");
  binding.registered_at = *registered_at;
  binding.expires_at = *expires_at;
  binding.nonce = json.text_at("nonce");
  binding.nonce_count = static_cast<std::uint32_t>(nonce_count);
  return binding;
}

std::string registration_body(const Binding& binding, std::string_view reason) {
  core::JsonText text;
  text.add("schema", "registration.v1")
      .add("tenant", binding.tenant.text())
      .add("device", binding.device.text())
      .add("name", binding.name)
      .add("contact", binding.contact.uri.text())
      .add("address", binding.flow.peer.text())
      .add("transport", sip::name_of(binding.flow.protocol))
      .add_some("user_agent", binding.user_agent)
      .add("expires_at", core::to_rfc3339(binding.expires_at))
      .add("registered_at", core::to_rfc3339(binding.registered_at))
      .add_some("reason", reason);
  return std::move(text).finish();
}

}  // namespace trunkline::registrar
