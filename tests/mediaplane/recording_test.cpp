// SPDX-License-Identifier: MIT

// Recordings of a real engine: from RTP to a decrypted WAV, and what happens when they cannot be.

#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "audio/wav.h"
#include "mediaplane/world.h"

namespace trunkline::mediaplane {
namespace {

using test::Phone;
using test::TestCall;
using test::World;

core::Bytes read_all(int descriptor) {
  core::Bytes bytes;
  std::array<std::byte, 65536> block;
  ssize_t count = 0;
  while ((count = ::read(descriptor, block.data(), block.size())) > 0) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  return bytes;
}

audio::Clip play(const World& world, core::RecordingId recording, core::Json args = {}) {
  args["recording"] = recording.text();
  args["reason"] = "test";
  auto opened = world.control().call_for_descriptor("recording.open", std::move(args));
  if (!opened) FAIL(opened.error().message);
  const core::Bytes wav = read_all(opened->descriptor.get());
  CHECK(opened->result["bytes"] == wav.size());
  return core::value_or_throw(audio::parse_wav(wav));
}

void check_tones(const audio::Clip& clip, double left, double right) {
  CHECK(test::tone_amplitude(clip.channel(0), left) > 5000);
  CHECK(test::tone_amplitude(clip.channel(0), right) < 500);
  CHECK(test::tone_amplitude(clip.channel(1), right) > 5000);
  CHECK(test::tone_amplitude(clip.channel(1), left) < 500);
}

/// Payloads of 20 ms with 440 Hz in them, of tests/media/streams.
std::vector<core::Bytes> stream(const std::string& name) {
  std::ifstream file(std::string(TRUNKLINE_SOURCE_DIR) + "/tests/media/streams/" + name);
  std::string line;
  REQUIRE(std::getline(file, line));
  std::vector<core::Bytes> all;
  while (std::getline(file, line)) all.push_back(core::from_hex(line).value());
  return all;
}

void send(const Phone& phone, std::uint8_t payload_type, std::size_t number, std::size_t clock,
          const core::Bytes& payload) {
  core::Bytes bytes(rtp::kHeaderBytes);
  rtp::write_header(bytes,
                    {.payload_type = rtp::PayloadType(payload_type),
                     .sequence_number = rtp::SequenceNumber(static_cast<std::uint16_t>(number)),
                     .timestamp = rtp::RtpTimestamp(static_cast<std::uint32_t>(number * clock)),
                     .ssrc = rtp::Ssrc(7)});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  phone.send(bytes);
}

struct Speaker {
  const Phone& phone;
  std::uint8_t payload_type;
  const std::vector<core::Bytes>& payloads;
};

/// Both at once, a packet each 20 ms; `from` is the number of each one's first packet.
void say(const Speaker& caller, const Speaker& called, std::size_t from, std::size_t clock) {
  auto next = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < std::min(caller.payloads.size(), called.payloads.size()); ++i) {
    std::this_thread::sleep_until(next);
    for (const Speaker& speaker : {caller, called}) {
      send(speaker.phone, speaker.payload_type, from + i, clock, speaker.payloads[i]);
    }
    next += std::chrono::milliseconds(20);
  }
}

/// A file system of that size where the recordings lie.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& path, const std::string& size) : path_(path) {
    std::filesystem::create_directories(path_);
    const std::string options = "size=" + size;
    if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) != 0) {
      FAIL("cannot mount a tmpfs: these tests need root");
    }
  }
  ~SmallDisk() { (void)::umount2(path_.c_str(), MNT_DETACH); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("recording: each party's tone is on its own channel of the decrypted file",
          "[recording]") {
  World world;
  Phone caller(440);
  Phone called(1000);
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(4500));
  CHECK(called.count(caller.packets_sent()) == caller.packets_sent());
  CHECK(caller.count(called.packets_sent()) == called.packets_sent());
  REQUIRE(call.hang_up(world).text("result") == "ok");

  const core::Json body = world.settled_recording(call.id);
  CAPTURE(body);
  CHECK(body["schema"] == "recording.v1");
  REQUIRE(body["status"] == "complete");
  CHECK(body["recording"] == call.recording.text());
  CHECK(body["tenant"] == call.tenant.text());
  CHECK(body["codec"] == "mulaw");
  CHECK(body["duration_ms"].get<int>() == Approx(4500).margin(150));
  for (const auto& leg : body["legs"]) {
    CHECK(leg["packets_received"] == 225);
    CHECK(leg["packets_written"] == 225);
    CHECK(leg["packets_lost"] == 0);
    CHECK(leg["packets_late"] == 0);
    CHECK(leg["media_ms"] == 4500);
  }
  const auto file = world.root() / "recordings" / body["path"].get<std::string>();
  CHECK(std::filesystem::file_size(file) == body["bytes"]);

  const audio::Clip whole = play(world, call.recording);
  CHECK(whole.channels == 2);
  CHECK(whole.duration_ms() == body["duration_ms"]);
  check_tones(whole, 440, 1000);
  const core::Json access = world.last_entry(call.id, "recording.accessed");
  CHECK(access["who"] == "uid:" + std::to_string(::getuid()) + " root");
  CHECK(access["why"] == "test");
  CHECK(access["from"] == "pid " + std::to_string(::getpid()));

  const audio::Clip part = play(world, call.recording, {{"from_ms", 1500}, {"to_ms", 2500}});
  CHECK(part.duration_ms() == 1000);
  check_tones(part, 440, 1000);

  // A reader who reads nothing and leaves.
  auto opened = world.control().call_for_descriptor(
      "recording.open", {{"recording", call.recording.text()}, {"reason", "test"}});
  REQUIRE(opened);
  opened->descriptor.reset();
  CHECK(test::eventually([&] { return world.status()["playbacks"] == 0; }));
}

TEST_CASE("recording: it is opened with a reason, and only what there is", "[recording]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true);
  (void)call.hang_up(world);
  REQUIRE(world.settled_recording(call.id)["status"] == "complete");
  const auto without_reason =
      world.control().call_for_descriptor("recording.open", {{"recording", call.recording.text()}});
  REQUIRE_FALSE(without_reason);
  CHECK(without_reason.error().message == "a recording is only opened with a reason");
  const auto unknown =
      world.control().call_for_descriptor("recording.open", {{"recording", "nobody"}});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == core::ExitCode::no_input);
  CHECK(unknown.error().message == "no recording 'nobody' on this node");
}

TEST_CASE("recording: a live file plays what is there", "[recording]") {
  World world;
  Phone caller(440);
  Phone called(1000);
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(2600));
  const audio::Clip clip = play(world, call.recording);
  CHECK(clip.duration_ms() == 2000);
  check_tones(clip, 440, 1000);
  (void)call.hang_up(world);
}

TEST_CASE("recording: the format is fixed by the first answer, the other law is converted",
          "[recording]") {
  World world;
  Phone caller(440, audio::Codec::mulaw);
  Phone called(1000, audio::Codec::alaw);
  const TestCall call;
  call.establish(world, caller, called, true, "8 0 101");
  test::talk(caller, called, core::Milliseconds(1000));
  (void)call.hang_up(world);
  CHECK(world.settled_recording(call.id)["codec"] == "alaw");
  check_tones(play(world, call.recording), 440, 1000);
}

TEST_CASE("recording: a hold is silence of its real length", "[recording]") {
  World world;
  Phone caller(440);
  Phone called(1000);
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(400));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  // One's timestamps ran on, the other's stood still.
  caller.skip(30);
  test::talk(caller, called, core::Milliseconds(400));
  (void)call.hang_up(world);
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["duration_ms"].get<int>() == Approx(1400).margin(100));
  const auto left = play(world, call.recording).channel(0);
  CHECK(test::tone_amplitude(std::span(left).subspan(500 * 8, 400 * 8), 440) < 100);
  CHECK(test::tone_amplitude(std::span(left).subspan(1050 * 8, 250 * 8), 440) > 5000);
}

TEST_CASE("recording: a codec we cannot record is relayed and said to be unsupported",
          "[recording]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  const auto evrc = [](const Phone& phone) {
    return phone.sdp("96 101", "a=rtpmap:96 EVRC/8000\r\n");
  };
  const auto offered = world.ng->call("offer", call.offer_body(evrc(caller), true));
  called.learn(offered.text("sdp"));
  caller.learn(world.ng->call("answer", call.answer_body(evrc(called))).text("sdp"));
  caller.speak();
  CHECK(called.hear());
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["status"] == "unsupported");
  CHECK(body["reason"] == "codec EVRC cannot be recorded");
  CHECK_FALSE(body.contains("path"));
}

TEST_CASE("recording: G.722 one way, G.711 the other, Opus after a re-INVITE: one wide file",
          "[recording]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true, "9 0");
  const auto g722 = stream("g722");
  const auto pcmu = stream("pcmu");
  say({caller, 9, g722}, {called, 0, pcmu}, 0, 160);
  const std::string opus = "a=rtpmap:96 opus/48000/2\r\n";
  REQUIRE(world.ng->call("offer", call.offer_body(caller.sdp("96", opus), true)).text("result") ==
          "ok");
  REQUIRE(world.ng->call("answer", call.answer_body(called.sdp("96", opus))).text("result") ==
          "ok");
  const auto packets = stream("opus");
  say({caller, 96, packets}, {called, 96, packets}, g722.size(), 960);
  (void)call.hang_up(world);

  const core::Json body = world.settled_recording(call.id);
  CAPTURE(body);
  CHECK(body["status"] == "complete");
  CHECK_FALSE(body.contains("reason"));
  CHECK(body["codec"] == "s16le");
  CHECK(body["sample_rate"] == 16'000);
  for (const auto& leg : body["legs"]) {
    CHECK(leg["packets_written"] == 32);
    CHECK(leg["packets_lost"] == 0);
    CHECK(leg["media_ms"] == 640);
  }
  const audio::Clip clip = play(world, call.recording);
  CHECK(clip.sample_rate == 16'000);
  for (const std::uint16_t channel : {std::uint16_t{0}, std::uint16_t{1}}) {
    const auto samples = clip.channel(channel);
    REQUIRE(samples.size() > 16 * 560);
    CHECK(test::tone_amplitude(std::span(samples).subspan(16 * 120, 16 * 150), 440, 16'000) > 6500);
    CHECK(test::tone_amplitude(std::span(samples).subspan(16 * 450, 16 * 100), 440, 16'000) > 6500);
  }
}

TEST_CASE("recording: a call without audio says that there was nothing to record", "[recording]") {
  World world;
  const Phone caller;
  const Phone called;
  const TestCall call;
  const auto refused_audio = [](std::string sdp) {
    const auto begin = sdp.find("m=audio ") + 8;
    return sdp.replace(begin, sdp.find(' ', begin) - begin, "0");
  };
  REQUIRE(world.ng->call("offer", call.offer_body(caller.sdp(), true)).text("result") == "ok");
  REQUIRE(world.ng->call("answer", call.answer_body(refused_audio(called.sdp()))).text("result") ==
          "ok");
  (void)call.hang_up(world);
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["status"] == "unsupported");
  CHECK(body["reason"] == "the call had no audio");
}

TEST_CASE("recording: without a key ring the call goes on and the entry says why", "[recording]") {
  World world({.has_key_ring = false});
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true);
  caller.speak();
  CHECK(called.hear());
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["status"] == "failed");
  CHECK_THAT(body["reason"].get<std::string>(), Catch::Contains("key ring"));
  CHECK(world.last_entry(call.id, "recording.failed") == body);
  CHECK_FALSE(world.status()["keys"]["error"].get<std::string>().empty());

  SECTION("a reload takes the ring that was made since") {
    world.make_key_ring();
    world.main().run([&] { REQUIRE(world.engine().reload(world.config())); });
    const TestCall next;
    next.establish(world, caller, called, true);
    test::talk(caller, called, core::Milliseconds(100));
    (void)next.hang_up(world);
    CHECK(world.settled_recording(next.id)["status"] == "complete");
  }
}

TEST_CASE("recording: a full disk fails the recording, not the call", "[recording]") {
  World world;
  const SmallDisk disk(world.root() / "recordings", "48k");
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(4600));
  caller.speak();
  called.speak();
  CHECK(caller.hear());
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["status"] == "failed");
  CHECK_THAT(body["reason"].get<std::string>(), Catch::Contains("no space left on device"));
  CHECK(body["duration_ms"] == 2000);
  CHECK(world.last_entry(call.id, "recording.failed")["status"] == "failed");
  CHECK(play(world, call.recording).duration_ms() == 2000);
  CHECK(call.hang_up(world).text("result") == "ok");
}

TEST_CASE("recording: started, paused and stopped by command", "[recording]") {
  World world;
  Phone caller(440);
  Phone called(1000);
  const TestCall call;
  call.establish(world, caller, called, false);
  CHECK(world.status()["recordings_running"] == 0);
  REQUIRE(world.ng->call("start recording", call.named()).text("result") == "ok");
  CHECK(world.status()["recordings_running"] == 1);
  test::talk(caller, called, core::Milliseconds(300));
  REQUIRE(world.ng->call("pause recording", call.named()).text("result") == "ok");
  test::talk(caller, called, core::Milliseconds(300));
  REQUIRE(world.ng->call("start recording", call.named()).text("result") == "ok");
  test::talk(caller, called, core::Milliseconds(300));
  // A command may overtake the packet that was sent just before it.
  CHECK(called.count(caller.packets_sent()) == caller.packets_sent());
  CHECK(caller.count(called.packets_sent()) == called.packets_sent());
  REQUIRE(world.ng->call("stop recording", call.named()).text("result") == "ok");
  const core::Json body = world.settled_recording(call.id);
  CHECK(body["status"] == "complete");
  CHECK(body["legs"][0]["paused_ms"].get<int>() == Approx(300).margin(60));
  CHECK(body["legs"][0]["packets_received"] == 45);
  CHECK(body["legs"][0]["packets_written"].get<int>() == Approx(30).margin(2));
  const auto left = play(world, call.recording).channel(0);
  CHECK(test::tone_amplitude(std::span(left).subspan(350 * 8, 200 * 8), 440) < 100);

  // A second one is another recording of the same call.
  REQUIRE(world.ng->call("start recording", call.named()).text("result") == "ok");
  // One that runs is not begun again, nor found missing at the end.
  REQUIRE(world.ng->call("start recording", call.named()).text("result") == "ok");
  test::talk(caller, called, core::Milliseconds(100));
  (void)call.hang_up(world);
  CHECK(test::eventually(
      [&] { return world.settled_recording(call.id)["recording"] != call.recording.text(); }));
  CHECK(world.settled_recording(call.id)["status"] == "complete");
}

TEST_CASE("recording: draining turns new calls away and finishes the old", "[recording]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(100));
  std::atomic<bool> is_drained = false;
  world.main().run([&] { world.engine().drain([&] { is_drained = true; }); });
  const auto refused = world.ng->call("offer", TestCall().offer_body(caller.sdp(), false));
  CHECK(refused.text("result") == "load limit");
  CHECK_FALSE(is_drained);
  (void)call.hang_up(world);
  CHECK(test::eventually([&] { return is_drained.load(); }));
  CHECK(world.last_entry(call.id, "recording.finished")["status"] == "complete");
}

TEST_CASE("recording: an engine that ends finishes what it records", "[recording]") {
  World world;
  Phone caller;
  Phone called;
  const TestCall call;
  call.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(100));
  world.stop();
  CHECK(world.last_entry(call.id, "recording.finished")["status"] == "complete");
  CHECK(world.last_entry(call.id, "media.ended")["reason"] == "stopped");
}

TEST_CASE("recording: a hundred calls leave no port, session or descriptor", "[recording]") {
  World world;
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  Phone caller;
  Phone called;
  const auto round = [&] {
    const TestCall call;
    call.establish(world, caller, called, true);
    caller.speak();
    REQUIRE(called.hear());
    (void)call.hang_up(world);
  };
  round();
  (void)world.status();
  const auto before = descriptors();
  for (int i = 0; i < 100; ++i) round();
  const core::Json status = world.status();
  CHECK(status["sessions"] == 0);
  CHECK(status["recordings_running"] == 0);
  CHECK(status["ports"]["in_use"] == 0);
  CHECK(test::eventually([&] { return descriptors() <= before; }));
}

}  // namespace trunkline::mediaplane
