// SPDX-License-Identifier: MIT
#include "daemon/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <optional>

#include "core/text.h"

namespace trunkline::daemon {
namespace {

core::LogRecord record_of(core::LogMessage message, std::vector<core::LogField> fields = {}) {
  return {core::LogLevel::info, message.text(), std::move(fields)};
}

class FixedClock final : public core::Clock {
 public:
  core::Time wall() const override { return *core::parse_rfc3339("2026-11-21T08:00:00Z"); }
  core::SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

/// All lines until the writing end is closed.
std::vector<std::string> lines_of(int read_end) {
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t size = 0; (size = ::read(read_end, chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(size));
  std::vector<std::string> lines;
  for (const std::string_view line : core::split(text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

std::optional<std::uint64_t> dropped_in(std::string_view line) {
  const std::string_view mark = R"(level=warning msg="log records dropped" count=)";
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return core::parse_unsigned(line.substr(at + mark.size()));
}

TEST_CASE("log writer: writes a line with its time for each record, in order", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  const FixedClock clock;
  {
    LogWriter writer({.descriptor = pipe.write_end.get()}, core::LogLevel::info, clock);
    writer.write(record_of("call ended", {{"call", "x y"}, {"status", 200}}));
    writer.write(record_of("stopped"));
  }
  pipe.write_end.reset();
  CHECK(lines_of(pipe.read_end.get()) ==
        std::vector<std::string>{
            R"(time=2026-11-21T08:00:00.000000Z level=info msg="call ended" call="x y" status=200)",
            R"(time=2026-11-21T08:00:00.000000Z level=info msg=stopped)"});
}

TEST_CASE("log writer: takes what its level allows, and the level may change", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  {
    LogWriter writer({.descriptor = pipe.write_end.get()}, core::LogLevel::info);
    core::set_log_sink(&writer);
    core::log_debug("not yet");
    writer.set_level(core::LogLevel::debug);
    core::log_debug("now");
    core::set_log_sink(nullptr);
  }
  pipe.write_end.reset();
  const auto lines = lines_of(pipe.read_end.get());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with("level=debug msg=now"));
}

TEST_CASE("log writer: a full queue drops and counts, and nobody waits", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  REQUIRE(::fcntl(pipe.write_end.get(), F_SETPIPE_SZ, 4096) >= 4096);
  constexpr std::uint64_t kRecords = 5000;
  std::vector<std::string> lines;
  std::thread reader;
  {
    LogWriter writer({.descriptor = pipe.write_end.get(), .capacity = 100}, core::LogLevel::info);
    // Nobody reads yet: the pipe holds some forty lines, the queue a hundred.
    for (std::uint64_t i = 0; i < kRecords; ++i)
      writer.write(record_of("call ended", {{"padding", std::string(50, 'x')}}));
    reader = std::thread([&] { lines = lines_of(pipe.read_end.get()); });
  }
  pipe.write_end.reset();
  reader.join();
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;
  for (const std::string& line : lines) {
    const auto count = dropped_in(line);
    dropped += count.value_or(0);
    written += count ? 0 : 1;
  }
  CHECK(dropped > kRecords / 2);
  CHECK(written + dropped == kRecords);
}

TEST_CASE("log writer: ends although nobody reads what it writes", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  const auto begin = std::chrono::steady_clock::now();
  {
    LogWriter writer({.descriptor = pipe.write_end.get()}, core::LogLevel::info);
    for (int i = 0; i < 5000; ++i)
      writer.write(record_of("call ended", {{"padding", std::string(50, 'x')}}));
  }
  CHECK(std::chrono::steady_clock::now() - begin < core::Seconds{5});
}

TEST_CASE("log writer: a reader that went away does no harm", "[daemon]") {
  const auto action = ::signal(SIGPIPE, SIG_IGN);
  os::Pipe pipe = os::make_pipe();
  {
    LogWriter writer({.descriptor = pipe.write_end.get()}, core::LogLevel::info);
    pipe.read_end.reset();
    for (int i = 0; i < 100; ++i) writer.write(record_of("stopped"));
  }
  ::signal(SIGPIPE, action);
  SUCCEED();
}

TEST_CASE("log writer: outside text cannot make a record endless", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  {
    LogWriter writer({.descriptor = pipe.write_end.get()}, core::LogLevel::info);
    writer.write(record_of("request refused", {{"reason", std::string(100'000, 'x')}}));
  }
  pipe.write_end.reset();
  const auto lines = lines_of(pipe.read_end.get());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() < 2200);
  CHECK(lines[0].ends_with("xxx..."));
}

TEST_CASE("log writer: several threads may log at once", "[daemon]") {
  os::Pipe pipe = os::make_pipe();
  std::vector<std::string> lines;
  std::thread reader([&] { lines = lines_of(pipe.read_end.get()); });
  {
    LogWriter writer({.descriptor = pipe.write_end.get(), .capacity = 100'000},
                     core::LogLevel::info);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 1000; ++i) writer.write(record_of("call ended", {{"leg", thread}}));
      });
    for (std::thread& thread : threads) thread.join();
  }
  pipe.write_end.reset();
  reader.join();
  CHECK(lines.size() == 4000);
}

}  // namespace
}  // namespace trunkline::daemon
