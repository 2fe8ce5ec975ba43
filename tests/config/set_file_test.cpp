// SPDX-License-Identifier: MIT
#include "config/set_file.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "support/temporary_directory.h"

namespace trunkline::config {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_CASE("a setting that is set is in force and keeps the others", "[config]") {
  const test::TemporaryDirectory directory;
  const Sources sources{.file = directory.path() / "trunkline.toml"};
  const auto file = directory.path() / "trunkline.d" / "50-set.toml";
  CHECK(set_file_of(sources) == file);

  REQUIRE(write_setting(sources, "sip.max_calls", "12"));
  REQUIRE(write_setting(sources, "sip.listen", "udp:127.0.0.1:0"));
  REQUIRE(write_setting(sources, "sip.max_calls", "13"));
  const auto config = Config::load(sources);
  REQUIRE(config);
  CHECK(config->integer("sip.max_calls") == 13);
  CHECK(config->list("sip.listen") == std::vector<std::string>{"udp:127.0.0.1:0"});
  CHECK(config->origin("sip.max_calls").starts_with(file.string() + ":"));
}

TEST_CASE("what would make the configuration invalid is not written", "[config]") {
  const test::TemporaryDirectory directory;
  const Sources sources{.file = directory.path() / "trunkline.toml"};
  REQUIRE(write_setting(sources, "media.rtp_max", "20000"));
  const std::string before = content(set_file_of(sources));

  const auto wrong = write_setting(sources, "sip.max_calls", "none");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == core::ExitCode::usage);
  const auto unknown = write_setting(sources, "sip.maxcalls", "1");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().hint == "did you mean 'sip.max_calls'?");
  const auto contradiction = write_setting(sources, "media.rtp_min", "30000");
  REQUIRE_FALSE(contradiction);
  CHECK(contradiction.error().message ==
        "--set: media.rtp_min (30000) must not be above media.rtp_max (20000)");
  CHECK(content(set_file_of(sources)) == before);
}

TEST_CASE("a file of ours that somebody broke is not overwritten", "[config]") {
  const test::TemporaryDirectory directory;
  const Sources sources{.file = directory.path() / "trunkline.toml"};
  std::filesystem::create_directories(directory.path() / "trunkline.d");
  std::ofstream(set_file_of(sources)) << "[sip\n";
  CHECK_FALSE(write_setting(sources, "sip.max_calls", "12"));
  CHECK(content(set_file_of(sources)) == "[sip\n");
}

}  // namespace
}  // namespace trunkline::config
