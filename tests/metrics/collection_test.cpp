// SPDX-License-Identifier: MIT
#include "metrics/collection.h"

#include <catch2/catch.hpp>
#include <limits>
#include <regex>
#include <set>

#include "metrics/rows.h"

namespace trunkline::metrics {
namespace {

core::Json json(std::string_view text) {
  return core::value_or_throw(core::parse_json(text));
}

std::string text_of(std::string_view daemon, std::string_view status) {
  Collection collection;
  collection.add(daemon, json(status));
  return to_text(collection.families());
}

TEST_CASE("metrics: what both daemons say is one family, labelled", "[metrics]") {
  Collection collection;
  collection.add("sipd", json(R"({"uptime_ms": 61500, "calls": 12,
                                  "ledger": {"last": 110, "shipped": 100, "lag_ms": 250}})"));
  collection.add("recorderd", json(R"({"uptime_ms": 2000, "sessions": 12, "calls": 99})"));
  CHECK(to_text(collection.families()) ==
        "# HELP trunkline_up Whether the daemon answers.\n"
        "# TYPE trunkline_up gauge\n"
        "trunkline_up{daemon=\"sipd\"} 1\n"
        "trunkline_up{daemon=\"recorderd\"} 1\n"
        "# HELP trunkline_uptime_seconds Since the daemon started.\n"
        "# TYPE trunkline_uptime_seconds gauge\n"
        "trunkline_uptime_seconds{daemon=\"sipd\"} 61.5\n"
        "trunkline_uptime_seconds{daemon=\"recorderd\"} 2\n"
        "# HELP trunkline_ledger_lag_seconds Age of the oldest entry that PostgreSQL lacks.\n"
        "# TYPE trunkline_ledger_lag_seconds gauge\n"
        "trunkline_ledger_lag_seconds{daemon=\"sipd\"} 0.25\n"
        "# HELP trunkline_ledger_lag_entries Entries that PostgreSQL lacks.\n"
        "# TYPE trunkline_ledger_lag_entries gauge\n"
        "trunkline_ledger_lag_entries{daemon=\"sipd\"} 10\n"
        "# HELP trunkline_calls Calls of this moment.\n"
        "# TYPE trunkline_calls gauge\n"
        "trunkline_calls 12\n"
        "# HELP trunkline_media_sessions Media sessions.\n"
        "# TYPE trunkline_media_sessions gauge\n"
        "trunkline_media_sessions 12\n");
}

TEST_CASE("metrics: objects and lists become labels, and labels are escaped", "[metrics]") {
  const std::string text = text_of("sipd", R"({
      "ended": {"answered": 3, "no_answer": 1, "odd": "x"},
      "media": {"nodes": [{"address": "udp:[::1]:2223", "is_up": true, "calls": 2},
                          {"address": "a\"b\\c\nd", "is_up": false}, 7, {"calls": 1}]}})");
  CHECK(text.find("\ntrunkline_calls_ended_total{disposition=\"answered\"} 3\n"
                  "trunkline_calls_ended_total{disposition=\"no_answer\"} 1\n#") !=
        std::string::npos);
  CHECK(text.find("\ntrunkline_media_node_up{node=\"udp:[::1]:2223\"} 1\n"
                  "trunkline_media_node_up{node=\"a\\\"b\\\\c\\nd\"} 0\n#") != std::string::npos);
  CHECK(text.find("\ntrunkline_media_node_calls{node=\"udp:[::1]:2223\"} 2\n") !=
        std::string::npos);
}

TEST_CASE("metrics: booleans and times are numbers, other things are left out", "[metrics]") {
  const std::string text =
      text_of("recorderd",
              R"({"mirror": {"is_current": false, "copied_at": "2026-11-21T08:00:00.500000Z"},
          "sessions": "many", "ports": 7, "keys": {"has_ring": true, "error": ""}})");
  CHECK(text.find("trunkline_key_mirror_current 0\n") != std::string::npos);
  CHECK(text.find("trunkline_key_mirror_copied_timestamp_seconds 1795248000.5\n") !=
        std::string::npos);
  CHECK(text.find("trunkline_key_ring_loaded 1\n") != std::string::npos);
  CHECK(text.find("trunkline_media_sessions") == std::string::npos);
  CHECK(text.find("trunkline_port_pairs") == std::string::npos);
}

TEST_CASE("metrics: a status of any shape is survived", "[metrics]") {
  for (const std::string_view status :
       {"{}", "[]", "null", "1", R"({"ledger": [1, 2], "media": {"nodes": {"a": 1}}, "ended": []})",
        R"({"journal": null, "media": {"nodes": [null, [], {"address": 3, "calls": 1}]}})"}) {
    INFO(status);
    const std::string text = text_of("sipd", status);
    CHECK(text.find("trunkline_up{daemon=\"sipd\"} 1\n") != std::string::npos);
  }
}

TEST_CASE("metrics: a daemon that is down is up 0 and nothing else", "[metrics]") {
  Collection collection;
  collection.add_down("sipd");
  const auto families = collection.families();
  REQUIRE(families.size() == 1);
  CHECK(families[0].name == "trunkline_up");
  CHECK(families[0].samples.at(0).value == 0);
}

TEST_CASE("metrics: names are unique, explained, and say unit and type", "[metrics]") {
  const std::regex proper("trunkline(_[a-z]+)+");
  std::set<std::string_view> names;
  for (const Row& row : rows()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(std::regex_match(std::string(row.name), proper));
    CHECK(row.name.ends_with("_total") == (row.type == Type::counter));
    CHECK(row.help.ends_with("."));
    if (row.path.ends_with("_ms")) CHECK(row.name.ends_with("_seconds"));
  }
}

TEST_CASE("metrics: numbers are written whole where they are whole", "[metrics]") {
  const std::vector<std::pair<double, std::string>> table = {
      {0, "0"},
      {-3, "-3"},
      {1'234'567'890'123.0, "1234567890123"},
      {0.1, "0.1"},
      {1795248000.5, "1795248000.5"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"}};
  for (const auto& [value, text] : table) CHECK(to_text(value) == text);
}

}  // namespace
}  // namespace trunkline::metrics
