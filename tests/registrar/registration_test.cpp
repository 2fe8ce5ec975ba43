// SPDX-License-Identifier: MIT
#include "registrar/registration.h"

#include <catch2/catch.hpp>

#include <functional>

#include "registrar/register_requests.h"

namespace {

using namespace trunkline;
using namespace trunkline::registrar_test;
using namespace std::chrono_literals;
using registrar::Binding;
using registrar::Change;
using Kind = registrar::Change::Kind;

const registrar::Limits kLimits{};
const registrar::Owner kDigestOwner{
    .tenant = *core::TenantId::parse("0193a000-0000-7000-8000-000000000001"),
    .device = *core::DeviceId::parse("0193a000-0000-7000-8000-000000000002"),
    .name = "alice",
    .nonce = "n1",
    .nonce_count = 3};

registrar::Outcome asked_for(std::vector<Binding> current, const sip::Request& asked,
                             core::Time now = kNow, const registrar::Limits& limits = kLimits) {
  return registrar::apply_register(std::move(current), asked, kDigestOwner, limits, now);
}

std::vector<Binding> registered(const sip::Request& asked) {
  auto outcome = asked_for({}, asked);
  REQUIRE(outcome.reply.status == 200);
  return std::move(outcome.bindings);
}

}  // namespace

TEST_CASE("registration: a contact is bound with where it truly came from", "[registration]") {
  sip::Request asked = request({contact("sip:alice@10.0.0.5:5061;ob", 600)});
  asked.headers = {{"Path", "<sip:edge1@192.0.2.3;lr>, <sip:edge2@192.0.2.4;lr>"}};
  const auto outcome = asked_for({}, asked);
  CHECK(outcome.reply.status == 200);
  CHECK(headers(outcome.reply, "Contact") == Texts{"<sip:alice@10.0.0.5:5061;ob>;expires=600"});
  CHECK(headers(outcome.reply, "Date") == Texts{"Sat, 21 Nov 2026 08:00:00 GMT"});
  REQUIRE(outcome.bindings.size() == 1);
  const Binding& binding = outcome.bindings[0];
  CHECK(binding.device == kDigestOwner.device);
  CHECK(binding.tenant == kDigestOwner.tenant);
  CHECK(binding.name == "alice");
  CHECK(binding.flow == asked.flow);
  CHECK(binding.user_agent == "phone/1");
  CHECK(binding.path == Texts{"<sip:edge1@192.0.2.3;lr>", "<sip:edge2@192.0.2.4;lr>"});
  CHECK(binding.registered_at == kNow);
  CHECK(binding.expires_at == kNow + 600s);
  CHECK(binding.nonce == "n1");
  CHECK(binding.nonce_count == 3);
  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].kind == Kind::bound);
  CHECK(outcome.changes[0].binding == binding);
}

TEST_CASE("registration: how long a contact stays", "[registration]") {
  struct Row {
    std::string what;
    std::optional<std::uint32_t> of_contact;
    std::optional<std::uint32_t> of_request;
    int status;
    std::int64_t seconds;
  };
  const std::vector<Row> rows = {
      {"nothing said", {}, {}, 200, 3600},
      {"the request says", {}, 120, 200, 120},
      {"the contact says otherwise", 90, 120, 200, 90},
      {"the least", 60, {}, 200, 60},
      {"less than the least", 59, {}, 423, 0},
      {"more than the most", 100000, {}, 200, 7200},
      {"the largest number", UINT32_MAX, {}, 200, 7200},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    sip::Request asked = request({contact("sip:a@10.0.0.5", row.of_contact)});
    asked.expires = row.of_request;
    const auto outcome = asked_for({}, asked);
    CHECK(outcome.reply.status == row.status);
    if (row.status == 423) {
      CHECK(headers(outcome.reply, "Min-Expires") == Texts{"60"});
      CHECK(outcome.bindings.empty());
      CHECK(outcome.changes.empty());
    } else {
      CHECK(outcome.bindings[0].expires_at == kNow + core::Seconds(row.seconds));
    }
  }
}

TEST_CASE("registration: a query lists all contacts and changes nothing", "[registration]") {
  sip::Request two = request({contact("sip:a@10.0.0.5", 600), contact("sip:a@10.0.0.6", 120)});
  two.contacts[0].q = "0.5";
  two.contacts[1].instance = "<urn:uuid:1>";
  two.contacts[1].reg_id = "1";
  const auto bindings = registered(two);
  const auto outcome = asked_for(bindings, request({}, 2), kNow + 20s);
  CHECK(outcome.reply.status == 200);
  CHECK(headers(outcome.reply, "Contact") ==
        Texts{"<sip:a@10.0.0.5>;expires=580;q=0.5",
              "<sip:a@10.0.0.6>;expires=100;+sip.instance=\"<urn:uuid:1>\";reg-id=1"});
  CHECK(outcome.bindings == bindings);
  CHECK(outcome.changes.empty());
}

TEST_CASE("registration: a refresh, and what else comes later", "[registration]") {
  const auto bindings = registered(request({contact("sip:a@10.0.0.5", 600)}));
  SECTION("a refresh keeps the binding's beginning") {
    const auto outcome =
        asked_for(bindings, request({contact("sip:a@10.0.0.5", 600)}, 2), kNow + 300s);
    REQUIRE(outcome.bindings.size() == 1);
    CHECK(outcome.bindings[0].registered_at == kNow);
    CHECK(outcome.bindings[0].expires_at == kNow + 900s);
    CHECK(outcome.bindings[0].cseq == 2);
    CHECK(outcome.changes[0].kind == Kind::refreshed);
  }
  SECTION("from another address it has moved") {
    sip::Request asked = request({contact("sip:a@10.0.0.5", 600)}, 2);
    asked.flow.peer.port = 40001;
    const auto outcome = asked_for(bindings, asked);
    CHECK(outcome.changes[0].kind == Kind::moved);
    CHECK(outcome.bindings[0].flow.peer.port == 40001);
  }
  SECTION("expires 0 removes it") {
    const auto outcome = asked_for(bindings, request({contact("sip:a@10.0.0.5", 0)}, 2));
    CHECK(outcome.bindings.empty());
    REQUIRE(outcome.changes.size() == 1);
    CHECK(outcome.changes[0].kind == Kind::unbound);
    CHECK(outcome.changes[0].reason == "removed");
    CHECK(headers(outcome.reply, "Contact").empty());
  }
  SECTION("removing what is not there is fine") {
    const auto outcome = asked_for(bindings, request({contact("sip:b@10.0.0.9", 0)}, 2));
    CHECK(outcome.reply.status == 200);
    CHECK(outcome.bindings == bindings);
  }
  SECTION("a lower CSeq does not replace a binding") {
    auto later = asked_for(bindings, request({contact("sip:a@10.0.0.5", 600)}, 5)).bindings;
    const auto outcome = asked_for(later, request({contact("sip:a@10.0.0.5", 0)}, 4));
    CHECK(outcome.reply.status == 500);
    CHECK(outcome.reply.phrase == "CSeq Out of Order");
    CHECK(outcome.bindings == later);
  }
  SECTION("the same CSeq is the same request again") {
    const auto outcome = asked_for(bindings, request({contact("sip:a@10.0.0.5", 600)}, 1));
    CHECK(outcome.reply.status == 200);
    CHECK(outcome.bindings == bindings);
  }
  SECTION("another Call-ID has a CSeq of its own: the phone was restarted") {
    sip::Request asked = request({contact("sip:a@10.0.0.5", 600)}, 0);
    asked.call_id = "call-2";
    CHECK(asked_for(bindings, asked).reply.status == 200);
  }
  SECTION("what has expired is gone, and said to be") {
    const auto outcome = asked_for(bindings, request({}, 2), kNow + 600s);
    CHECK(outcome.bindings.empty());
    REQUIRE(outcome.changes.size() == 1);
    CHECK(outcome.changes[0].reason == "expired");
  }
  SECTION("an instance's flow has one contact") {
    sip::Request asked = request({contact("sip:a@10.0.0.5", 600)}, 2);
    asked.contacts[0].instance = "<urn:uuid:1>";
    asked.contacts[0].reg_id = "1";
    const auto known = asked_for(bindings, asked).bindings;
    asked.cseq = 3;
    asked.contacts[0].uri = *sip::Uri::parse("sip:a@10.0.0.99");
    const auto outcome = asked_for(known, asked);
    REQUIRE(outcome.bindings.size() == 1);
    CHECK(outcome.bindings[0].contact.uri.host == "10.0.0.99");
    REQUIRE(outcome.changes.size() == 2);
    CHECK(outcome.changes[0].kind == Kind::unbound);
    CHECK(outcome.changes[0].reason == "replaced");
    CHECK(outcome.changes[1].kind == Kind::bound);
  }
}

TEST_CASE("registration: the asterisk removes everything, alone and with expires 0",
          "[registration]") {
  const auto bindings = registered(request({contact("sip:a@10.0.0.5"), contact("sip:a@10.0.0.6")}));
  sip::Request star = request({}, 2);
  star.is_contact_star = true;
  struct Row {
    std::string what;
    std::optional<std::uint32_t> expires;
    std::vector<sip::Contact> contacts;
    std::uint32_t cseq;
    int status;
  };
  const std::vector<Row> rows = {
      {"as it should be", 0, {}, 2, 200},
      {"without expires", {}, {}, 2, 400},
      {"with an hour", 3600, {}, 2, 400},
      {"beside a contact", 0, {contact("sip:a@10.0.0.5")}, 2, 400},
      {"late", 0, {}, 0, 500},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    sip::Request asked = star;
    asked.expires = row.expires;
    asked.contacts = row.contacts;
    asked.cseq = row.cseq;
    const auto outcome = asked_for(bindings, asked);
    CHECK(outcome.reply.status == row.status);
    CHECK(outcome.bindings.size() == (row.status == 200 ? 0 : 2));
    CHECK(outcome.changes.size() == (row.status == 200 ? 2 : 0));
  }
}

TEST_CASE("registration: all or nothing", "[registration]") {
  const auto bindings = registered(request({contact("sip:a@10.0.0.5")}));
  struct Row {
    std::string what;
    std::vector<sip::Contact> contacts;
    int status;
  };
  const std::vector<Row> rows = {
      {"one is too brief", {contact("sip:a@10.0.0.6"), contact("sip:a@10.0.0.7", 1)}, 423},
      {"one comes twice", {contact("sip:a@10.0.0.6"), contact("sip:a@10.0.0.6")}, 400},
      {"one is a telephone", {contact("sip:a@10.0.0.6"), contact("tel:+49301")}, 400},
      {"one is secure", {contact("sips:a@10.0.0.6")}, 400},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const auto outcome = asked_for(bindings, request(row.contacts, 2));
    CHECK(outcome.reply.status == row.status);
    CHECK(outcome.bindings == bindings);
    CHECK(outcome.changes.empty());
  }
}

TEST_CASE("registration: a device has so many contacts and no more", "[registration]") {
  std::vector<Binding> bindings;
  for (int i = 0; i < 10; ++i) {
    bindings = asked_for(bindings, request({contact("sip:a@10.0.0." + std::to_string(i))},
                                           static_cast<std::uint32_t>(i)))
                   .bindings;
  }
  CHECK(bindings.size() == 10);
  const auto outcome = asked_for(bindings, request({contact("sip:a@10.0.1.1")}, 20));
  CHECK(outcome.reply.status == 403);
  CHECK(outcome.reply.phrase == "More Than 10 Contacts");
  CHECK(outcome.bindings == bindings);
  // One goes as another comes.
  CHECK(asked_for(bindings, request({contact("sip:a@10.0.0.1", 0), contact("sip:a@10.0.1.1")}, 20))
            .reply.status == 200);
}

TEST_CASE("binding: survives as text", "[binding]") {
  sip::Request asked = request({contact("sip:alice@10.0.0.5:5061;ob", 600)});
  asked.contacts[0].q = "0.3";
  asked.contacts[0].instance = "<urn:uuid:1>";
  asked.contacts[0].reg_id = "2";
  asked.contacts[0].display_name = "Alice \"A\"";
  asked.headers = {{"Path", "<sip:edge@192.0.2.3;lr>"}};
  const Binding binding = registered(asked).front();
  core::JsonReader reader;
  const auto read = registrar::parse_binding(reader, registrar::to_text(binding));
  REQUIRE(read);
  CHECK(*read == binding);
  for (const char* text : {"", "{}", "{\"schema\":\"binding.v1\"}", "[1]"}) {
    INFO(text);
    CHECK_FALSE(registrar::parse_binding(reader, text));
  }
  CHECK(registrar::registration_body(binding, "expired") ==
        R"({"schema":"registration.v1","tenant":"0193a000-0000-7000-8000-000000000001",)"
        R"("device":"0193a000-0000-7000-8000-000000000002","name":"alice",)"
        R"("contact":"sip:alice@10.0.0.5:5061;ob","address":"192.0.2.7:40000",)"
        R"("transport":"udp","user_agent":"phone/1","expires_at":"2026-11-21T08:10:00.000000Z",)"
        R"("registered_at":"2026-11-21T08:00:00.000000Z","reason":"expired"})");
}
