// SPDX-License-Identifier: MIT
#include "exchange/doorman.h"

#include <catch2/catch.hpp>

#include "exchange/ask.h"

namespace trunkline::exchange {
namespace {

constexpr std::uint32_t kNoLimit = 0;
const std::string kElsewhere = "127.0.0.66";

core::Json why(Site& site, const std::string& address) {
  return core::value_or_throw(ask(site, "ban.why", {{"address", address}}).result);
}

core::Json guard_status(const Site& site) {
  return site.exchange->status()["guard"];
}

int final_of(Site& site, PhoneCall& call) {
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  return call.final();
}

/// Guesses until it gets no answer any more; how many it got.
int guess(Site& site, const std::string& host, int most = 10) {
  Phone guesser(site.root, "alice", "guess", host);
  int answered = 0;
  while (answered < most) {
    if (core::bool_at(why(site, host), "is_banned")) break;
    CHECK(guesser.register_at(site.server()) == 403);
    ++answered;
  }
  return answered;
}

}  // namespace

TEST_CASE("doorman: whoever guesses passwords is banned, also after a restart", "[exchange]") {
  Site site;
  site.start();
  CHECK(guess(site, kElsewhere) == 5);
  REQUIRE(site.entries("ban.banned").size() == 1);
  const core::Json entry = site.entries("ban.banned").front();
  CHECK(entry["schema"] == "ban.v1");
  CHECK(entry["address"] == kElsewhere);
  CHECK(entry["rule"] == "guard.ban.passwords");
  CHECK(site.entries("ban.locked").size() == 1);
  CHECK(guard_status(site)["banned"] == 1);
  CHECK(guard_status(site)["wrong_passwords"] == 5);

  site.stop();
  site.start();
  CHECK(guard_status(site)["banned"] == 1);
  const core::Json told = why(site, kElsewhere);
  CHECK(told["is_banned"] == true);
  CHECK(told["until"] == entry["until"]);
  CHECK(told["advice"].get<std::string>().find("sipctl ban remove 127.0.0.66") !=
        std::string::npos);
  // Nothing it sends is read; others are heard.
  Phone bob(site.root, "bob", "bob-secret", kElsewhere);
  bob.use(site.server());
  PhoneCall& unheard = bob.call("102");
  CHECK(site.bob->register_at(site.server()) == 200);
  run_for(site.root, core::Milliseconds(100));
  CHECK(unheard.statuses.empty());

  const auto lifted = ask(site, "ban.remove", {{"address", kElsewhere}, {"reason", "ours"}}).result;
  REQUIRE(lifted);
  CHECK((*lifted)["is_banned"] == false);
  CHECK(bob.register_at(site.server()) == 200);
  CHECK(site.entries("ban.lifted").front()["detail"] == "ours");
  CHECK(guard_status(site)["banned"] == 0);
}

TEST_CASE("doorman: a phone's address is not banned, which is said, and the phone not locked out",
          "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  CHECK(guess(site, "127.0.0.1", 7) == 7);
  CHECK(site.entries("ban.banned").empty());
  REQUIRE(site.entries("ban.spared").size() == 1);
  CHECK(site.entries("ban.spared").front()["detail"].get<std::string>().find("2 phones") !=
        std::string::npos);
  CHECK(why(site, "127.0.0.1")["registrations"] == 2);
  // Locked is alice, for everybody but her own phone.
  CHECK(site.entries("ban.locked").size() == 1);
  Phone thief(site.root, "alice", "alice-secret", kElsewhere);
  CHECK(thief.register_at(site.server()) == 403);
  CHECK(guard_status(site)["refused"]["guard.lock.device"] == 1);
  CHECK(site.alice->register_at(site.server()) == 200);
  PhoneCall& call = site.connect();
  site.alice->hang_up(call);
  CHECK(site.becomes_idle());
}

TEST_CASE("doorman: limits refuse with 403, name their rule, and give places back", "[exchange]") {
  struct Row {
    const char* rule;
    guard::Quota device;
    guard::Quota source;
  };
  const std::vector<Row> rows{
      {"guard.device.calls", {.calls = 1, .calls_per_minute = kNoLimit}, {}},
      {"guard.device.call-rate", {.calls = kNoLimit, .calls_per_minute = 1}, {}},
      {"guard.source.calls", {.calls = kNoLimit}, {.calls = 1}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    Site limited;
    limited.options.guard.device = row.device;
    limited.options.guard.source = row.source;
    limited.start();
    limited.register_phones();
    PhoneCall& first = limited.connect();
    PhoneCall& second = limited.alice->call("102");
    CHECK(final_of(limited, second) == 403);
    const std::string reason = sip::find_header(second.headers, "Reason").value_or("");
    CHECK(reason.starts_with("Q.850;cause=21"));
    // It got past authentication: it is in the ledger, by its rule.
    CHECK(limited.ended()["rule"] == row.rule);
    CHECK(limited.ended()["sip_status"] == 403);
    CHECK(guard_status(limited)["refused"][row.rule] == 1);
    CHECK(guard_status(limited)["calls"] == 1);
    limited.alice->hang_up(first);
    REQUIRE(limited.becomes_idle());
    CHECK(guard_status(limited)["calls"] == 0);
    if (row.device.calls_per_minute.value_or(0) == 1) continue;
    (void)limited.connect();
  }
}

TEST_CASE("doorman: limits stored for a device or a tenant go before those of the settings",
          "[exchange]") {
  Site site;
  SECTION("a device's") {
    site.options.guard.device = {.calls = 1, .calls_per_minute = 1};
    site.alices_limit = directory::Limit{.max_calls = 2, .calls_per_minute = 0};
    site.start();
    site.register_phones();
    (void)site.connect();
    (void)site.connect();
    CHECK(final_of(site, site.alice->call("102")) == 403);
    CHECK(site.ended()["rule"] == "guard.device.calls");
    CHECK(site.ended()["reason"] == "the device has 2 of 2 calls");
  }
  SECTION("a tenant's") {
    site.tenants_limit = directory::Limit{.max_calls = 1, .max_registrations = 2};
    site.start();
    site.register_phones();
    CHECK(site.carol->register_at(site.server()) == 403);
    CHECK(guard_status(site)["refused"]["guard.tenant.registrations"] == 1);
    (void)site.connect();
    CHECK(final_of(site, site.bob->call("101")) == 403);
    CHECK(site.ended()["rule"] == "guard.tenant.calls");
    // Taken away, they are obeyed no more.
    site.tenants_limit.reset();
    site.exchange->set_directory(site.directory());
    run_for(site.root, core::Milliseconds(20));
    CHECK(site.carol->register_at(site.server()) == 200);
  }
}

TEST_CASE("doorman: a new password opens a locked device", "[exchange]") {
  Site site;
  site.start();
  CHECK(guess(site, kElsewhere) == 5);
  CHECK(site.alice->register_at(site.server()) == 403);
  // Every directory of this site has its secrets sealed anew.
  site.exchange->set_directory(site.directory());
  run_for(site.root, core::Milliseconds(20));
  CHECK(site.alice->register_at(site.server()) == 200);
}

TEST_CASE("doorman: an address has so many registrations, and refreshing is none more",
          "[exchange]") {
  Site site;
  site.options.guard.source.registrations = 1;
  site.start();
  CHECK(site.alice->register_at(site.server()) == 200);
  CHECK(site.bob->register_at(site.server()) == 403);
  CHECK(site.alice->register_at(site.server()) == 200);
  CHECK(guard_status(site)["refused"]["guard.source.registrations"] == 1);
  CHECK(site.alice->register_at(site.server(), 0) == 200);
  CHECK(site.bob->register_at(site.server()) == 200);
}

TEST_CASE("doorman: load sheds calls with 503 before they are known, registrations later",
          "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.options.guard.max_transactions = 1;
  site.exchange->reconfigure(site.options);
  // The transactions of this call are kept half a minute.
  PhoneCall& first = site.connect();
  REQUIRE(run_until(site.root, [&] { return guard_status(site)["transactions"] >= 1; }));
  PhoneCall& second = site.alice->call("102");
  CHECK(final_of(site, second) == 503);
  CHECK(sip::find_header(second.headers, "Retry-After").value_or("") == "5");
  CHECK(guard_status(site)["refused"]["guard.overload.transactions"] == 1);
  // An emergency call is taken: nobody is there to take it further.
  PhoneCall& urgent = site.alice->call("112");
  CHECK(final_of(site, urgent) == 503);
  CHECK(site.ended()["dialled"] != "102");
  CHECK(guard_status(site)["refused"]["guard.overload.transactions"] == 1);
  site.alice->hang_up(first);
  CHECK(site.becomes_idle());
}

TEST_CASE("doorman: bans by hand", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  const auto add = [&](core::Json args) { return ask(site, "ban.add", std::move(args)).result; };
  CHECK(add({{"address", "nobody"}}).error().message == "cannot read 'nobody' as an address");
  const auto ours = add({{"address", "127.0.0.1"}});
  REQUIRE_FALSE(ours);
  CHECK(ours.error().code == core::ExitCode::no_permission);
  CHECK(ours.error().message == "cannot ban 127.0.0.1: 2 phones are registered from there");

  const auto one = add({{"address", kElsewhere}, {"reason", "fraud"}, {"duration_ms", 60'000}});
  REQUIRE(one);
  CHECK((*one)["rule"] == "guard.ban.operator");
  CHECK((*one)["reason"] == "fraud");
  CHECK((*one)["is_permanent"] == false);
  const auto two = add({{"address", "2001:db8:7::5"}});
  REQUIRE(two);
  CHECK((*two)["address"] == "2001:db8:7::/64");
  CHECK((*two)["is_permanent"] == true);
  CHECK(core::value_or_throw(ask(site, "ban.list").result)["count"] == 2);
  Phone carol(site.root, "carol", "carol-secret", kElsewhere);
  carol.use(site.server());
  PhoneCall& unheard = carol.call("102");
  run_for(site.root, core::Milliseconds(100));
  CHECK(unheard.statuses.empty());
  const auto not_banned = ask(site, "ban.remove", {{"address", "192.0.2.1"}}).result;
  CHECK(not_banned.error().message == "cannot lift the ban of 192.0.2.1: it is not banned");

  // With force, and it is out again.
  REQUIRE(add({{"address", "127.0.0.1"}, {"force", true}, {"duration_ms", 300}}));
  CHECK(guard_status(site)["banned"] == 3);
  REQUIRE(run_until(site.root, [&] { return guard_status(site)["banned"] == 2; }));
  REQUIRE(run_until(site.root, [&] { return !site.entries("ban.expired").empty(); }));
  CHECK(site.alice->register_at(site.server()) == 200);
}

}  // namespace trunkline::exchange
