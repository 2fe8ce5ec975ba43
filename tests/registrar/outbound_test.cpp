// SPDX-License-Identifier: MIT
#include "registrar/outbound.h"

#include <catch2/catch.hpp>

#include "registrar/gruu.h"
#include "registrar/register_requests.h"
#include "registrar/registration.h"

namespace {

using namespace trunkline;
using namespace trunkline::registrar_test;

const std::string kInstance = "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";

sip::Contact outbound_contact(std::string_view uri, std::string instance, std::string reg_id = {}) {
  return {.uri = *sip::Uri::parse(uri),
          .expires = {},
          .instance = std::move(instance),
          .reg_id = std::move(reg_id)};
}

registrar::Owner owner(registrar::Gruus* gruus = nullptr) {
  return {.tenant = *core::TenantId::parse("0193a000-0000-7000-8000-000000000001"),
          .device = *core::DeviceId::parse("0193a000-0000-7000-8000-000000000002"),
          .name = "alice",
          .domain = "example.org",
          .gruus = gruus};
}

registrar::Outcome asked_with(const sip::Request& asked, registrar::Gruus* gruus = nullptr,
                              std::vector<registrar::Binding> current = {}) {
  return registrar::apply_register(std::move(current), asked, owner(gruus), {}, kNow);
}

/// The value of ;name="..." in a Contact.
std::string quoted_param(const std::string& contact, const std::string& name) {
  const auto begin = contact.find(name + "=\"");
  if (begin == std::string::npos) return {};
  const auto from = begin + name.size() + 2;
  return contact.substr(from, contact.find('"', from) - from);
}

}  // namespace

TEST_CASE("outbound: when flows are kept, and when not", "[outbound]") {
  struct Row {
    std::string what;
    std::vector<sip::Contact> contacts;
    Texts supported;
    std::size_t vias;
    std::string path;
    int status;
    bool is_outbound;
  };
  const auto flow = outbound_contact("sip:a@10.0.0.5", kInstance, "1");
  auto leaving = contact("sip:a@10.0.0.6");
  leaving.expires = 0;
  const std::vector<Row> rows = {
      {"straight to us", {flow}, {"path", "outbound"}, 1, "", 200, true},
      {"it does not know of it", {flow}, {"path"}, 1, "", 200, false},
      {"no reg-id",
       {outbound_contact("sip:a@10.0.0.5", kInstance)},
       {"outbound"},
       1,
       "",
       200,
       false},
      {"no instance",
       {outbound_contact("sip:a@10.0.0.5", "", "1")},
       {"outbound"},
       1,
       "",
       200,
       false},
      {"an edge that keeps flows", {flow}, {"outbound"}, 2, "<sip:e@192.0.2.3;lr;ob>", 200, true},
      {"behind another proxy",
       {flow},
       {"OUTBOUND"},
       3,
       "<sip:p@192.0.2.4;lr>, <sip:e@192.0.2.3;ob;lr>",
       200,
       true},
      {"a proxy that does not", {flow}, {"outbound"}, 2, "<sip:e@192.0.2.3;lr>", 439, false},
      {"a proxy without a path", {flow}, {"outbound"}, 2, "", 439, false},
      {"the same without outbound", {flow}, {}, 2, "<sip:e@192.0.2.3;lr>", 200, false},
      {"two contacts at once", {flow, contact("sip:a@10.0.0.6")}, {"outbound"}, 1, "", 400, false},
      {"one that leaves meanwhile", {flow, leaving}, {"outbound"}, 1, "", 200, true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    sip::Request asked = request(row.contacts);
    asked.supported = row.supported;
    asked.via_count = row.vias;
    if (!row.path.empty()) asked.headers = {{"Path", row.path}};
    const auto outcome = asked_with(asked);
    CHECK(outcome.reply.status == row.status);
    CHECK(headers(outcome.reply, "Require") == (row.is_outbound ? Texts{"outbound"} : Texts{}));
    CHECK(outcome.bindings.empty() == (row.status != 200));
    if (row.status == 439) CHECK(outcome.reply.phrase == "First Hop Lacks Outbound Support");
  }
}

TEST_CASE("outbound: a phone whose flow ends here is told how long it may be silent",
          "[outbound]") {
  sip::Request asked = request({outbound_contact("sip:a@10.0.0.5", kInstance, "1")});
  const auto told = [&](core::Seconds timer) {
    return headers(registrar::apply_register({}, asked, owner(), {.flow_timer = timer}, kNow).reply,
                   "Flow-Timer");
  };
  CHECK(told(core::Seconds(90)).empty());
  asked.supported = {"outbound"};
  CHECK(told(core::Seconds(90)) == Texts{"90"});
  CHECK(told(core::Seconds(0)).empty());
  // Behind an edge proxy the flow is that proxy's.
  asked.via_count = 2;
  asked.headers = {{"Path", "<sip:e@192.0.2.3;lr;ob>"}};
  CHECK(told(core::Seconds(90)).empty());
}

TEST_CASE("outbound: the path is told who knows it, and kept in any case", "[outbound]") {
  sip::Request asked = request({contact("sip:a@10.0.0.5")});
  asked.headers = {{"Path", "<sip:e@192.0.2.3;lr;x=1,2>, <sip:f@192.0.2.4;lr>"},
                   {"path", "<sip:g@192.0.2.5;lr>"}};
  const Texts path{"<sip:e@192.0.2.3;lr;x=1,2>", "<sip:f@192.0.2.4;lr>", "<sip:g@192.0.2.5;lr>"};
  const auto unaware = asked_with(asked);
  CHECK(headers(unaware.reply, "Path").empty());
  CHECK(unaware.bindings.at(0).path == path);
  CHECK(headers(unaware.reply, "Supported") == Texts{"path, outbound, gruu"});
  asked.supported = {"path"};
  CHECK(headers(asked_with(asked).reply, "Path") ==
        Texts{"<sip:e@192.0.2.3;lr;x=1,2>, <sip:f@192.0.2.4;lr>, <sip:g@192.0.2.5;lr>"});
}

TEST_CASE("outbound: an instance has a binding for each of its flows", "[outbound]") {
  const auto first =
      asked_with(request({outbound_contact("sip:a@10.0.0.5", kInstance, "1")})).bindings;
  auto both = asked_with(request({outbound_contact("sip:a@10.0.0.5:5062", kInstance, "2")}),
                         nullptr, first);
  CHECK(both.bindings.size() == 2);
  auto again = request({outbound_contact("sip:a@10.0.0.9", kInstance, "2")});
  again.cseq = 2;
  CHECK(asked_with(again, nullptr, both.bindings).bindings.size() == 2);
}

TEST_CASE("gruu: offered to who asks for it, with an instance", "[gruu]") {
  registrar::Gruus gruus{core::Secret(std::string_view("a key of the site"))};
  sip::Request asked = request({outbound_contact("sip:a@10.0.0.5", kInstance)});
  CHECK(quoted_param(headers(asked_with(asked, &gruus).reply, "Contact").at(0), "pub-gruu") == "");
  asked.supported = {"gruu"};
  const auto outcome = asked_with(asked, &gruus);
  const std::string told = headers(outcome.reply, "Contact").at(0);
  CHECK(quoted_param(told, "pub-gruu") ==
        "sip:alice@example.org;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  const auto temporary = sip::Uri::parse(quoted_param(told, "temp-gruu"));
  REQUIRE(temporary);
  CHECK(temporary->param("gr") == "");
  CHECK(temporary->host == "example.org");
  const registrar::Binding& binding = outcome.bindings.at(0);
  CHECK(gruus.device_in(temporary->user) == binding.device);
  CHECK(gruus.leads_to(temporary->user, binding));
  CHECK(registrar::names_instance("URN:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", binding));
  CHECK_FALSE(registrar::names_instance("urn:uuid:0", binding));
  CHECK_FALSE(registrar::names_instance("", binding));
  SECTION("each is another, and all lead there") {
    const auto second = *sip::Uri::parse(gruus.temporary(binding, "example.org"));
    CHECK(second.user != temporary->user);
    CHECK(gruus.leads_to(second.user, binding));
    CHECK(gruus.leads_to(temporary->user, binding));
  }
  SECTION("not to another instance, nor after a restart of the phone") {
    registrar::Binding other = binding;
    other.contact.instance = "<urn:uuid:0>";
    CHECK_FALSE(gruus.leads_to(temporary->user, other));
    other = binding;
    other.call_id = "call-2";
    CHECK_FALSE(gruus.leads_to(temporary->user, other));
  }
  SECTION("nor by another site's key, nor when a digit is another") {
    registrar::Gruus others{core::Secret(std::string_view("another key"))};
    CHECK_FALSE(others.leads_to(temporary->user, binding));
    std::string forged = temporary->user;
    forged.back() = forged.back() == '0' ? '1' : '0';
    CHECK_FALSE(gruus.leads_to(forged, binding));
    for (const char* user : {"", "tgruu.", "tgruu.00", "alice", "tgruu.zz"}) {
      CHECK_FALSE(gruus.leads_to(user, binding));
      CHECK_FALSE(gruus.device_in(user));
    }
  }
  SECTION("a contact must be none") {
    sip::Request loop = request({contact("sip:alice@example.org;gr=urn:uuid:1")});
    CHECK(asked_with(loop, &gruus).reply.status == 403);
  }
  SECTION("without an instance there is none") {
    sip::Request plain = request({contact("sip:a@10.0.0.5")});
    plain.supported = {"gruu"};
    CHECK(headers(asked_with(plain, &gruus).reply, "Contact").at(0).find("gruu") ==
          std::string::npos);
  }
}
