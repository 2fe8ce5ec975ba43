// SPDX-License-Identifier: MIT
// The verbs of sipctl that ask sipd, against a sipd that answers from the journal's own examples:
// what they print, in which form, and with which exit code.

#include <catch2/catch.hpp>
#include <thread>

#include "control/server.h"
#include "core/json.h"
#include "os/loop.h"
#include "support/temporary_directory.h"
#include "truth/tree.h"

namespace trunkline::truth {
namespace {

using control::Reply;
using control::Request;

core::Json example(const std::string& schema, const std::string& folder = "journal") {
  const std::string text = content(tree() / "schemas" / folder / (schema + ".schema.json"));
  return core::value_or_throw(core::parse_json(text)).at("examples").at(0);
}

/// A control socket with a few verbs, on a thread of its own.
class FakeSipd {
 public:
  FakeSipd() : server_(loop_, socket(), 0600) {
    server_.on("registration.list", [this](const Request&, Reply reply) {
      reply.item(registration_);
      reply.ok({{"count", 1}});
    });
    server_.on("call.list", [this](const Request&, Reply reply) {
      reply.item(call_);
      reply.ok({{"count", 1}});
    });
    server_.on("call.show", [this](const Request& request, Reply reply) {
      if (core::text_at(request.args, "call") == "last") return reply.ok(call_);
      reply.fail({core::ExitCode::no_input, "there is no live call 'x'", "see sipctl call list"});
    });
    server_.on("call.hangup", [this](const Request&, Reply reply) {
      reply.ok({{"call", core::text_at(call_, "call")}});
    });
    server_.on("ban.list", [this](const Request&, Reply reply) {
      reply.item(ban_);
      reply.ok({{"count", 1}});
    });
    for (const char* verb : {"ban.why", "ban.add", "ban.remove"}) {
      server_.on(verb, [this](const Request& request, Reply reply) {
        if (core::text_at(request.args, "address") == core::text_at(ban_, "address")) {
          return reply.ok(ban_);
        }
        reply.fail({core::ExitCode::usage, "cannot read 'x' as an address"});
      });
    }
    server_.on("reload", [](const Request&, Reply reply) {
      reply.fail({core::ExitCode::config, "f.toml:2: no setting is named 'x'"});
    });
    // Again and again, so that one that watches finds out when its own reader has gone.
    changes_ = loop_.every(core::Milliseconds(20), [this] {
      core::Json gone = registration_;
      gone["reason"] = "expired";
      server_.publish("registration.unbound", gone);
    });
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~FakeSipd() {
    loop_.stop();
    thread_.join();
  }
  FakeSipd(const FakeSipd&) = delete;
  FakeSipd& operator=(const FakeSipd&) = delete;

  os::Output sipctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {program("sipctl"), "--set", "sip.control=" + socket()});
    return run(std::move(words));
  }
  std::string socket() const { return (directory_.path() / "control").string(); }
  const core::Json& call() const { return call_; }

 private:
  static core::Json live_call() {
    core::Json call = example("call.v1");
    call["duration_ms"] = 1500;
    call["phase"] = "ringing";
    call["legs"] = core::Json::array();
    return call;
  }

  test::TemporaryDirectory directory_;
  core::Json registration_ = example("registration.v1");
  core::Json call_ = live_call();
  core::Json ban_ = example("ban.v1", "json");
  os::Loop loop_;
  control::Server server_;
  os::RegistrationPtr changes_;
  std::thread thread_;
};

std::string validated(const os::Output& output, const test::TemporaryDirectory& directory) {
  const std::string file = (directory.path() / "lines").string();
  std::ofstream(file) << output.output;
  const os::Output checked = run(
      {"/bin/sh", "-c", "exec \"$0\" <\"$1\"", (tree() / "tests/truth/validate").string(), file});
  return checked.exit.is_success() ? "valid" : checked.errors;
}

TEST_CASE("live calls are listed, shown and ended", "[truth]") {
  const FakeSipd sipd;
  const std::string id = core::text_at(sipd.call(), "call");
  const os::Output listed = sipd.sipctl({"call", "list"});
  CHECK(listed.output ==
        "2026-11-21T08:00:00.000000Z\t101 alice\t102 bob\tringing\t1500\tyes\t" + id + "\n");
  CHECK(listed.errors.empty());

  const os::Output shown = sipd.sipctl({"call", "show", "last"});
  CHECK(shown.output.starts_with("call\t" + id + "\nstate\tringing\ncaller\t101 alice\n"));
  CHECK(shown.output.find("called dialled\t102\n") != std::string::npos);

  const os::Output ended = sipd.sipctl({"call", "hangup", id});
  CHECK(ended.exit.is_success());
  CHECK(ended.output == "call\t" + id + "\n");
}

TEST_CASE("bans are listed, explained, made and lifted", "[truth]") {
  const FakeSipd sipd;
  const test::TemporaryDirectory directory;
  const os::Output listed = sipd.sipctl({"ban", "list"});
  CHECK(
      listed.output ==
      "192.0.2.66\t2026-11-21T08:00:00.000000Z\t2026-11-21T08:15:00.000000Z\tguard.ban.passwords\t"
      "5 wrong passwords within a minute, the last for 'alice'\tguard\n");
  const os::Output told = sipd.sipctl({"ban", "why", "192.0.2.66"});
  CHECK(told.output.starts_with(
      "address\t192.0.2.66\nstate\tbanned until 2026-11-21T08:15:00.000000Z\n"
      "rule\tguard.ban.passwords\n"));
  CHECK(told.output.find("last minute\t5 wrong passwords, 12 messages dropped\n") !=
        std::string::npos);
  CHECK(told.output.ends_with("advice\tsipctl ban remove 192.0.2.66\n"));
  CHECK(
      sipd.sipctl({"ban", "add", "192.0.2.66", "--for", "1d", "--reason", "x"}).exit.is_success());
  CHECK(sipd.sipctl({"ban", "remove", "192.0.2.66"}).exit.is_success());
  CHECK(sipd.sipctl({"ban", "why", "x"})
            .errors.starts_with("sipctl: cannot read 'x' as an address\n"));
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"ban", "list", "--json"},
                                             {"ban", "why", "192.0.2.66", "--json"},
                                             {"ban", "add", "192.0.2.66", "--json"},
                                             {"ban", "remove", "192.0.2.66", "--json"}}) {
    CAPTURE(words);
    const os::Output output = sipd.sipctl(words);
    CHECK(output.output.starts_with("{\"schema\":\"ban.v1\""));
    CHECK(validated(output, directory) == "valid");
  }
}

TEST_CASE("registrations are listed, and with --watch what changes follows", "[truth]") {
  const FakeSipd sipd;
  const os::Output listed = sipd.sipctl({"registration", "list"});
  CHECK(listed.output ==
        "alice\t192.0.2.10:5060\tudp\t2026-11-21T09:00:00.000000Z\tbaresip v1.0.0\n");

  // It watches for ever: what ends it is that its reader has gone.
  const os::Output watched =
      run({"/bin/sh", "-c",
           "timeout 20 \"$0\" registration list --watch --json --set \"$1\" | head -n 2",
           program("sipctl"), "sip.control=" + sipd.socket()});
  const auto lines_watched = core::split(watched.output, '\n');
  REQUIRE(lines_watched.size() == 3);
  CHECK(lines_watched[0].starts_with("{\"schema\":\"registration.v1\","));
  CHECK(lines_watched[1].starts_with("{\"schema\":\"registration_event.v1\","));
  CHECK(lines_watched[1].find("\"event\":\"registration.unbound\"") != std::string::npos);
  const test::TemporaryDirectory directory;
  CHECK(validated(watched, directory) == "valid");
}

TEST_CASE("what the verbs of sipctl print with --json obeys its schema", "[truth]") {
  const FakeSipd sipd;
  const test::TemporaryDirectory directory;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"call", "list", "--json"},
                                             {"call", "show", "last", "--json"},
                                             {"call", "hangup", "last", "--json"},
                                             {"registration", "list", "--json"}}) {
    INFO(core::join(words, " "));
    const os::Output printed = sipd.sipctl(words);
    CHECK_FALSE(printed.output.empty());
    CHECK(validated(printed, directory) == "valid");
  }
}

TEST_CASE("what sipd refuses is told in its words with its exit code", "[truth]") {
  const FakeSipd sipd;
  const os::Output unknown = sipd.sipctl({"call", "show", "x"});
  CHECK(unknown.exit.code == 66);
  CHECK(unknown.errors == "sipctl: there is no live call 'x'\nhint: see sipctl call list\n");
  const os::Output reload = sipd.sipctl({"reload"});
  CHECK(reload.exit.code == 78);
  CHECK(reload.errors == "sipctl: f.toml:2: no setting is named 'x'\n");
}

}  // namespace
}  // namespace trunkline::truth
