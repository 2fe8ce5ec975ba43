// SPDX-License-Identifier: MIT
#include "mediaplane/recordings.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/temporary_directory.h"

namespace trunkline::mediaplane {
namespace {

const core::Time kBeforeMidnight = core::parse_rfc3339("2026-11-21T23:59:00Z").value();

core::RecordingId add(Recordings& recordings, core::Time made_at, const std::string& status,
                      core::CallRef call = {}) {
  const auto id = core::RecordingId::make(made_at);
  recordings.put(id, {{"recording", id.text()}, {"call", call.text()}, {"status", status}});
  return id;
}

}  // namespace

TEST_CASE("recordings: found by id, by a unique tail, as the last, and by call", "[recordings]") {
  Recordings recordings("/nowhere");
  const auto call = core::CallRef::make(kBeforeMidnight);
  const auto first = add(recordings, kBeforeMidnight, "complete", call);
  const auto second = add(recordings, kBeforeMidnight + core::Seconds(1), "complete", call);
  CHECK(recordings.find(first.text()).value()["recording"] == first.text());
  CHECK(recordings.find(first.text().substr(20)).value()["recording"] == first.text());
  CHECK(recordings.find("last").value()["recording"] == second.text());
  CHECK(recordings.of_call(call).value()["recording"] == second.text());
  CHECK(recordings.newest(1).at(0)["recording"] == second.text());
  CHECK(recordings.newest(10).size() == 2);

  CHECK(recordings.find("nobody").error().message == "no recording 'nobody' on this node");
  CHECK(recordings.find("").error().code == core::ExitCode::no_input);
  CHECK(recordings.of_call(core::CallRef::make(kBeforeMidnight)).error().code ==
        core::ExitCode::no_input);
}

TEST_CASE("recordings: a tail that fits two is refused", "[recordings]") {
  Recordings recordings("/nowhere");
  for (const char* text :
       {"00000001-0000-7000-8000-000000000001", "00000002-0000-7000-8000-000000000001"}) {
    recordings.put(core::RecordingId::parse(text).value(), {{"recording", text}});
  }
  CHECK(recordings.find("0001").error().message == "more than one recording ends in '0001'");
}

TEST_CASE("recordings: old ones are forgotten, running ones never", "[recordings]") {
  Recordings recordings("/nowhere");
  const auto old = add(recordings, kBeforeMidnight, "complete");
  add(recordings, kBeforeMidnight, "recording");
  add(recordings, kBeforeMidnight + std::chrono::hours(2), "failed");
  CHECK(recordings.forget(kBeforeMidnight + std::chrono::hours(1)) ==
        std::vector<core::RecordingId>{old});
  CHECK(recordings.size() == 2);
}

TEST_CASE("recordings: of many the newest are kept, and running ones", "[recordings]") {
  Recordings recordings("/nowhere");
  const auto running = add(recordings, kBeforeMidnight, "recording");
  std::vector<core::RecordingId> ended;
  for (int i = 1; i <= 5; ++i)
    ended.push_back(add(recordings, kBeforeMidnight + core::Seconds(i), "complete"));
  CHECK(recordings.forget(kBeforeMidnight, 3) ==
        std::vector<core::RecordingId>{ended[0], ended[1], ended[2]});
  CHECK(recordings.size() == 3);
  CHECK(recordings.find(running.text()).has_value());
  CHECK(recordings.forget(kBeforeMidnight, 3).empty());
}

TEST_CASE("recordings: a file is found where its row says, or by its id around midnight",
          "[recordings]") {
  const test::TemporaryDirectory root;
  Recordings recordings(root.path());
  const auto id = core::RecordingId::make(kBeforeMidnight);
  CHECK(recordings.file_of(id).error().message == "recording " + id.text() + " has no file here");
  // Begun a minute after its id was made: the next day.
  const auto next_day = root.path() / "2026/11/22" / ("recording_" + id.text() + ".wav.enc");
  std::filesystem::create_directories(next_day.parent_path());
  std::ofstream(next_day) << "x";
  CHECK(recordings.file_of(id).value() == next_day);

  const auto moved = root.path() / "elsewhere.wav.enc";
  std::ofstream(moved) << "x";
  recordings.put(id, {{"recording", id.text()}, {"path", "elsewhere.wav.enc"}});
  CHECK(recordings.file_of(id).value() == moved);
}

}  // namespace trunkline::mediaplane
