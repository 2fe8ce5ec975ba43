// SPDX-License-Identifier: MIT
// The definition in schemas/control is true: what it shows, this library reads and writes.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "control/message.h"
#include "control/server.h"
#include "core/text.h"

namespace trunkline::control {
namespace {

std::string content_of(const std::string& name) {
  std::ifstream file(std::filesystem::path(TRUNKLINE_SOURCE_DIR) / "schemas" / "control" / name);
  std::ostringstream content;
  content << file.rdbuf();
  REQUIRE_FALSE(content.str().empty());
  return content.str();
}

core::Json examples_of(const std::string& name) {
  const auto schema = core::parse_json(content_of(name));
  REQUIRE(schema);
  REQUIRE(schema->at("examples").size() > 0);
  return schema->at("examples");
}

/// Read, written and read again, it is the same.
void check_request(const core::Json& example) {
  CAPTURE(example);
  const auto request = parse_request(core::to_line(example));
  REQUIRE(request);
  core::Json expected = example;
  if (!expected.contains("args")) expected["args"] = core::Json::object();
  CHECK(to_wire(*request) == core::to_line(expected) + '\n');
}

void check_incoming(const core::Json& example) {
  CAPTURE(example);
  const auto incoming = parse_incoming(core::to_line(example));
  REQUIRE(incoming);
  const std::string wire =
      incoming->answer ? to_wire(*incoming->answer) : to_wire(*incoming->event);
  CHECK(wire == core::to_line(example) + '\n');
}

TEST_CASE("control schemas: their examples are read and written alike", "[control]") {
  for (const core::Json& example : examples_of("request.v1.schema.json")) check_request(example);
  for (const core::Json& example : examples_of("answer.v1.schema.json")) check_incoming(example);
  for (const core::Json& example : examples_of("event.v1.schema.json")) check_incoming(example);
}

TEST_CASE("control schemas: the lines shown in the README are real", "[control]") {
  const std::string readme = content_of("README.md");
  bool is_json = false;
  int shown = 0;
  for (const std::string_view line : core::split(readme, '\n')) {
    if (line.starts_with("```")) {
      is_json = line == "```json";
      continue;
    }
    if (!is_json) continue;
    const auto json = core::parse_json(line);
    REQUIRE(json);
    json->contains("verb") ? check_request(*json) : check_incoming(*json);
    ++shown;
  }
  CHECK(shown >= 8);
}

TEST_CASE("control schemas: the limits in the README are those of the server", "[control]") {
  const std::string readme = content_of("README.md");
  const ServerLimits limits;
  for (const std::string& row :
       {"| a line | " + core::to_text(core::ByteCount{kLongestLine}).insert(1, " "),
        "| a line begun and not ended | " +
            std::to_string(limits.half_line_timeout.count() / 1000) + " s |",
        "| unanswered requests of a connection | " + std::to_string(limits.unanswered_requests) +
            " |",
        "| answers and events not read by a client | " + std::to_string(limits.unread_bytes >> 20) +
            " MiB, or " + std::to_string(limits.unread_timeout.count() / 1000) +
            " s without progress |",
        "| all connections together | " + std::to_string(limits.held_bytes >> 20) + " MiB |",
        "| connections | " + std::to_string(limits.connections) + ", of one user " +
            std::to_string(limits.connections_per_user) + " |"}) {
    CAPTURE(row);
    CHECK(readme.find(row) != std::string::npos);
  }
}

}  // namespace
}  // namespace trunkline::control
