// SPDX-License-Identifier: MIT
#include "config/config.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/temporary_directory.h"

namespace trunkline::config {
namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST_CASE("without any source every setting has its default", "[config]") {
  const auto config = Config::load({});
  REQUIRE(config);
  CHECK(config->text("log.level") == "info");
  CHECK(config->integer("sip.max_calls") == 1000);
  CHECK(config->boolean("ledger.enabled"));
  CHECK(config->duration("sip.ring_timeout") == core::Seconds(60));
  CHECK(config->list("sip.listen") == std::vector<std::string>{"udp:0.0.0.0:5060",
                                                               "tcp:0.0.0.0:5060", "udp:[::]:5060",
                                                               "tcp:[::]:5060"});
  for (const Setting& setting : settings()) CHECK(config->origin(setting.key) == "default");
}

TEST_CASE("later sources override earlier ones and are named as origin", "[config]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "trunkline.toml";
  const auto folder = directory.path() / "trunkline.d";
  write(file,
        "[sip]\nmax_calls = 1\nring_timeout = \"11s\"\nstale_after = \"21s\"\n"
        "drain_timeout = \"31s\"\nnonce_life = \"41s\"\n");
  write(folder / "10-a.toml",
        "[sip]\nring_timeout = \"12s\"\nstale_after = \"22s\"\n"
        "drain_timeout = \"32s\"\nnonce_life = \"42s\"\n");
  write(folder / "20-b.toml",
        "[sip]\nstale_after = \"23s\"\ndrain_timeout = \"33s\"\n"
        "nonce_life = \"43s\"\n");
  write(folder / "30-c.toml.off", "[sip]\nstale_after = \"99s\"\n");
  const auto config = Config::load(
      {.file = file,
       .environment = {{"TRUNKLINE_SIP_DRAIN_TIMEOUT", "34s"}, {"TRUNKLINE_SIP_NONCE_LIFE", "44s"}},
       .overrides = {"sip.nonce_life=45s"}});
  REQUIRE(config);
  CHECK(config->integer("sip.max_calls") == 1);
  CHECK(config->origin("sip.max_calls") == file.string() + ":2");
  CHECK(config->duration("sip.ring_timeout") == core::Seconds(12));
  CHECK(config->origin("sip.ring_timeout") == (folder / "10-a.toml").string() + ":2");
  CHECK(config->duration("sip.stale_after") == core::Seconds(23));
  CHECK(config->origin("sip.stale_after") == (folder / "20-b.toml").string() + ":2");
  CHECK(config->duration("sip.drain_timeout") == core::Seconds(34));
  CHECK(config->origin("sip.drain_timeout") == "TRUNKLINE_SIP_DRAIN_TIMEOUT");
  CHECK(config->duration("sip.nonce_life") == core::Seconds(45));
  CHECK(config->origin("sip.nonce_life") == "--set");
  CHECK(config->origin("sip.listen") == "default");
}

TEST_CASE("a file is only missed by who asked for it", "[config]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "none.toml";
  CHECK(Config::load({.file = file}));
  const auto required = Config::load({.file = file, .is_file_required = true});
  REQUIRE_FALSE(required);
  CHECK(required.error().code == core::ExitCode::config);
  CHECK(required.error().message.find(file.string()) != std::string::npos);
}

TEST_CASE("a fault in a source names it and tells how to mend it", "[config]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "trunkline.toml";
  const auto fault_of = [&](std::string_view toml) {
    write(file, toml);
    const auto config = Config::load({.file = file});
    REQUIRE_FALSE(config);
    return config.error();
  };
  CHECK(fault_of("[sip]\nlisen = []\n") ==
        core::Fault{core::ExitCode::config, file.string() + ":2: no setting is named 'sip.lisen'",
                    "did you mean 'sip.listen'?"});
  CHECK(fault_of("\n\n[sip]\nmax_calls = 0\n") ==
        core::Fault{
            core::ExitCode::config,
            file.string() + ":4: sip.max_calls must be a whole number from 1 to 1000000, not '0'",
            "the default is 1000"});
  CHECK(fault_of("sip = 5\n").message == file.string() + ":1: no setting is named 'sip'");

  const auto from_environment = Config::load({.environment = {{"TRUNKLINE_SIP_MAX_CALLS", "x"}}});
  REQUIRE_FALSE(from_environment);
  CHECK(from_environment.error() ==
        core::Fault{core::ExitCode::config,
                    "TRUNKLINE_SIP_MAX_CALLS: sip.max_calls must be a whole number from 1 to "
                    "1000000, not 'x'",
                    "the default is 1000"});

  const auto from_flag = Config::load({.overrides = {"sip.max_cals=3"}});
  REQUIRE_FALSE(from_flag);
  CHECK(from_flag.error() == core::Fault{core::ExitCode::usage,
                                         "--set: no setting is named 'sip.max_cals'",
                                         "did you mean 'sip.max_calls'?"});
  const auto without_value = Config::load({.overrides = {"sip.max_calls"}});
  REQUIRE_FALSE(without_value);
  CHECK(without_value.error() ==
        core::Fault{core::ExitCode::usage, "--set 'sip.max_calls' has no '='",
                    "write --set key=value, as in --set sip.max_calls=10"});
}

TEST_CASE("a mistyped variable of a section of ours is a fault, others are not ours", "[config]") {
  const auto mistyped = Config::load({.environment = {{"TRUNKLINE_SIP_LISEN", "x"}}});
  REQUIRE_FALSE(mistyped);
  CHECK(mistyped.error() ==
        core::Fault{core::ExitCode::config,
                    "the environment variable TRUNKLINE_SIP_LISEN names no setting",
                    "did you mean TRUNKLINE_SIP_LISTEN?"});
  CHECK(Config::load({.environment = {{"TRUNKLINE_PAGER", "less"}, {"TRUNKLINE_SIPPER", "x"}}}));
}

TEST_CASE("settings that contradict each other are a fault of the one that was set", "[config]") {
  struct Case {
    std::vector<Assignment> changes;
    std::string message;
  };
  const std::vector<Case> cases{
      {{{"media.rtp_min", "61000"}},
       "--set: media.rtp_min (61000) must not be above media.rtp_max (60000)"},
      {{{"sip.expires_max", "30m"}},
       "--set: sip.expires_default (1h) must not be above sip.expires_max (30m)"},
      {{{"sip.expires_min", "2h"}},
       "--set: sip.expires_min (2h) must not be above sip.expires_default (1h)"},
  };
  for (const Case& row : cases) {
    const auto config = Config::of(row.changes);
    REQUIRE_FALSE(config);
    CHECK(config.error().message == row.message);
    CHECK(config.error().hint ==
          "see all values and where they come from: trunkline config show --origin");
  }
  CHECK(Config::of({{"media.rtp_min", "61000"}, {"media.rtp_max", "62000"}}));
}

TEST_CASE("a shown value has no password in it", "[config]") {
  const auto config = Config::of({{"db.url", "host=a password=geheim"}});
  REQUIRE(config);
  CHECK(config->text("db.url") == "host=a password=geheim");
  CHECK(config->shown("db.url") == "host=a password=***");
  CHECK(config->shown("sip.listen") ==
        "udp:0.0.0.0:5060,tcp:0.0.0.0:5060,udp:[::]:5060,tcp:[::]:5060");
  CHECK(config->shown("sip.ring_timeout") == "1m");
}

TEST_CASE("--config comes before the variable, and both must be there", "[config]") {
  ::setenv("TRUNKLINE_CONFIG", "/nonexistent/from-environment.toml", 1);
  ::setenv("TRUNKLINE_SIP_MAX_CALLS", "5", 1);
  const Sources named = Sources::of_process("/nonexistent/named.toml", {"log.level=debug"});
  const Sources unnamed = Sources::of_process();
  ::unsetenv("TRUNKLINE_CONFIG");
  ::unsetenv("TRUNKLINE_SIP_MAX_CALLS");
  CHECK(named.file == "/nonexistent/named.toml");
  CHECK(named.is_file_required);
  CHECK(named.overrides == std::vector<std::string>{"log.level=debug"});
  CHECK(unnamed.file == "/nonexistent/from-environment.toml");
  CHECK(unnamed.is_file_required);
  CHECK(std::find(unnamed.environment.begin(), unnamed.environment.end(),
                  Assignment("TRUNKLINE_SIP_MAX_CALLS", "5")) != unnamed.environment.end());
  const bool takes_file_as_setting =
      std::any_of(unnamed.environment.begin(), unnamed.environment.end(),
                  [](const Assignment& entry) { return entry.first == "TRUNKLINE_CONFIG"; });
  CHECK_FALSE(takes_file_as_setting);
  CHECK_FALSE(Sources::of_process().is_file_required);
}

}  // namespace
}  // namespace trunkline::config
