// SPDX-License-Identifier: MIT

// A device with several phones: all ring, one answers (RFC 3261 section 16.7, as far as a B2BUA
// does it).

#include <fmt/format.h>

#include "scenario/sipp_phones.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

constexpr core::Milliseconds kPatience = core::Seconds(60);

TEST_CASE("forking: of a device's phones one answers, the others hear where", "[scenario]") {
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  const auto desk = start_called(exchange, bob, "called_elsewhere");
  const auto kitchen = start_called(exchange, bob, "called");
  const auto cellar = start_called(exchange, bob, "called_elsewhere");
  const auto calling = Sipp::run(caller_options(exchange, alice, "caller", "102"));
  INFO(calling.errors);
  CHECK(calling.is_good());
  for (const auto* phone : {&desk, &kitchen, &cellar}) {
    const auto told = (*phone)->wait();
    INFO(told.errors);
    CHECK(told.is_good());
  }
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::text_at(calls.at(0).at("called"), "address") ==
        fmt::format("127.0.0.1:{}", kitchen->local_port().value()));
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

TEST_CASE("forking: a phone that forwards within the tenant is followed", "[scenario]") {
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  const auto carol = exchange.add_device("carol", "103");
  // As a phone knows the exchange: by its address.
  const std::map<std::string, std::string> moved{
      {"status", "302"},
      {"headers",
       "Contact: <sip:900@127.0.0.1>;q=0.9, <sip:103@127.0.0.1>;q=0.5, <sip:102@127.0.0.1>\n"}};
  const auto forwards = start_called(exchange, bob, "called_refuses", 1, kPatience, moved);
  const auto answers = start_called(exchange, carol, "called");
  const auto calling = Sipp::run(caller_options(exchange, alice, "caller", "102"));
  INFO(calling.errors);
  CHECK(calling.is_good());
  CHECK(forwards->wait().is_good());
  CHECK(answers->wait().is_good());
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  INFO(core::to_line(calls.at(0)));
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::text_at(calls.at(0).at("called"), "name") == "carol");
  CHECK(core::text_at(calls.at(0).at("called"), "dialled") == "102");
  static constexpr db::Statement kTold{
      "SELECT count(*) AS n FROM trunkline.ledger_entry WHERE kind = 'call.ended' AND "
      "body::jsonb -> 'redirected' @> '[{\"refusal\":\"bob was called already\"},"
      "{\"to\":\"sip:900@127.0.0.1\",\"refusal\":\"nobody is called 900\"},"
      "{\"to\":\"sip:103@127.0.0.1\",\"rule\":\"extension\"}]' AND "
      "body::jsonb #> '{redirected,-1,refusal}' IS NULL"};
  CHECK(count(exchange, kTold) == 1);
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

TEST_CASE("forking: a phone that forwards to nobody is not followed; another may answer",
          "[scenario]") {
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  const std::map<std::string, std::string> moved{{"status", "302"},
                                                 {"headers", "Contact: <sip:900@127.0.0.1>\n"}};
  const auto forwards = start_called(exchange, bob, "called_refuses", 2, kPatience, moved);
  const auto refused = Sipp::run(caller_options(exchange, alice, "caller_refused", "102", "480"));
  INFO(refused.errors);
  CHECK(refused.is_good());
  auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  INFO(core::to_line(calls.at(0)));
  CHECK(core::text_at(calls.at(0), "disposition") == "rejected");
  CHECK(core::number_at(calls.at(0), "sip_status") == 480);
  CHECK(core::number_at(calls.at(0), "q850_cause") == 23);

  const auto answers = start_called(exchange, bob, "called");
  const auto calling = Sipp::run(caller_options(exchange, alice, "caller", "102"));
  INFO(calling.errors);
  CHECK(calling.is_good());
  CHECK(forwards->wait().is_good());
  CHECK(answers->wait().is_good());
  calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

TEST_CASE("forking: the flows of one phone are tried one after the other", "[scenario]") {
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  const std::string instance = ";+sip.instance=\"<urn:uuid:0-1>\"";
  const auto second =
      start_called(exchange, bob, "called", 1, kPatience, {}, instance + ";reg-id=2");
  // The newest is the first; its edge proxy has lost it.
  const auto first = start_called(exchange, bob, "called_refuses", 1, kPatience,
                                  {{"status", "430"}}, instance + ";reg-id=1");
  CHECK(exchange.ask_sipd("registration.list").size() == 2);
  const auto calling = Sipp::run(caller_options(exchange, alice, "caller", "102"));
  INFO(calling.errors);
  CHECK(calling.is_good());
  CHECK(first->wait().is_good());
  CHECK(second->wait().is_good());
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::text_at(calls.at(0).at("called"), "address") ==
        fmt::format("127.0.0.1:{}", second->local_port().value()));
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
}

}  // namespace
}  // namespace trunkline::test
