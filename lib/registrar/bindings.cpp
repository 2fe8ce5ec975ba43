// SPDX-License-Identifier: MIT
#include "registrar/bindings.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/bytes.h"

namespace trunkline::registrar {
namespace {

// Records never leave the process, so their layout is nobody's business: numbers are in the
// machine's order, and what is read was written here.

class Packer {
 public:
  template <class Number>
  void number(Number number) {
    const auto* bytes = reinterpret_cast<const char*>(&number);
    record_.append(bytes, sizeof(number));
  }
  void time(core::Time time) { number(core::to_microseconds(time)); }
  /// Most are short: one byte of length, or five.
  void text(std::string_view text) {
    if (text.size() < kLong) {
      number(static_cast<std::uint8_t>(text.size()));
    } else {
      number(kLong);
      number(static_cast<std::uint32_t>(text.size()));
    }
    record_ += text;
  }
  void uuid(const core::Uuid& uuid) { record_ += core::as_text(uuid.bytes()); }
  std::string finish() && { return std::move(record_); }

  static constexpr std::uint8_t kLong = 0xFF;

 private:
  std::string record_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view record) : rest_(record) {}

  template <class Number>
  Number number() {
    Number number{};
    std::memcpy(&number, take(sizeof(number)).data(), sizeof(number));
    return number;
  }
  core::Time time() { return core::from_microseconds(number<std::int64_t>()); }
  std::string text() {
    std::size_t size = number<std::uint8_t>();
    if (size == Packer::kLong) size = number<std::uint32_t>();
    return std::string(take(size));
  }
  core::Uuid uuid() {
    std::array<std::byte, 16> bytes{};
    std::memcpy(bytes.data(), take(bytes.size()).data(), bytes.size());
    return core::Uuid(bytes);
  }

 private:
  std::string_view take(std::size_t size) {
    assert(size <= rest_.size());
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
};

void pack_uri(Packer& packer, const sip::Uri& uri) {
  for (const std::string* text :
       {&uri.scheme, &uri.user, &uri.host, &uri.params, &uri.headers, &uri.opaque}) {
    packer.text(*text);
  }
  packer.number(uri.port);
}

sip::Uri unpack_uri(Unpacker& unpacker) {
  sip::Uri uri;
  for (std::string* text :
       {&uri.scheme, &uri.user, &uri.host, &uri.params, &uri.headers, &uri.opaque}) {
    *text = unpacker.text();
  }
  uri.port = unpacker.number<std::uint16_t>();
  return uri;
}

void pack_endpoint(Packer& packer, const sip::Endpoint& endpoint) {
  packer.text(endpoint.host);
  packer.number(endpoint.port);
}

sip::Endpoint unpack_endpoint(Unpacker& unpacker) {
  sip::Endpoint endpoint;
  endpoint.host = unpacker.text();
  endpoint.port = unpacker.number<std::uint16_t>();
  return endpoint;
}

void pack_contact(Packer& packer, const sip::Contact& contact) {
  packer.text(contact.display_name);
  pack_uri(packer, contact.uri);
  packer.number(contact.expires ? std::int64_t{*contact.expires} : -1);
  packer.text(contact.q);
  packer.text(contact.instance);
  packer.text(contact.reg_id);
}

sip::Contact unpack_contact(Unpacker& unpacker) {
  sip::Contact contact;
  contact.display_name = unpacker.text();
  contact.uri = unpack_uri(unpacker);
  const auto expires = unpacker.number<std::int64_t>();
  if (expires >= 0) contact.expires = static_cast<std::uint32_t>(expires);
  contact.q = unpacker.text();
  contact.instance = unpacker.text();
  contact.reg_id = unpacker.text();
  return contact;
}

/// The first record of a device without its length, which is taken off with it.
std::string_view take_record(std::string_view& records) {
  const auto size = Unpacker(records).number<std::uint32_t>();
  const std::string_view record = records.substr(sizeof(size), size);
  records.remove_prefix(sizeof(size) + size);
  return record;
}

core::Time expiry_of(std::string_view record) {
  return Unpacker(record).time();
}

}  // namespace

std::string pack(const Binding& binding) {
  Packer packer;
  packer.time(binding.expires_at);
  packer.time(binding.registered_at);
  packer.uuid(binding.tenant.uuid());
  packer.uuid(binding.device.uuid());
  packer.text(binding.name);
  pack_contact(packer, binding.contact);
  packer.number(static_cast<std::uint32_t>(binding.path.size()));
  for (const std::string& route : binding.path) packer.text(route);
  packer.number(binding.flow.protocol);
  pack_endpoint(packer, binding.flow.peer);
  pack_endpoint(packer, binding.flow.local);
  packer.text(binding.call_id);
  packer.number(binding.cseq);
  packer.text(binding.user_agent);
  packer.text(binding.nonce);
  packer.number(binding.nonce_count);
  const std::string record = std::move(packer).finish();
  Packer whole;
  whole.number(static_cast<std::uint32_t>(record.size()));
  return std::move(whole).finish() + record;
}

Binding unpack(std::string_view& records) {
  Unpacker unpacker(take_record(records));
  Binding binding;
  binding.expires_at = unpacker.time();
  binding.registered_at = unpacker.time();
  binding.tenant = core::TenantId(unpacker.uuid());
  binding.device = core::DeviceId(unpacker.uuid());
  binding.name = unpacker.text();
  binding.contact = unpack_contact(unpacker);
  binding.path.resize(unpacker.number<std::uint32_t>());
  for (std::string& route : binding.path) route = unpacker.text();
  binding.flow.protocol = unpacker.number<sip::Protocol>();
  binding.flow.peer = unpack_endpoint(unpacker);
  binding.flow.local = unpack_endpoint(unpacker);
  binding.call_id = unpacker.text();
  binding.cseq = unpacker.number<std::uint32_t>();
  binding.user_agent = unpacker.text();
  binding.nonce = unpacker.text();
  binding.nonce_count = unpacker.number<std::uint32_t>();
  return binding;
}

std::vector<Binding> Bindings::of(const core::DeviceId& device) const {
  std::vector<Binding> bindings;
  const auto found = packed_.find(device);
  if (found == packed_.end()) return bindings;
  std::string_view records = found->second;
  while (!records.empty()) bindings.push_back(unpack(records));
  return bindings;
}

void Bindings::put(const core::DeviceId& device, const std::vector<Binding>& bindings) {
  std::string records;
  for (const Binding& binding : bindings) records += pack(binding);
  const auto found = packed_.find(device);
  if (found != packed_.end()) {
    std::string_view before = found->second;
    for (; !before.empty(); --size_) take_record(before);
  }
  size_ += bindings.size();
  if (records.empty()) {
    packed_.erase(device);
    return;
  }
  records.shrink_to_fit();
  packed_[device] = std::move(records);
}

void Bindings::add(const Binding& binding) {
  std::string& records = packed_[binding.device];
  records += pack(binding);
  records.shrink_to_fit();
  ++size_;
}

void Bindings::each(const std::function<void(const Binding&)>& show) const {
  for (const auto& [device, packed] : packed_) {
    std::string_view records = packed;
    while (!records.empty()) show(unpack(records));
  }
}

std::vector<core::DeviceId> Bindings::with_expired(core::Time moment) const {
  std::vector<core::DeviceId> devices;
  for (const auto& [device, packed] : packed_) {
    bool has_expired = false;
    std::string_view records = packed;
    while (!records.empty()) has_expired |= expiry_of(take_record(records)) <= moment;
    if (has_expired) devices.push_back(device);
  }
  return devices;
}

core::Time Bindings::earliest_expiry() const {
  core::Time earliest = core::Time::max();
  for (const auto& [device, packed] : packed_) {
    std::string_view records = packed;
    while (!records.empty()) earliest = std::min(earliest, expiry_of(take_record(records)));
  }
  return earliest;
}

}  // namespace trunkline::registrar
