// SPDX-License-Identifier: MIT
#include "exchange/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace trunkline::exchange {
namespace {

bool is_same_phone(const registrar::Binding& left, const registrar::Binding& right) {
  return !left.contact.instance.empty() && left.contact.instance == right.contact.instance;
}

/// Those of one instance behind the first of them; the order is kept otherwise.
void gather_instances(std::vector<registrar::Binding>& bindings) {
  for (auto first = bindings.begin(); first != bindings.end();) {
    first = std::stable_partition(
        std::next(first), bindings.end(),
        [phone = *first](const registrar::Binding& other) { return is_same_phone(phone, other); });
  }
}

}  // namespace

Targets targets_for(std::vector<registrar::Binding> bindings, const sip::Outgoing& like,
                    core::CallRef call, std::size_t first) {
  gather_instances(bindings);
  Targets all;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    registrar::Binding& binding = bindings[i];
    const bool is_spare = i > 0 && is_same_phone(bindings[i - 1], binding);
    // The call's id in every leg's Call-ID: one word finds a call in anybody's trace.
    const std::string call_id = fmt::format("{}.{}", call.text(), first + i);
    all.targets.push_back(
        {.call_id = call_id,
         .address = binding.flow.empty() ? binding.contact.uri.host : binding.flow.peer.text(),
         .is_spare = is_spare});
    sip::Outgoing outgoing = like;
    outgoing.target = binding.contact.uri;
    outgoing.flow = binding.flow;
    outgoing.call_id = call_id;
    outgoing.routes = binding.path;
    all.outgoing.push_back(std::move(outgoing));
  }
  return all;
}

call::Party party_of(const directory::Device& device) {
  return {.device = device.id, .name = device.name, .number = device.extension};
}

sip::Party address_of(const directory::Device& device, const directory::Tenant& tenant) {
  sip::Party party;
  party.display_name = device.display_name;
  party.uri.user = device.extension.empty() ? device.name : device.extension;
  party.uri.host = tenant.domain;
  return party;
}

std::string recording_level_of(const directory::Device& device) {
  if (device.recording == directory::RecordingMode::inherit) return "tenant";
  return fmt::format("device {}", device.name);
}

}  // namespace trunkline::exchange
