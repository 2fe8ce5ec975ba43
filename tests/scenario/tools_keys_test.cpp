// SPDX-License-Identifier: MIT

// The life of the recordings' keys by the operator's tools: on an exchange without daemons, and
// beside a recorderd that records.

#include <catch2/catch.hpp>
#include <fstream>

#include "keystore/key_store.h"
#include "scenario/tools_site.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

std::string state_of_key(const std::vector<core::Json>& keys, std::string_view id) {
  for (const core::Json& key : keys)
    if (core::text_at(key, "key") == id) return core::text_at(key, "state");
  return "not there";
}

std::string current_of(const std::vector<core::Json>& keys) {
  for (const core::Json& key : keys)
    if (core::text_at(key, "state") == "current") return core::text_at(key, "key");
  return {};
}

/// A site with as many recordings' keys, whose mirror is set.
struct KeySite {
  Site site;
  std::filesystem::path ring = site.path("keys/recording.keyring");
  std::filesystem::path store = site.path("recorderd/keys.db");
  std::filesystem::path mirror = site.path("mirror");
  std::filesystem::path passphrase = site.path("passphrase");

  explicit KeySite(int recordings) {
    site.json("trunkline", {"init", "--tenant", "acme", "--domain", "pbx.acme.example"});
    std::filesystem::create_directory(mirror);
    std::ofstream(passphrase) << "several words in a row\n";
    std::filesystem::permissions(passphrase, std::filesystem::perms(0600));
    keystore::KeyStore keys(store, keystore::KeyRing::load(ring).value());
    const core::Time now = core::system_clock().wall();
    for (int i = 0; i < recordings; ++i)
      REQUIRE(keys.create_key(core::RecordingId::make(now), now).has_value());
  }
  std::vector<core::Json> keys(Words words, int status = 0) const {
    words.insert(words.begin(), {"keys"});
    words.insert(words.end(), {"--set", "recording.key_mirror=" + mirror.string()});
    return site.json("trunkline", std::move(words), status);
  }
  std::string refusal(Words words) const {
    words.insert(words.begin(), {"keys"});
    words.insert(words.end(), {"--set", "recording.key_mirror=" + mirror.string()});
    return site.refusal("trunkline", std::move(words));
  }
};

TEST_CASE("a key is rotated, wrapped away from, and retired", "[scenario]") {
  const KeySite site(20);
  const auto before = site.keys({"list"});
  REQUIRE(before.size() == 1);
  const std::string old = current_of(before);
  CHECK(core::number_at(before[0], "rows") == 20);
  REQUIRE(site.keys({"mirror", "--now"})[0].at("is_current") == true);

  const auto rotated = site.keys({"rotate"});
  REQUIRE(rotated.size() == 2);
  CHECK(state_of_key(rotated, old) == "kept");
  CHECK(site.refusal({"retire", old, "--yes"}) ==
        "trunkline: key '" + old + "' still wraps the keys of 20 recordings\n" +
            "hint: wrap them under the current key: trunkline keys rewrap\n");
  CHECK(site.refusal({"retire", current_of(rotated), "--yes"}).find("is the current one") !=
        std::string::npos);

  const auto rewrapped = site.keys({"rewrap"});
  CHECK(core::number_at(rewrapped[0], "rows") == 20);
  // The mirror is the new state, too.
  CHECK(site.keys({"mirror"})[0].at("is_current") == true);
  CHECK(core::number_at(site.keys({"rewrap"})[0], "rows") == 0);
  CHECK(state_of_key(site.keys({"list"}), old) == "unused");
  CHECK(site.refusal({"retire", old}).find("--yes") != std::string::npos);
  CHECK(site.keys({"retire", old, "--yes"}).size() == 1);
  CHECK(site.refusal({"rotate", "--to", old}).find("was retired") != std::string::npos);

  // Each step is in the audit log, with who did it.
  std::string events;
  for (const auto& entry : site.site.json("trunkline", {"audit", "list", "--event", "keys."})) {
    events = core::text_at(entry, "event") + " " + events;
    CHECK(core::text_at(entry, "who").starts_with("uid:"));
  }
  CHECK(events == "keys.rotated keys.rewrapped keys.retired ");
}

TEST_CASE("a mirror that is behind keeps a key from being retired", "[scenario]") {
  const KeySite site(3);
  const std::string old = current_of(site.keys({"list"}));
  site.keys({"mirror", "--now"});
  site.keys({"rotate"});
  // By a tool that knows of no mirror.
  site.site.json("trunkline", {"keys", "rewrap"});
  CHECK(site.refusal({"retire", old, "--yes"}) ==
        "trunkline: key '" + old + "' still wraps 3 rows of the mirror\n" +
            "hint: bring the mirror up to date: trunkline keys mirror --now\n");
  const auto behind = site.keys({"mirror"}, 1);
  CHECK(core::number_at(behind[0], "different") == 3);
  site.keys({"mirror", "--now"});
  CHECK(site.keys({"retire", old, "--yes"}).size() == 1);
}

TEST_CASE("the pipeline opens every key, and ends by what it found", "[scenario]") {
  const KeySite site(3);
  site.keys({"mirror", "--now"});
  const auto check = [&] {
    Words command = site.site.command(
        "", {"--set", "recording.key_mirror=" + site.mirror.string(), "--no-pager"});
    command[0] = std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/keycheck";
    return core::value_or_throw(os::run_command({.arguments = command}, core::Seconds(60)));
  };
  const os::Output well = check();
  INFO(well.output << well.errors);
  CHECK(well.exit.is_success());
  CHECK(well.output.find("all 3 keys open") != std::string::npos);

  // The ring is another host's: no row opens.
  std::filesystem::remove(site.ring);
  core::value_or_throw(keystore::KeyRing::generate(core::system_clock().wall()).save(site.ring));
  const os::Output lost = check();
  INFO(lost.output << lost.errors);
  CHECK(lost.exit.text() == "exit code 1");
}

TEST_CASE("the key ring goes out sealed and comes back on another host", "[scenario]") {
  const KeySite site(1);
  const std::string file = site.site.path("ring.export").string();
  const Words by_file{"--passphrase-file", site.passphrase.string()};
  const auto with_passphrase = [&](Words words) {
    words.insert(words.end(), by_file.begin(), by_file.end());
    return words;
  };
  const auto about_export = [&] {
    for (const auto& finding : site.keys({"check"}))
      if (core::text_at(finding, "about") == "key export") return finding;
    return core::Json::object();
  };
  site.keys({"mirror", "--now"});
  CHECK(core::text_at(about_export(), "severity") == "warning");
  REQUIRE(site.keys(with_passphrase({"export", file})).size() == 1);
  CHECK(core::text_at(about_export(), "severity") == "ok");
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms(0777)) ==
        std::filesystem::perms(0600));
  CHECK(site.refusal(with_passphrase({"export", file})).find("it exists") != std::string::npos);

  const std::string old = current_of(site.keys({"list"}));
  site.keys({"rotate"});
  CHECK(core::text_at(about_export(), "message").starts_with("the key ring was changed since"));

  // The host is lost: store from the mirror, ring from the export.
  std::filesystem::remove(site.ring);
  std::ofstream(site.passphrase) << "other words in a row\n";
  CHECK(site.refusal(with_passphrase({"import", file})).find("the passphrase is another") !=
        std::string::npos);
  std::ofstream(site.passphrase) << "several words in a row\n";
  CHECK(state_of_key(site.keys(with_passphrase({"import", file})), old) == "current");
  // And into a ring that has other keys: nothing is lost, the current one stays.
  site.keys({"rotate"});
  const std::string current = current_of(site.keys({"list"}));
  const auto merged = site.keys(with_passphrase({"import", file}));
  CHECK(state_of_key(merged, old) == "kept");
  CHECK(current_of(merged) == current);
}

TEST_CASE("a key from elsewhere is added, and one that rows name but the ring lacks is told",
          "[scenario]") {
  const KeySite site(2);
  const std::string file = site.site.path("key").string();
  std::ofstream(file) << "9b1f0c66e15d0a2f7c8e4b3a5d6f10213243546576879a8b9cadbecfd0e1f203\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  CHECK(state_of_key(site.keys({"add", "vault-2027", file}), "vault-2027") == "unused");
  CHECK(site.refusal({"add", "vault-2027", file}).find("is in the ring already") !=
        std::string::npos);
  CHECK(current_of(site.keys({"rotate", "--to", "vault-2027"})) == "vault-2027");
  std::ofstream(file) << std::string(64, '0') << "\n";
  CHECK(site.refusal({"add", "zeros", file}).find("is an example") != std::string::npos);

  std::filesystem::remove(site.ring);
  const auto ring = keystore::KeyRing::generate(core::system_clock().wall());
  REQUIRE(ring.save(site.ring).has_value());
  const auto listed = site.keys({"list"}, 1);
  REQUIRE(listed.size() == 2);
  CHECK(core::text_at(listed[1], "state") == "missing");
  CHECK(core::number_at(listed[1], "rows") == 2);
  const auto found = site.keys({"check"}, 1);
  CHECK(core::text_at(found[0], "message").find("which the key ring lacks") != std::string::npos);
}

TEST_CASE("keys rotate beside a recorderd that records", "[scenario]") {
  TemporaryDirectory mirror;
  Exchange exchange({.settings = {{"recording.key_mirror", "\"" + mirror.path().string() + "\""},
                                  {"backup.state_dir", "\"" + mirror.path().string() + "\""}}});
  TwoPhones phones(exchange);
  phones.call();
  const std::string old = current_of(exchange.tool_json("trunkline", {"keys", "list"}));
  exchange.tool_json("trunkline", {"keys", "rotate"});
  // recorderd has taken it when the tool returns, while the call goes on.
  const auto status = exchange.ask_recorderd("status").at(0);
  const std::string fresh = core::text_at(status.at("keys"), "current");
  CHECK(fresh != old);
  exchange.tool_json("trunkline", {"keys", "rewrap"});
  phones.hang_up();
  const auto first = wait_for_recording(exchange, "complete");
  exchange.tool_json("trunkline", {"keys", "rewrap"});
  phones.whole_call();
  check_ledger_is_complete(exchange);
  const auto second = wait_for_recording(exchange, "complete");
  REQUIRE(core::text_at(first, "recording") != core::text_at(second, "recording"));
  CHECK(core::text_at(second, "key_id") == fresh);

  CHECK(wait_until(
      [&] {
        return exchange.tool("trunkline", {"keys", "mirror"}).exit.is_success();
      },
      kWait));
  exchange.tool_json("trunkline", {"keys", "retire", old, "--yes"});
  for (const auto& recording : {first, second})
    CHECK(read_channel(played(exchange, core::text_at(recording, "recording")), 0)
              .heard_for(kCallerTone) > core::Milliseconds(100));
  phones.whole_call();
  CHECK(core::text_at(wait_for_recording(exchange, "complete"), "key_id") == fresh);
}

}  // namespace
}  // namespace trunkline::test
