// SPDX-License-Identifier: MIT
#include "foreign/reconcile.h"

#include <catch2/catch.hpp>

#include "foreign/invoice.h"

namespace trunkline::foreign {
namespace {

constexpr std::int64_t kFirstSecond = 1'795'248'000;

BilledCall call(std::string numbers, std::int64_t second, std::int64_t length,
                std::optional<std::int64_t> millionths = std::nullopt) {
  return {.numbers = std::move(numbers),
          .at = core::Time(core::Seconds(kFirstSecond + second)),
          .length = core::Seconds(length),
          .money = millionths ? std::optional(Money(*millionths)) : std::nullopt};
}

/// "0=0 1=2(duration) ours:2 theirs:1(0)" and the offset where there is one.
std::string told(const std::vector<BilledCall>& ours, const std::vector<BilledCall>& theirs,
                 const Tolerance& tolerance = {}) {
  const Reconciled found = reconcile(ours, theirs, tolerance);
  constexpr std::array kNames{"", "(time)", "(length)", "(money)"};
  std::string text;
  for (const Pair& pair : found.pairs)
    text += std::to_string(pair.ours) + "=" + std::to_string(pair.theirs) +
            kNames[static_cast<std::size_t>(pair.difference)] + " ";
  for (const std::size_t one : found.only_ours) text += "ours:" + std::to_string(one) + " ";
  for (const OnlyTheirs& one : found.only_theirs) {
    text += "theirs:" + std::to_string(one.theirs);
    if (one.duplicate_of) text += "(" + std::to_string(*one.duplicate_of) + ")";
    text += " ";
  }
  if (found.offset.count() != 0) text += "offset:" + std::to_string(found.offset.count()) + " ";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("reconcile: calls of the same numbers at about the same time are the same", "[foreign]") {
  CHECK(told({}, {}).empty());
  CHECK(told({call("a", 0, 60)}, {call("a", 0, 60)}) == "0=0");
  CHECK(told({call("a", 0, 60)}, {call("a", 5, 62)}) == "0=0");
  CHECK(told({call("a", 0, 60)}, {call("b", 0, 60)}) == "ours:0 theirs:0");
  CHECK(told({call("a", 0, 60)}, {}) == "ours:0");
  CHECK(told({}, {call("a", 0, 60)}) == "theirs:0");
  // In whatever order they come.
  CHECK(told({call("a", 0, 60), call("b", 9, 1)}, {call("b", 9, 1), call("a", 0, 60)}) ==
        "1=0 0=1");
}

TEST_CASE("reconcile: what differs is said with what differs", "[foreign]") {
  CHECK(told({call("a", 0, 10'800)}, {call("a", 0, 306)}) == "0=0(length)");
  CHECK(told({call("a", 0, 60)}, {call("a", 0, 63)}) == "0=0(length)");
  CHECK(told({call("a", 0, 60)}, {call("a", 6, 60)}) == "0=0(time)");
  CHECK(told({call("a", 0, 60)}, {call("a", 601, 60)}) == "ours:0 theirs:0");
  CHECK(told({call("a", 0, 60)}, {call("a", 60, 90)}) == "ours:0 theirs:0");
  CHECK(told({call("a", 0, 60, 20'000)}, {call("a", 0, 60, 30'000)}) == "0=0");
  CHECK(told({call("a", 0, 60, 20'000)}, {call("a", 0, 60, 30'001)}) == "0=0(money)");
  CHECK(told({call("a", 0, 60)}, {call("a", 0, 60, 30'000)}) == "0=0");
}

TEST_CASE("reconcile: a call on the invoice twice is found, two calls are two", "[foreign]") {
  CHECK(told({call("a", 0, 60)}, {call("a", 0, 60), call("a", 0, 60)}) == "0=0 theirs:1(0)");
  CHECK(told({call("a", 0, 60)}, {call("a", 0, 60), call("a", 2'000, 60)}) == "0=0 theirs:1");
  CHECK(told({call("a", 0, 60), call("a", 3, 60)}, {call("a", 1, 60), call("a", 4, 60)}) ==
        "0=0 1=1");
  // As many as possible: taking 3 for 4 first would leave 0 and 7 alone.
  CHECK(told({call("a", 0, 60), call("a", 4, 60)}, {call("a", 3, 60), call("a", 7, 60)}) ==
        "0=0 1=1");
}

TEST_CASE("reconcile: a clock that is off by a constant is found out", "[foreign]") {
  std::vector<BilledCall> ours;
  std::vector<BilledCall> theirs;
  for (int i = 0; i < 20; ++i) {
    const std::string numbers = "n" + std::to_string(i);
    ours.push_back(call(numbers, i * 100, 60));
    // An hour, a few seconds, and what networks add.
    theirs.push_back(call(numbers, i * 100 + 3'607 + i % 2, 60));
  }
  const Reconciled found = reconcile(ours, theirs, {});
  CHECK(found.pairs.size() == 20);
  CHECK(found.only_ours.empty());
  CHECK(found.offset >= core::Milliseconds(3'607'000));
  CHECK(found.offset <= core::Milliseconds(3'608'000));
  const Reconciled without = reconcile(ours, theirs, {.finds_offset = false});
  CHECK(without.pairs.empty());
  CHECK(without.only_theirs.size() == 20);
  // Differences that say nothing are none.
  for (int i = 0; i < 20; ++i)
    theirs[static_cast<std::size_t>(i)] = call("n" + std::to_string(i), i * i * 200, 60);
  CHECK(reconcile(ours, theirs, {}).offset == core::Milliseconds(0));
}

TEST_CASE("reconcile: money is read as carriers write it", "[foreign]") {
  const auto money = [](std::string_view text) {
    const auto read = parse_money(text);
    return read ? to_text(*read) : std::string("none");
  };
  CHECK(money("0.0123") == "0.0123");
  CHECK(money("1,50") == "1.50");
  CHECK(money("-0.02") == "-0.02");
  CHECK(money("$ 1.5") == "1.50");
  CHECK(money("1,234.5") == "1234.50");
  CHECK(money("1.234,5") == "1234.50");
  CHECK(money("7") == "7.00");
  CHECK(money("\u20ac 0,0007") == "0.0007");
  for (const char* const text : {"", "free", "0,:", "1e5", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(money(text) == "none");
  }
}

TEST_CASE("reconcile: an invoice's usual headings are known", "[foreign]") {
  constexpr std::array<std::string_view, 5> kHeading{"Start Time", "From", "Destination", "Billsec",
                                                     "Amount"};
  CHECK(usual_columns(kHeading).value() == Columns{{"called", "Destination"},
                                                   {"caller", "From"},
                                                   {"duration", "Billsec"},
                                                   {"price", "Amount"},
                                                   {"started", "Start Time"}});
  constexpr std::array<std::string_view, 2> kOther{"Ziel", "Beginn"};
  CHECK(usual_columns(kOther).error().message ==
        "cannot tell which column of the invoice is called");
}

TEST_CASE("reconcile: an invoice is read line by line", "[foreign]") {
  std::string text =
      "Start Time,From,To,Duration,Price\n"
      "2026-11-21T08:00:00Z,+15005550006,4930123456,60,0.02\n"
      "2026-11-21T08:00:00Z,+15005550006,,60,0.02\n"
      "2026-11-21T09:00:00Z,anonymous,+4930123456,1:01,\n";
  std::size_t at = 0;
  const Source source = [&](std::span<char> space) {
    const std::size_t size = std::min(space.size(), text.size() - at);
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, space.begin());
    at += size;
    return size;
  };
  Numbers numbers("");
  std::vector<std::string> refused;
  const Invoice invoice =
      read_invoice(source, "x", {}, numbers, [&](std::uint64_t line, const core::Fault& fault) {
        refused.push_back(std::to_string(line) + ": " + fault.message);
      });
  CHECK(refused == std::vector<std::string>{"3: it says nobody was called"});
  REQUIRE(invoice.lines.size() == 2);
  CHECK(invoice.has_callers);
  CHECK(invoice.lines[0].call.numbers == "+15005550006>+4930123456");
  CHECK(invoice.lines[0].call.money->value() == 20'000);
  CHECK(invoice.lines[1].line == 4);
  CHECK(invoice.lines[1].call.numbers == "anonymous>+4930123456");
  CHECK(invoice.lines[1].call.length == core::Seconds(61));
}

}  // namespace trunkline::foreign
