// SPDX-License-Identifier: MIT

// What the tools do with a recording of a real call: the audio as a stream, as sound files, into a
// player, whole and in part, and each time a line in the audit log.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

/// As WAV, by another program than ours.
std::filesystem::path decoded(const std::filesystem::path& sound) {
  const std::filesystem::path wav = sound.string() + ".decoded.wav";
  const Words command =
      sound.extension() == ".opus"
          ? Words{"opusdec", "--rate", "8000", "--quiet", sound.string(), wav.string()}
          : Words{"sox", sound.string(), "-e", "signed", "-b", "16", wav.string()};
  const auto output = core::value_or_throw(os::run_command({.arguments = command}, kWait));
  INFO(output.errors);
  REQUIRE(output.exit.is_success());
  return wav;
}

/// The caller on the left, the called on the right, and both for about as long.
void check_both_are_heard(const std::filesystem::path& wav, Milliseconds at_least) {
  for (const auto& [channel, tone, other] :
       {std::tuple(std::uint16_t{0}, kCallerTone, kCalledTone),
        std::tuple(std::uint16_t{1}, kCalledTone, kCallerTone)}) {
    INFO(wav << " channel " << channel);
    CHECK(read_channel(wav, channel).heard_for(tone) >= at_least);
    CHECK(read_channel(wav, channel).heard_for(other) == Milliseconds(0));
  }
}

TEST_CASE("a recording is exported, played and noted", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.whole_call(Seconds(4));
  (void)wait_for_recording(exchange, "complete");
  check_ledger_is_complete(exchange);
  const auto file = [&](const std::string& name) { return exchange.directory() / name; };
  const auto run = [&](Words words) {
    words.insert(words.begin(), "recording");
    return exchange.tool("cdrctl", std::move(words));
  };

  for (const std::string name : {"call.wav", "call.flac", "call.opus"}) {
    INFO(name);
    const auto made = exchange.tool_json(
        "cdrctl", {"recording", "export", "last", file(name).string(), "--reason", name});
    REQUIRE(made.size() == 1);
    CHECK(core::number_at(made[0], "duration_ms") >= 3'500);
    CHECK(core::number_at(made[0], "bytes") ==
          static_cast<std::int64_t>(std::filesystem::file_size(file(name))));
    CHECK((std::filesystem::status(file(name)).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    check_both_are_heard(decoded(file(name)), Milliseconds(2'500));
  }

  // A part, by places: two seconds.
  REQUIRE(run({"export", "last", file("part.wav").string(), "--from", "0:01", "--to", "3s"})
              .exit.is_success());
  CHECK(read_channel(file("part.wav")).length() == Milliseconds(2'000));
  check_both_are_heard(file("part.wav"), Milliseconds(1'800));

  // Nothing is replaced unasked, and what fails leaves nothing behind.
  const auto there = run({"export", "last", file("part.wav").string()});
  CHECK(there.exit.code == 73);
  CHECK(there.errors == "cdrctl: cannot make '" + file("part.wav").string() +
                            "': it exists\nhint: take another name, or --force to replace it\n");
  CHECK(run({"export", "last", file("part.wav").string(), "--force"}).exit.is_success());
  CHECK(read_channel(file("part.wav")).length() >= Milliseconds(3'500));
  CHECK(run({"export", "last", file("x.mp3").string()}).exit.code == 64);
  CHECK(run({"export", "nobody", file("none.wav").string()}).exit.code == 66);
  CHECK(run({"export", "last", "/nowhere/x.wav"}).exit.code == 73);
  for (const auto& entry : std::filesystem::directory_iterator(exchange.directory()))
    CHECK(entry.path().extension() != ".part");
  CHECK_FALSE(std::filesystem::exists(file("none.wav")));

  // A player hears 16-bit WAV; how it ends is how we end.
  const std::string heard = file("heard.wav").string();
  const auto played =
      run({"play", "last", "--from", "1s", "--player", "cat >" + heard, "--reason", "training"});
  INFO(played.errors);
  CHECK(played.exit.is_success());
  CHECK(played.errors.find(": 101 left, 102 right\n") != std::string::npos);
  check_both_are_heard(decoded(heard), Milliseconds(1'500));
  CHECK(run({"play", "last", "--player", "head -c 100 >/dev/null"}).exit.is_success());
  const auto failed = run({"play", "last", "--player", "cat >/dev/null; exit 3"});
  CHECK(failed.exit.code == 1);
  CHECK(failed.errors.find("the player cat >/dev/null; exit 3 ended with exit code 3\n"
                           "hint: try another: --player\n") != std::string::npos);
  CHECK(run({"play", "last", "--player", "true", "--speed", "2"}).exit.code == 64);
  CHECK(run({"play", "last", "--from", "3s", "--to", "2s"}).exit.code == 64);

  // The first that is found plays; SoX is told the speed.
  const std::string bin = file("bin").string();
  std::filesystem::create_directory(bin);
  std::ofstream(bin + "/play") << "#!/bin/sh\necho \"$@\" >" << bin
                               << "/said\n/bin/cat >/dev/null\n";
  std::filesystem::permissions(bin + "/play", std::filesystem::perms::owner_all);
  const auto found = core::value_or_throw(
      os::run_command({.arguments = {std::string(TRUNKLINE_BIN_DIR) + "/cdrctl", "--config",
                                     exchange.config_file().string(), "recording", "play", "last",
                                     "--speed", "1.5"},
                       .environment = {{"PATH", bin}, {"TRUNKLINE_PLAYER", ""}}},
                      kWait));
  INFO(found.errors);
  CHECK(found.exit.is_success());
  std::string said;
  std::getline(std::ifstream(bin + "/said"), said);
  CHECK(said == "-q -t wav - tempo -s 1.50");

  const auto shown = exchange.tool_json("cdrctl", {"recording", "show", "last"});
  std::string reasons;
  for (const core::Json& access : shown.at(0).at("accesses"))
    reasons += core::text_at(access, "why") + '\n';
  for (const std::string reason : {"call.wav", "call.flac", "call.opus", "training",
                                   "cdrctl recording export", "cdrctl recording play"}) {
    INFO(reasons);
    CHECK(reasons.find(reason + "\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace trunkline::test
