// SPDX-License-Identifier: MIT
// Every channel against a real server: what it hands over, and what it makes of refusals.

#include "alert/channel.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "crypto/hash.h"
#include "http/mailer.h"
#include "support/free_ports.h"
#include "support/receiver.h"

namespace trunkline::alert {
namespace {

Message message() {
  return {.id = core::Uuid::parse("0199a1b2-0000-7000-8000-0000000000bb").value(),
          .key = "quota",
          .level = Level::critical,
          .subject = "recordings take 91 % of the quota",
          .text = "Usage: 91 GB / 100 GB (91 %)\n",
          .html = "<p>91 %</p>",
          .host = "pbx1",
          .at = core::parse_rfc3339("2026-11-30T08:00:00Z").value()};
}

std::string secret_file(const test::TemporaryDirectory& folder, const std::string& text) {
  const auto file = folder.path() / "secret";
  std::ofstream(file) << text << "\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  return file.string();
}

/// One channel's world: settings with which its only target behaves as named.
struct World {
  test::TemporaryDirectory folder;
  test::Receiver mail{"mail"};
  test::Receiver web{"web"};

  config::Config config(std::string_view channel, const std::string& behaviour) const {
    std::vector<config::Assignment> settings;
    if (channel == "mail") {
      const bool is_away = behaviour == "away";
      settings = {
          {"mail.host", "127.0.0.1"},
          {"mail.port", std::to_string(is_away ? test::free_ports().value() : mail.port().value())},
          {"mail.from", "trunkline@pbx.example"},
          {"mail.to",
           (behaviour == "ok" || is_away ? "admin" : behaviour) + std::string("@example.org")}};
    } else {
      const std::string path = behaviour == "ok"        ? "/ok"
                               : behaviour == "refused" ? "/status/403"
                                                        : "/status/503";
      const std::string address = behaviour == "away"
                                      ? "127.0.0.1:" + std::to_string(test::free_ports().value())
                                      : web.address();
      const bool is_gotify = channel == "gotify";
      settings = {{is_gotify ? "alert.gotify" : "alert.webhooks", "http://" + address + path},
                  {is_gotify ? "alert.gotify_token_file" : "alert.webhook_secret_file",
                   secret_file(folder, "whsec_" + core::to_base64(core::as_bytes("key")))}};
    }
    return config::Config::of(settings).value();
  }
};

}  // namespace

TEST_CASE("channels: every row hands over, and tells a refusal from a delay", "[alert]") {
  const World world;
  const config::Config nothing = config::Config::of().value();
  std::set<std::string_view> names;
  for (const Channel& channel : channels()) {
    CAPTURE(channel.name);
    CHECK(names.insert(channel.name).second);
    CHECK(find_channel(channel.name) == &channel);
    CHECK(channel.targets(nothing).empty());
    CHECK(channel.waits.size() >= 2);
    for (const std::string behaviour : {"ok", "refused", "later", "away"}) {
      CAPTURE(behaviour);
      const config::Config config = world.config(channel.name, behaviour);
      const auto targets = channel.targets(config);
      REQUIRE(targets.size() == 1);
      const auto sent = channel.send(config, targets[0], message());
      CHECK(sent.has_value() == (behaviour == "ok"));
      if (sent) continue;
      INFO(sent.error().message);
      CHECK(http::is_worth_another_try(sent.error()) == (behaviour != "refused"));
      CHECK(sent.error().message.find("whsec_") == std::string::npos);
    }
  }
  CHECK(find_channel("pigeon") == nullptr);
  const auto mails = world.mail.taken();
  REQUIRE(mails.size() == 1);
  const std::string mail = core::text_at(mails[0], "message");
  CHECK(mail.find("Subject: CRITICAL: recordings take 91 % of the quota (pbx1)\r\n") !=
        std::string::npos);
  CHECK(mail.find("Auto-Submitted: auto-generated\r\n") != std::string::npos);
  CHECK(mail.find("text/html") != std::string::npos);

  const auto requests = world.web.taken();
  REQUIRE(requests.size() == 6);
  const core::Json pushed = core::parse_json(core::text_at(requests[0], "body")).value();
  CHECK(core::text_at(requests[0], "path") == "/ok/message");
  CHECK(core::text_at(pushed, "title") == "CRITICAL: recordings take 91 % of the quota (pbx1)");
  CHECK(core::number_at(pushed, "priority") == 8);
  CHECK_FALSE(core::text_at(requests[0].at("headers"), "X-Gotify-Key").empty());
}

TEST_CASE("channels: mail goes by Postmark where that is the provider", "[alert]") {
  const World world;
  const auto config_for = [&](const std::string& name) {
    return config::Config::of({{"mail.provider", "postmark"},
                               {"mail.postmark_url", "http://" + world.web.address() + "/postmark"},
                               {"mail.password_file", secret_file(world.folder, "s3cret")},
                               {"mail.from", "trunkline@pbx.example"},
                               {"mail.to", name + "@example.org"}})
        .value();
  };
  for (const std::string name : {"admin", "refused", "later"}) {
    CAPTURE(name);
    const config::Config config = config_for(name);
    REQUIRE(kMailChannel.targets(config) == std::vector<std::string>{name + "@example.org"});
    const auto sent = kMailChannel.send(config, name + "@example.org", message());
    CHECK(sent.has_value() == (name == "admin"));
    if (!sent) CHECK(http::is_worth_another_try(sent.error()) == (name == "later"));
  }
  const auto requests = world.web.taken();
  REQUIRE(requests.size() == 3);
  const core::Json batch = core::parse_json(core::text_at(requests[0], "body")).value();
  REQUIRE(batch.size() == 1);
  CHECK(core::text_at(batch[0], "Subject") == "CRITICAL: recordings take 91 % of the quota (pbx1)");
  CHECK(core::text_at(batch[0].at("Headers")[0], "Value") ==
        "<0199a1b2-0000-7000-8000-0000000000bb@pbx1>");
}

TEST_CASE("channels: a webhook is signed as Standard Webhooks says", "[alert]") {
  const auto now = core::parse_rfc3339("2026-11-30T08:00:05.9Z").value();
  const std::string secret = "whsec_" + core::to_base64(core::as_bytes("a secret key"));
  const Signed made = sign_webhook(message(), secret, now).value();
  CHECK(made.id == "msg_0199a1b2-0000-7000-8000-0000000000bb");
  CHECK(made.timestamp == "1796025605");
  CHECK(
      made.body ==
      R"({"type":"alert.raised","timestamp":"2026-11-30T08:00:00.000000Z","data":{"schema":)"
      R"("alert.v1","id":"0199a1b2-0000-7000-8000-0000000000bb","key":"quota","level":"critical",)"
      R"("subject":"recordings take 91 % of the quota","text":"Usage: 91 GB / 100 GB (91 %)\n",)"
      R"("host":"pbx1","at":"2026-11-30T08:00:00.000000Z"}})");
  const auto expected =
      crypto::hmac_sha256(core::as_bytes("a secret key"),
                          core::as_bytes(made.id + "." + made.timestamp + "." + made.body));
  CHECK(made.signature == "v1," + core::to_base64(expected));
  CHECK(sign_webhook(message(), "any text", now).value().signature != made.signature);
  CHECK(sign_webhook(message(), "whsec_!", now).error().code == core::ExitCode::config);
}

}  // namespace trunkline::alert
