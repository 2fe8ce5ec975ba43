// SPDX-License-Identifier: MIT
#include "exchange/verbs.h"

#include <catch2/catch.hpp>

#include "control/server.h"
#include "exchange/ask.h"

namespace trunkline::exchange {
TEST_CASE("verbs: live calls are listed, shown and hung up", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  CHECK(ask(site, "call.show", {{"call", "last"}}).result.error().message == "there is no call");
  PhoneCall& call = site.connect();

  const Answered list = ask(site, "call.list");
  REQUIRE(list.items.size() == 1);
  const core::Json& item = list.items.front();
  CHECK(item["schema"] == "call.v1");
  CHECK(item["state"] == "connected");
  CHECK(item["phase"] == "connected");
  CHECK(item["legs"].size() == 2);
  CHECK(item["legs"][1]["address"] == site.bob->address());

  const std::string id = item["call"];
  for (const std::string& name :
       {id, id.substr(id.size() - 6), std::string("last"), call.dialog->call_id(), id + ".1"}) {
    CAPTURE(name);
    const Answered shown = ask(site, "call.show", {{"call", name}});
    REQUIRE(shown.result);
    CHECK((*shown.result)["call"] == id);
  }
  CHECK(ask(site, "call.show").result.error().message == "call.show needs a call");
  CHECK(ask(site, "call.hangup", {{"call", "nobody's"}}).result.error().message ==
        "no call is named 'nobody's'");

  const Answered ended = ask(site, "call.hangup", {{"call", id}});
  REQUIRE(ended.result);
  CHECK((*ended.result)["call"] == id);
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["reason"] == "hung up by an operator");
}

TEST_CASE("verbs: the journal is read beside the calls", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.alice->call("105");
  REQUIRE(run_until(site.root, [&] { return call.final() == 404; }));
  REQUIRE(site.becomes_idle());
  for (const std::string& name : {std::string("last"), call.dialog->call_id()}) {
    CAPTURE(name);
    const Answered found = ask(site, "journal.call", {{"call", name}});
    REQUIRE(found.result);
    CHECK((*found.result)["disposition"] == "refused");
    CHECK((*found.result)["called"]["dialled"] == "105");
  }
  CHECK(ask(site, "journal.call", {{"call", "ffffffff"}}).result.error().code ==
        core::ExitCode::no_input);
  const Answered recent = ask(site, "journal.recent", {{"limit", 2}});
  REQUIRE(recent.items.size() == 2);
  CHECK(recent.items[0]["kind"] == "call.ended");
  CHECK(recent.items[0]["sequence"] > recent.items[1]["sequence"]);
  CHECK(recent.items[0]["body"]["schema"] == "call.v1");
}

TEST_CASE("verbs: registrations and status", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  const Answered list = ask(site, "registration.list");
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[0]["schema"] == "registration.v1");
  CHECK(list.items[0]["name"] == "alice");
  CHECK(list.items[0]["address"] == site.alice->address());
  const Answered status = ask(site, "status");
  REQUIRE(status.result);
  CHECK((*status.result)["registrations"] == 2);
  CHECK((*status.result)["journal"]["is_healthy"] == true);
  CHECK((*status.result)["descriptors"] > 0);
}

TEST_CASE("verbs: reload does what the program says", "[exchange]") {
  Site site;
  int reloads = 0;
  site.hooks.reload = [&]() -> core::Result<void> {
    if (++reloads == 1) return {};
    return core::fault(core::ExitCode::config, "cannot read it", "mend it");
  };
  site.start();
  CHECK(ask(site, "reload").result);
  CHECK(ask(site, "reload").result.error() ==
        core::Fault{core::ExitCode::config, "cannot read it", "mend it"});
}

TEST_CASE("exchange: a relay that tells of silence on its control socket ends the call",
          "[exchange]") {
  Site site;
  site.options.media_control = site.folder.path() / "media";
  control::Server recorderd(site.root, site.options.media_control, 0600);
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  REQUIRE(run_until(site.root,
                    [&] { return site.exchange->status()["media"]["is_subscribed"].get<bool>(); }));
  const std::string id = *site.relay.sessions.begin();
  recorderd.publish("media.timeout", {{"call", "01a1fc15-0000-7000-8000-000000000000"}});
  recorderd.publish("media.timeout", {{"call", "nonsense"}});
  run_for(site.root, core::Milliseconds(50));
  CHECK_FALSE(call.is_hung_up);
  recorderd.publish("media.timeout", {{"call", id}, {"legs", {"caller", "called"}}});
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["reason"] == "no media from either side");
  CHECK(site.ended()["ended_by"] == "system");
}

}  // namespace trunkline::exchange
