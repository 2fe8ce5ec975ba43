// SPDX-License-Identifier: MIT

// retention verify over a real database, key store and folder: what is wrong is found, each with
// its exit code, and a run that is killed goes on.

#include <random>

#include "scenario/recorded_site.h"
#include "support/kills.h"

namespace trunkline::test {
namespace {

struct VerifySite : RecordedSite {
  using RecordedSite::RecordedSite;

  /// "what recording-index", sorted; the last line is the end.
  std::vector<std::string> verify(int status, const Words& more = {}) {
    Words words{"verify"};
    words.insert(words.end(), more.begin(), more.end());
    auto lines = site.json("retention", words, status);
    REQUIRE_FALSE(lines.empty());
    end = lines.back();
    lines.pop_back();
    std::vector<std::string> said;
    for (const core::Json& line : lines) {
      const auto id = core::RecordingId::parse(core::text_at(line, "recording"));
      const auto at = id ? std::find(ids.begin(), ids.end(), *id) : ids.end();
      said.push_back(core::text_at(line, "what") +
                     (at == ids.end() ? "" : " " + std::to_string(at - ids.begin())));
    }
    std::sort(said.begin(), said.end());
    return said;
  }
  core::Json end;
};

TEST_CASE("retention verify: says what is wrong, and its exit code says how bad", "[scenario]") {
  VerifySite world(6);
  CHECK(world.verify(0).empty());
  CHECK(core::text_at(world.end, "outcome") == "good");
  CHECK(world.end.at("recordings") == 6);
  const auto noted = world.site.json("trunkline", {"audit", "list", "--event", "verify."});
  REQUIRE(noted.size() == 1);
  CHECK(core::text_at(noted[0], "event") == "verify.finished");

  std::ofstream(world.root / "note.txt") << "hello";
  CHECK(world.verify(3) == Words{"foreign"});
  REQUIRE(world.keys->create_key(
      core::RecordingId::make(core::system_clock().wall() - std::chrono::hours(48)),
      core::system_clock().wall()));
  CHECK(world.verify(3) == Words{"foreign", "key extra"});
  std::filesystem::remove(world.root / "note.txt");

  world.flip(1);
  std::filesystem::remove(world.files[2]);
  REQUIRE(world.keys->remove(world.ids[3]).value());
  CHECK(world.verify(65, {"--threads", "3"}) ==
        Words{"changed 1", "file missing 2", "key extra", "key missing 3"});
  CHECK(core::text_at(world.end, "outcome") == "bad");

  const auto found = world.site.json("trunkline", {"doctor"}, 1);
  CHECK(std::ranges::any_of(found, [](const core::Json& finding) {
    return core::text_at(finding, "about") == "verification" &&
           core::text_at(finding, "severity") == "problem";
  }));

  CHECK(world.site.refusal("retention", {"verify", "--sample", "lots"}) ==
        "retention: cannot read 'lots' as a share\nhint: such as 5%, from 0.1% to 100%\n");
}

TEST_CASE("retention verify: a disk that is not mounted is told, and nothing else", "[scenario]") {
  VerifySite world(3);
  std::filesystem::rename(world.root, world.site.path("elsewhere"));
  std::filesystem::create_directory(world.root);
  const os::Output refused = world.site.run("retention", {"verify"});
  CHECK(refused.exit.code == 69);
  CHECK(refused.output.empty());
  CHECK(refused.errors == "retention: cannot verify: '" + world.root.string() +
                              "' has none of the 3 recordings\nhint: is its disk mounted? "
                              "findmnt -T " +
                              world.root.string() + "\n");
}

TEST_CASE("retention verify: killed at any moment it goes on, and tells everything once",
          "[scenario]") {
  constexpr int kRecordings = 200;
  VerifySite world(kRecordings);
  for (const std::size_t i : {3UL, 70UL, 131UL, 199UL}) world.flip(i);
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> moment_ms(0, 120);
  for (int kill = 0; kill < kills(50); ++kill)
    world.kill_after({"verify", "--rate", "2MiB"}, core::Milliseconds(moment_ms(random)));
  CHECK(world.verify(65) == Words{"changed 131", "changed 199", "changed 3", "changed 70"});
  CHECK(world.end.at("recordings") == kRecordings);
}

}  // namespace
}  // namespace trunkline::test
