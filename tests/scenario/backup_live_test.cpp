// SPDX-License-Identifier: MIT

// A backup while a call runs, and a database restored under living daemons.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE(
    "backup: a call goes on, its recording is in the next one, and daemons fill up what is "
    "restored",
    "[scenario]") {
  TemporaryDirectory places;
  const auto quoted = [&](const char* name) {
    fs::create_directory(places.path() / name);
    return "\"" + (places.path() / name).string() + "\"";
  };
  Exchange exchange({.settings = {{"recording.key_mirror", quoted("mirror")},
                                  {"backup.target", quoted("target")},
                                  {"backup.state_dir", quoted("state")}}});
  fs::permissions(places.path(), fs::perms(0755));
  fs::permissions(places.path() / "mirror", fs::perms(0777));
  const auto run = [&](std::vector<std::string> words, int code) {
    words.emplace_back("--json");
    const auto output = exchange.tool("trunkline", std::move(words), core::Seconds(120));
    INFO(output.errors);
    REQUIRE(output.exit.code == code);
    return core::value_or_throw(
        core::parse_json(output.output.substr(0, output.output.find('\n'))));
  };
  TwoPhones phones(exchange);
  phones.whole_call();
  const auto first = core::text_at(wait_for_recording(exchange, "complete"), "recording");
  check_ledger_is_complete(exchange);
  phones.call();
  TwoPhones::talk(core::Milliseconds(2'500));
  // The ring has no sealed copy: partly.
  const auto during = run({"backup"}, 3);
  CHECK(during.at("recordings") == 1);
  CHECK(during.at("left_out") == 1);
  TwoPhones::talk(core::Milliseconds(500));
  phones.hang_up();
  (void)wait_for_recording(exchange, "complete");
  check_ledger_is_complete(exchange);
  const auto after = run({"backup"}, 3);
  CHECK(after.at("recordings") == 2);
  CHECK(after.at("fresh_files") == 1);
  run({"drill"}, 0);

  // A third call, then yesterday's database under everybody's feet.
  phones.whole_call();
  (void)wait_for_recording(exchange, "complete");
  check_ledger_is_complete(exchange);
  for (const auto& entry : fs::directory_iterator(exchange.recordings())) fs::remove_all(entry);
  run({"restore", core::text_at(during, "name"), "--yes", "--part", "database", "--part",
       "recordings"},
      0);
  check_ledger_is_complete(exchange);
  CHECK(ledger_calls(exchange).size() == 3);
  CHECK(exchange.tool("cdrctl", {"prove"}).exit.is_success());
  CHECK(read_channel(played(exchange, first), 0).heard_for(kCallerTone) > core::Milliseconds(100));
  // And it goes on.
  phones.whole_call();
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
