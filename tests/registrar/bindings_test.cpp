// SPDX-License-Identifier: MIT
#include "registrar/bindings.h"

#include <catch2/catch.hpp>

#include "support/numbered.h"

namespace trunkline::registrar {
namespace {

constexpr auto device_of = test::numbered<core::DeviceId>;

core::Time at(int seconds) {
  return core::Time{} + core::Seconds(seconds);
}

Binding binding_of(int device, const std::string& host, int expires) {
  Binding binding;
  binding.device = device_of(device);
  binding.name = "phone" + std::to_string(device);
  binding.contact.uri = {.user = "alice", .host = host, .port = 5061};
  binding.expires_at = at(expires);
  return binding;
}

}  // namespace

TEST_CASE("bindings: each comes back as it was packed, whatever it holds", "[binding]") {
  Binding full = binding_of(1, "10.0.0.5", 600);
  full.tenant = core::TenantId(device_of(9).uuid());
  full.contact.display_name = "Alice \"A\"";
  full.contact.uri.scheme = "sips";
  full.contact.uri.params = "transport=tcp;ob";
  full.contact.uri.headers = "a=b";
  full.contact.expires = 0;
  full.contact.q = "0.3";
  full.contact.instance = std::string(300, 'u');
  full.contact.reg_id = "2";
  full.path = {"<sip:edge@192.0.2.3;lr>", "", std::string(255, 'p')};
  full.flow = {.protocol = sip::Protocol::tcp,
               .peer = {.host = "192.0.2.7", .port = 40'000},
               .local = {.host = "2001:db8::1", .port = 5060}};
  full.call_id = std::string(254, 'c');
  full.cseq = UINT32_MAX;
  full.user_agent = std::string("nul\0in it", 9);
  full.registered_at = at(-5);
  full.nonce = "n";
  full.nonce_count = 7;
  Binding other;
  other.contact.uri = {.scheme = "tel", .opaque = "+4930"};
  const std::string packed = pack(full) + pack(Binding()) + pack(other);
  std::string_view records = packed;
  CHECK(unpack(records) == full);
  CHECK(unpack(records) == Binding());
  CHECK(unpack(records) == other);
  CHECK(records.empty());
}

TEST_CASE("bindings: are counted, replaced and expire by device", "[binding]") {
  Bindings bindings;
  CHECK(bindings.earliest_expiry() == core::Time::max());
  CHECK(bindings.of(device_of(1)).empty());
  bindings.add(binding_of(1, "10.0.0.1", 100));
  bindings.add(binding_of(1, "10.0.0.2", 50));
  bindings.add(binding_of(2, "10.0.0.3", 70));
  CHECK(bindings.size() == 3);
  CHECK(bindings.of(device_of(1)) ==
        std::vector<Binding>{binding_of(1, "10.0.0.1", 100), binding_of(1, "10.0.0.2", 50)});
  CHECK(bindings.earliest_expiry() == at(50));
  CHECK(bindings.with_expired(at(49)).empty());
  CHECK(bindings.with_expired(at(50)) == std::vector{device_of(1)});
  CHECK(bindings.with_expired(at(70)).size() == 2);

  bindings.put(device_of(1), {binding_of(1, "10.0.0.1", 100)});
  CHECK(bindings.size() == 2);
  CHECK(bindings.earliest_expiry() == at(70));
  std::size_t shown = 0;
  bindings.each([&](const Binding& binding) { shown += binding.device == device_of(2) ? 1 : 10; });
  CHECK(shown == 11);
  bindings.put(device_of(2), {});
  bindings.put(device_of(3), {});
  CHECK(bindings.size() == 1);
  CHECK(bindings.with_expired(at(1000)) == std::vector{device_of(1)});
}

}  // namespace trunkline::registrar
