// SPDX-License-Identifier: MIT
#include "registrar/registrar.h"

#include <catch2/catch.hpp>

#include "journal/journal.h"
#include "journal/reader.h"
#include "registrar/authenticator.h"
#include "registrar/register_requests.h"
#include "sip/loopback.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace {

using namespace trunkline;
using namespace trunkline::registrar_test;
using namespace trunkline::sip_test;
using Verdict = registrar::Authentication::Verdict;

const auto kTenant = *core::TenantId::parse("0193a000-0000-7000-8000-000000000001");
const auto kAlice = *core::DeviceId::parse("0193a000-0000-7000-8000-000000000002");
const auto kSleepy = *core::DeviceId::parse("0193a000-0000-7000-8000-000000000003");
const auto kModern = *core::DeviceId::parse("0193a000-0000-7000-8000-000000000004");

directory::SnapshotPtr site() {
  return std::make_shared<directory::Snapshot>(
      1,
      std::vector<directory::Tenant>{
          {.id = kTenant, .name = "main", .domain = "example.org", .is_default = true}},
      std::vector<directory::Device>{{.id = kAlice,
                                      .tenant = kTenant,
                                      .name = "alice",
                                      .extension = "101",
                                      .display_name = "",
                                      .sealed_ha1 = "secret"},
                                     {.id = kSleepy,
                                      .tenant = kTenant,
                                      .name = "sleepy",
                                      .extension = "102",
                                      .display_name = "",
                                      .sealed_ha1 = "secret",
                                      .is_enabled = false},
                                     {.id = kModern,
                                      .tenant = kTenant,
                                      .name = "modern",
                                      .extension = "103",
                                      .display_name = "",
                                      .algorithm = directory::DigestAlgorithm::sha256,
                                      .sealed_ha1 = "secret"}});
}

/// The box of these tests holds the password.
core::Result<core::Secret> open_ha1(const directory::Device& device) {
  if (device.sealed_ha1.empty()) return core::fault(core::ExitCode::data, "no box");
  return sip::digest_ha1(device.algorithm == directory::DigestAlgorithm::md5
                             ? sip::DigestHash::md5
                             : sip::DigestHash::sha256,
                         device.name, "example.org", device.sealed_ha1);
}

/// A registrar on a journal of its own.
struct Desk {
  explicit Desk(const std::filesystem::path& path, test::FakeClock& fake)
      : clock(fake),
        journal(journal::Journal::open(path)),
        desk(world.root, *journal, clock, {}, core::Secret(std::string_view("key"))) {}

  std::vector<std::string> kinds() {
    REQUIRE(journal->flush());
    std::vector<std::string> found;
    const journal::JournalReader reader(journal->path());
    for (const auto& entry : reader.entries_after(journal::Sequence{}, 100)) {
      found.push_back(entry.entry.kind);
    }
    return found;
  }
  std::vector<std::pair<std::string, std::string>> stored() {
    REQUIRE(journal->flush());
    return journal::JournalReader(journal->path()).state("binding");
  }

  World world;
  test::FakeClock& clock;
  std::unique_ptr<journal::Journal> journal;
  registrar::Registrar desk;
};

sip::Request register_request(std::string_view uri, std::uint32_t expires, std::uint32_t cseq) {
  sip::Request made = request({contact(uri, expires)}, cseq);
  made.uri = *sip::Uri::parse("sip:example.org");
  made.from.uri = made.to.uri = *sip::Uri::parse("sip:alice@example.org");
  return made;
}

const registrar::Owner kOwner{.tenant = kTenant, .device = kAlice, .name = "alice"};

}  // namespace

TEST_CASE("registrar: bindings are journaled, expire, and survive a restart", "[registrar]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  test::FakeClock clock;
  {
    Desk first(path, clock);
    CHECK(first.desk.apply(register_request("sip:a@10.0.0.5", 600, 1), kOwner).status == 200);
    CHECK(first.desk.apply(register_request("sip:a@10.0.0.6", 120, 2), kOwner).status == 200);
    clock.advance(10s);
    CHECK(first.desk.apply(register_request("sip:a@10.0.0.5", 600, 3), kOwner).status == 200);
    CHECK(first.desk.lookup(kAlice).size() == 2);
    CHECK(first.kinds() == Texts{"registration.bound", "registration.bound"});
    CHECK(first.stored().size() == 2);
  }
  clock.advance(2min);
  Desk second(path, clock);
  CHECK(second.desk.load(second.stored()) == 1);
  REQUIRE(second.desk.lookup(kAlice).size() == 1);
  CHECK(second.desk.lookup(kAlice)[0].contact.uri.host == "10.0.0.5");
  CHECK(second.desk.lookup(kAlice)[0].cseq == 3);
  CHECK(second.kinds() ==
        Texts{"registration.bound", "registration.bound", "registration.unbound"});
  CHECK(second.stored().size() == 1);
  CHECK(second.desk.all().size() == 1);

  SECTION("the timer unbinds what has expired") {
    std::vector<registrar::Change> changes;
    second.desk.on_change([&](const registrar::Change& change) { changes.push_back(change); });
    clock.advance(10min);
    CHECK(second.desk.lookup(kAlice).empty());
    second.world.push_time(2s);
    REQUIRE(second.world.until([&] { return changes.size() == 1; }));
    CHECK(changes[0].reason == "expired");
    CHECK(second.desk.size() == 0);
    CHECK(second.stored().empty());
  }
  SECTION("a step of the wall clock unbinds nothing") {
    clock.step_wall(1h);
    CHECK(second.desk.lookup(kAlice).size() == 1);
    clock.step_wall(-2h);
    CHECK(second.desk.lookup(kAlice).size() == 1);
    // Records follow the wall clock.
    CHECK(second.desk.all()[0].expires_at > clock.wall());
    CHECK(second.desk.all()[0].expires_at < clock.wall() + 10min);
  }
  SECTION("a device that goes takes its bindings along") {
    second.desk.unbind(kAlice, "device removed");
    CHECK(second.desk.size() == 0);
    CHECK(second.stored().empty());
    CHECK(second.kinds().back() == "registration.unbound");
  }
}

TEST_CASE("registrar: what is stored and cannot be read is dropped", "[registrar]") {
  const test::TemporaryDirectory directory;
  test::FakeClock clock;
  Desk desk(directory.path() / "journal.db", clock);
  desk.journal->change_state({{.kind = "binding", .key = "x", .value = "nonsense"}});
  CHECK(desk.desk.load(desk.stored()) == 0);
  CHECK(desk.stored().empty());
}

TEST_CASE("registrar: the preferred contact comes first", "[registrar]") {
  const test::TemporaryDirectory directory;
  test::FakeClock clock;
  Desk desk(directory.path() / "journal.db", clock);
  auto request = register_request("sip:low@10.0.0.5", 600, 1);
  request.contacts[0].q = "0.2";
  desk.desk.apply(request, kOwner);
  desk.desk.apply(register_request("sip:old@10.0.0.6", 600, 2), kOwner);
  clock.advance(1s);
  desk.desk.apply(register_request("sip:new@10.0.0.7", 600, 3), kOwner);
  Texts users;
  for (const auto& binding : desk.desk.lookup(kAlice)) users.push_back(binding.contact.uri.user);
  CHECK(users == Texts{"new", "old", "low"});
}

TEST_CASE("challenge account: counts by source and minute, within bounds", "[challenges]") {
  registrar::ChallengeAccount account(2);
  account.challenged("192.0.2.1");
  account.failed("192.0.2.1");
  account.challenged("192.0.2.2");
  account.shed("192.0.2.3");
  account.shed("192.0.2.4");
  CHECK(account.size() == 3);
  const core::Time minute = *core::parse_rfc3339("2026-11-21T08:00:00Z");
  const auto counts = account.take(minute);
  REQUIRE(counts.size() == 3);
  CHECK(registrar::challenge_body(counts[0]) ==
        R"({"schema":"challenge.v1","source":"192.0.2.1",)"
        R"("minute":"2026-11-21T08:00:00.000000Z","challenges":1,"failures":1,"shed":0})");
  CHECK(counts[2].source == "other");
  CHECK(counts[2].shed == 2);
  CHECK(account.size() == 0);
}

TEST_CASE("registrar: challenges are entries, once a minute", "[challenges]") {
  const test::TemporaryDirectory directory;
  test::FakeClock clock;
  Desk desk(directory.path() / "journal.db", clock);
  desk.desk.challenges().challenged("192.0.2.1");
  desk.world.push_time(61s);
  REQUIRE(desk.world.until([&] { return desk.desk.challenges().size() == 0; }));
  CHECK(desk.kinds() == Texts{"challenge.counted"});
}

namespace {

/// A phone's credentials for the challenge in a reply.
std::string answer_to(const sip::Reply& reply, const std::string& name, const std::string& password,
                      const std::string& method, const std::string& uri,
                      sip::DigestHash hash = sip::DigestHash::md5) {
  const auto challenge = sip::find_header(reply.content.headers, "WWW-Authenticate");
  REQUIRE(challenge);
  const auto start = challenge->find("nonce=\"") + 7;
  sip::DigestCredentials credentials{.username = name,
                                     .realm = "example.org",
                                     .nonce = challenge->substr(start, 48),
                                     .uri = uri,
                                     .cnonce = "c",
                                     .qop = "auth",
                                     .nonce_count_text = "00000001"};
  const std::string response = sip::digest_response(
      hash, sip::digest_ha1(hash, name, "example.org", password), credentials, method);
  return fmt::format(
      "Digest username=\"{}\", realm=\"example.org\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
      "algorithm={}, cnonce=\"c\", qop=auth, nc=00000001",
      name, credentials.nonce, uri, response, hash == sip::DigestHash::md5 ? "MD5" : "SHA-256");
}

}  // namespace

TEST_CASE("authenticator: who may and who may not", "[authenticator]") {
  test::FakeClock clock;
  registrar::ChallengeAccount account;
  registrar::Authenticator authenticator(
      {.site_key = core::Secret(std::string_view("key")), .open_ha1 = open_ha1}, clock, account);
  const auto snapshot = site();
  struct Row {
    std::string what;
    std::string aor;
    std::string name;
    std::string password;
    sip::DigestHash hash = sip::DigestHash::md5;
    int status = 403;  ///< 200 = accepted
  };
  const std::vector<Row> rows = {
      {"a device", "sip:alice@example.org", "alice", "secret", sip::DigestHash::md5, 200},
      {"a device that registers at our address", "sip:alice@192.0.2.1", "alice", "secret",
       sip::DigestHash::md5, 200},
      {"a device by its extension", "sip:101@example.org", "alice", "secret", sip::DigestHash::md5,
       200},
      {"a device with SHA-256", "sip:modern@example.org", "modern", "secret",
       sip::DigestHash::sha256, 200},
      {"a wrong password", "sip:alice@example.org", "alice", "guess"},
      {"an unknown user", "sip:mallory@example.org", "mallory", "secret"},
      {"a disabled device", "sip:sleepy@example.org", "sleepy", "secret"},
      {"somebody else's address", "sip:modern@example.org", "alice", "secret"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    auto request = register_request("sip:a@10.0.0.5", 600, 1);
    request.to.uri = request.from.uri = *sip::Uri::parse(row.aor);
    const auto first = authenticator.check(request, *snapshot);
    CHECK(first.verdict == Verdict::challenged);
    CHECK(first.reply.status == 401);
    clock.advance(1s);
    request.authorizations = {
        answer_to(first.reply, row.name, row.password, "REGISTER", "sip:example.org", row.hash)};
    const auto second = authenticator.check(request, *snapshot);
    if (row.status == 200) {
      CHECK(second.verdict == Verdict::accepted);
      REQUIRE(second.device != nullptr);
      CHECK(second.device->name == row.name);
      CHECK(second.tenant->id == kTenant);
      CHECK(second.nonce_count == 1);
    } else {
      CHECK(second.verdict == Verdict::refused);
      CHECK(second.reply.status == row.status);
      CHECK(second.reply.content.headers.empty());
      CHECK(second.device == nullptr);
    }
  }
  const auto counts = account.take(clock.wall());
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].challenges == rows.size());
  CHECK(counts[0].failures == 4);
}

TEST_CASE("authenticator: a stale nonce is challenged again, a step of the wall clock is nothing",
          "[authenticator]") {
  test::FakeClock clock;
  registrar::ChallengeAccount account;
  registrar::Authenticator authenticator(
      {.site_key = core::Secret(std::string_view("key")), .open_ha1 = open_ha1}, clock, account);
  const auto snapshot = site();
  auto request = register_request("sip:a@10.0.0.5", 600, 1);
  const auto first = authenticator.check(request, *snapshot);
  request.authorizations = {
      answer_to(first.reply, "alice", "secret", "REGISTER", "sip:example.org")};
  clock.step_wall(1h);
  CHECK(authenticator.check(request, *snapshot).verdict == Verdict::accepted);
  clock.step_wall(-5h);
  CHECK(authenticator.check(request, *snapshot).verdict == Verdict::accepted);
  clock.advance(6min);
  const auto late = authenticator.check(request, *snapshot);
  CHECK(late.verdict == Verdict::challenged);
  CHECK(sip::find_header(late.reply.content.headers, "WWW-Authenticate")->ends_with("stale=true"));
}

TEST_CASE("authenticator: no tenant, no answer but 404", "[authenticator]") {
  test::FakeClock clock;
  registrar::ChallengeAccount account;
  registrar::Authenticator authenticator(
      {.site_key = core::Secret(std::string_view("key")), .open_ha1 = open_ha1}, clock, account);
  const directory::Snapshot nobody;
  const auto outcome = authenticator.check(register_request("sip:a@10.0.0.5", 600, 1), nobody);
  CHECK(outcome.verdict == Verdict::refused);
  CHECK(outcome.reply.status == 404);
}

TEST_CASE("registrar: a phone registers over the wire", "[registrar]") {
  const test::TemporaryDirectory directory;
  test::FakeClock clock;
  Desk desk(directory.path() / "journal.db", clock);
  const auto agent = desk.world.agent();
  registrar::Authenticator authenticator(
      {.site_key = core::Secret(std::string_view("key")), .open_ha1 = open_ha1}, clock,
      desk.desk.challenges());
  const auto snapshot = site();
  agent->on_request([&](sip::IncomingRequest incoming) {
    const auto proof = authenticator.check(incoming.request(), *snapshot);
    if (proof.verdict != Verdict::accepted) {
      std::move(incoming).reply(proof.reply);
      return;
    }
    auto reply = desk.desk.apply(incoming.request(), {.tenant = proof.tenant->id,
                                                      .device = proof.device->id,
                                                      .name = proof.device->name,
                                                      .nonce = proof.nonce,
                                                      .nonce_count = proof.nonce_count});
    std::move(incoming).reply(std::move(reply));
  });

  Peer phone(desk.world);
  RequestText request{.method = "REGISTER",
                      .uri = "sip:example.org",
                      .from = "<sip:alice@example.org>;tag=1",
                      .to = "<sip:alice@example.org>",
                      .extra = "Expires: 300\r\n",
                      .port = phone.port()};
  phone.send(udp_port(*agent), text_of(request));
  REQUIRE(desk.world.until([&] { return phone.count("SIP/2.0 401") == 1; }));
  const sip::Reply challenge{
      .status = 401,
      .content = {.headers = {{"WWW-Authenticate",
                               header_of(phone.last("SIP/2.0 401"), "WWW-Authenticate")}}}};
  const std::string answer = answer_to(challenge, "alice", "secret", "REGISTER", "sip:example.org");
  request.cseq = 2;
  request.branch = "z9hG4bK2";
  request.extra = "Expires: 300\r\nAuthorization: " + answer + "\r\n";
  phone.send(udp_port(*agent), text_of(request));
  phone.send(udp_port(*agent), text_of(request));  // its answer was slow
  REQUIRE(desk.world.until([&] { return phone.count("SIP/2.0 200") == 2; }));
  CHECK(header_of(phone.last("SIP/2.0 200"), "Contact") ==
        fmt::format("<sip:bob@127.0.0.1:{}>;expires=300", phone.port()));
  const auto bindings = desk.desk.lookup(kAlice);
  REQUIRE(bindings.size() == 1);
  CHECK(bindings[0].flow.peer == sip::Endpoint{"127.0.0.1", phone.port()});
  CHECK(desk.kinds() == Texts{"registration.bound"});

  SECTION("and is called at the address it registered from") {
    const auto dialog = agent->dial({.target = bindings[0].contact.uri,
                                     .flow = bindings[0].flow,
                                     .from = {.uri = *sip::Uri::parse("sip:101@example.org")},
                                     .to = {.uri = *sip::Uri::parse("sip:alice@example.org")}});
    const auto invite = dialog->invite({}, {});
    REQUIRE(desk.world.until([&] { return phone.count("INVITE sip:bob@127.0.0.1") == 1; }));
  }
}

TEST_CASE("registrar: a lost connection unbinds, or the contact is where it is reached",
          "[registrar]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  test::FakeClock clock;
  const auto over_tcp = [](std::string_view contact, std::uint16_t port, std::uint32_t cseq) {
    auto request = register_request(contact, 600, cseq);
    request.flow.protocol = sip::Protocol::tcp;
    request.flow.peer.port = port;
    return request;
  };
  const auto flow_from = [&](std::uint16_t port) { return over_tcp("sip:a@x", port, 1).flow; };
  Desk desk(path, clock);
  std::vector<std::string> told;
  desk.desk.on_change([&](const registrar::Change& change) {
    told.push_back(change.reason.empty() ? change.binding.flow.peer.text() : change.reason);
  });
  SECTION("behind a NAT") {
    desk.desk.apply(over_tcp("sip:a@10.0.0.5:5060;transport=tcp", 40001, 1), kOwner);
    CHECK(desk.desk.is_bound_over(flow_from(40001)));
    desk.desk.connection_closed(flow_from(40002));
    CHECK(desk.desk.size() == 1);
    desk.desk.connection_closed(flow_from(40001));
    CHECK(desk.desk.size() == 0);
    CHECK(told.back() == "connection closed");
    CHECK(desk.stored().empty());
  }
  SECTION("it listens where its contact says") {
    desk.desk.apply(over_tcp("sip:a@192.0.2.7:5062;transport=tcp", 40001, 1), kOwner);
    desk.desk.connection_closed(flow_from(40001));
    REQUIRE(desk.desk.lookup(kAlice).size() == 1);
    CHECK(desk.desk.lookup(kAlice).front().flow.peer.text() == "192.0.2.7:5062");
    CHECK(told.back() == "192.0.2.7:5062");
    CHECK_FALSE(desk.desk.is_bound_over(flow_from(40001)));
  }
  SECTION("it has registered again over another connection") {
    desk.desk.apply(over_tcp("sip:a@10.0.0.5:5060;transport=tcp", 40001, 1), kOwner);
    desk.desk.apply(over_tcp("sip:a@10.0.0.5:5060;transport=tcp", 40002, 2), kOwner);
    REQUIRE(desk.desk.lookup(kAlice).size() == 1);
    CHECK(desk.desk.lookup(kAlice).front().flow.peer.port == 40002);
    CHECK_FALSE(desk.desk.is_bound_over(flow_from(40001)));
    desk.desk.connection_closed(flow_from(40001));
    CHECK(desk.desk.is_bound_over(flow_from(40002)));
  }
  SECTION("we have been restarted") {
    desk.desk.apply(over_tcp("sip:a@10.0.0.5:5060;transport=tcp", 40001, 1), kOwner);
    desk.desk.apply(over_tcp("sip:a@192.0.2.7:5062;transport=tcp", 40002, 2), kOwner);
    desk.desk.apply(register_request("sip:a@10.0.0.6", 600, 3), kOwner);
    const auto stored = desk.stored();
    Desk next(directory.path() / "next.db", clock);
    CHECK(next.desk.load(stored) == 2);
    std::vector<std::string> peers;
    for (const auto& binding : next.desk.lookup(kAlice)) peers.push_back(binding.flow.peer.text());
    std::sort(peers.begin(), peers.end());
    CHECK(peers == Texts{"192.0.2.7:40000", "192.0.2.7:5062"});
  }
}

TEST_CASE("registrar: a GRUU leads to its phone, for as long as that is registered",
          "[registrar]") {
  const test::TemporaryDirectory directory;
  test::FakeClock clock;
  registrar::Owner owner = kOwner;
  owner.domain = "example.org";
  sip::Request desk_phone = register_request("sip:a@10.0.0.5", 600, 1);
  desk_phone.contacts[0].instance = "<urn:uuid:1>";
  desk_phone.supported = {"gruu"};
  std::string temporary;
  {
    Desk desk(directory.path() / "journal.db", clock);
    const sip::Reply reply = desk.desk.apply(desk_phone, owner);
    REQUIRE(reply.status == 200);
    const std::string told = sip::find_header(reply.content.headers, "Contact").value_or("");
    const auto begin = told.find("temp-gruu=\"");
    REQUIRE(begin != std::string::npos);
    temporary = told.substr(begin + 11, told.find('"', begin + 11) - begin - 11);
    desk.desk.apply(register_request("sip:a@10.0.0.6", 600, 2), owner);
  }
  // A restart forgets none.
  Desk desk(directory.path() / "journal.db", clock);
  desk.desk.load(desk.stored());
  const auto leads_to = [&](const std::string& text) {
    Texts hosts;
    for (const auto& binding : desk.desk.lookup(kAlice, *sip::Uri::parse(text))) {
      hosts.push_back(binding.contact.uri.host);
    }
    return hosts;
  };
  CHECK(leads_to("sip:alice@example.org").size() == 2);
  CHECK(leads_to("sip:alice@example.org;gr=urn:uuid:1") == Texts{"10.0.0.5"});
  CHECK(leads_to("sip:alice@example.org;gr=urn:uuid:2").empty());
  CHECK(leads_to("sip:alice@example.org;gr").empty());
  CHECK(leads_to(temporary) == Texts{"10.0.0.5"});
  CHECK(desk.desk.device_of_gruu(*sip::Uri::parse(temporary)) == kAlice);
  CHECK_FALSE(desk.desk.device_of_gruu(*sip::Uri::parse("sip:alice@example.org;gr")));
  CHECK_FALSE(desk.desk.device_of_gruu(*sip::Uri::parse("sip:alice@example.org")));
  desk_phone.contacts[0].expires = 0;
  desk_phone.cseq = 3;
  CHECK(desk.desk.apply(desk_phone, owner).status == 200);
  CHECK(leads_to(temporary).empty());
  CHECK(leads_to("sip:alice@example.org;gr=urn:uuid:1").empty());
  CHECK_FALSE(desk.desk.device_of_gruu(*sip::Uri::parse(temporary)));
}
