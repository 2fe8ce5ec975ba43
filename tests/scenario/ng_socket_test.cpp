// SPDX-License-Identifier: MIT

// sipd commands recorderd over a Unix datagram socket alone: nothing listens for NG on the network.

#include <fmt/format.h>
#include <sys/stat.h>

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

TEST_CASE("ng socket: phones call and are recorded through it, also after a restart",
          "[scenario]") {
  const TemporaryDirectory folder;
  const std::string socket = folder.path() / "ng";
  const std::string place = fmt::format("[\"unix:{}\"]", socket);
  Exchange exchange({.settings = {{"sip.ng", place}, {"media.ng_listen", place}}});
  struct stat status {};
  REQUIRE(::stat(socket.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);

  TwoPhones phones(exchange);
  const auto node = [&] { return exchange.ask_sipd("status").at(0).at("media").at("nodes").at(0); };
  REQUIRE(wait_until([&] { return node().at("is_up") == true; }, kWait));
  CHECK(node().at("address") == "unix:" + socket);
  phones.whole_call(core::Seconds(2));
  CHECK(core::text_at(wait_for_recording(exchange, "complete"), "status") == "complete");

  // The socket of a process that was killed is replaced, and sipd finds the new one.
  exchange.recorderd().kill9();
  REQUIRE(wait_until([&] { return node().at("is_up") == false; }, kWait));
  exchange.start_recorderd();
  REQUIRE(wait_until([&] { return node().at("is_up") == true; }, kWait));
  phones.whole_call(core::Seconds(2));

  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  for (const auto& call : calls) CHECK(core::text_at(call, "disposition") == "answered");
  CHECK(wait_until(
      [&] {
        return exchange.tool_json("cdrctl", {"recording", "list"}).size() == 2;
      },
      kWait));
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
