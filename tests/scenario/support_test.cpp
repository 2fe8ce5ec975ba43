// SPDX-License-Identifier: MIT

// What the scenario tests stand on: a database that freezes, a disk that fills, a host of its own,
// a sipp that counts, a clock that is set. What fails here is no fault of ours.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <fstream>

#include "db/connection.h"
#include "support/fake_clock.h"
#include "support/free_ports.h"
#include "support/network_namespace.h"
#include "support/postgres_cluster.h"
#include "support/program.h"
#include "support/sipp.h"
#include "support/sound.h"
#include "support/tmpfs.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

/// Whether psql gets an answer soon.
bool answers(const PostgresCluster& cluster) {
  const auto output = os::run_command(
      {.arguments = {"psql", "-Atqc", "SELECT 1", cluster.conninfo()}}, Milliseconds(1500));
  return output && output->exit.is_success() && output->output == "1\n";
}

TEST_CASE("support: a cluster stops, freezes, crashes and comes back", "[scenario][support]") {
  PostgresCluster cluster;
  CHECK(answers(cluster));
  cluster.freeze();
  CHECK_FALSE(answers(cluster));
  cluster.thaw();
  CHECK(answers(cluster));
  cluster.stop();
  CHECK_FALSE(answers(cluster));
  cluster.start();
  CHECK(answers(cluster));
  cluster.kill9();
  CHECK_FALSE(answers(cluster));
  cluster.start();
  CHECK(answers(cluster));
}

TEST_CASE("support: a tmpfs is full when it is, and can grow", "[scenario][support]") {
  const auto can_write = [](const Tmpfs& disk) {
    std::ofstream file(disk.path() / "file");
    file << std::string(100'000, 'x') << std::flush;
    return static_cast<bool>(file);
  };
  Tmpfs disk(core::ByteCount(1024 * 1024));
  CHECK(can_write(disk));
  std::filesystem::remove(disk.path() / "file");
  disk.fill();
  CHECK_FALSE(can_write(disk));
  disk.make_room();
  CHECK(can_write(disk));
  disk.fill();
  disk.resize(core::ByteCount(4 * 1024 * 1024));
  CHECK(can_write(disk));
}

TEST_CASE("support: a namespace is a host of its own", "[scenario][support]") {
  std::string name;
  {
    NetworkNamespace host("10.77.31");
    name = host.name();
    CHECK(host.run({"ip", "-o", "-4", "addr", "show", "eth0"}).find("10.77.31.2/24") !=
          std::string::npos);
    host.run({"ip", "route", "get", host.our_address()});
    host.add_address("10.99.31.1/24");
    CHECK(host.run({"ip", "-o", "addr"}).find("10.99.31.1") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists("/run/netns/" + name));
}

TEST_CASE("support: sipp counts what succeeded and what did not", "[scenario][support]") {
  // Nobody is registered anywhere: the called side gets no call, the caller no answer.
  const auto result = Sipp::run({.scenario = "register",
                                 .remote = fmt::format("127.0.0.1:{}", free_ports().value()),
                                 .name = "nobody",
                                 .password = core::Secret("secret"),
                                 .keys = {{"expires", "60"}},
                                 .timeout = Seconds(2)});
  CHECK_FALSE(result.is_good());
  CHECK(result.successful == 0);
  Sipp called({.scenario = "called", .timeout = Seconds(2)});
  CHECK(called.is_running());
  CHECK_FALSE(called.wait().is_good());
}

TEST_CASE("support: a tone is found again, alone", "[scenario][support]") {
  TemporaryDirectory directory;
  write_tone(directory.path() / "tone.wav", kCallerTone, Seconds(2));
  const auto channel = read_channel(directory.path() / "tone.wav");
  CHECK(channel.length() == Seconds(2));
  CHECK(channel.heard_for(kCallerTone) == Seconds(2));
  CHECK(channel.heard_for(kCalledTone) == Milliseconds(0));
  CHECK(channel.silent_for() == Milliseconds(0));
  CHECK(channel.loudest(kCallerTone) == Approx(8000).epsilon(0.02));
}

TEST_CASE("support: ports are even and handed out once", "[scenario][support]") {
  const auto first = free_ports(10);
  const auto second = free_ports(10);
  CHECK(first.value() % 2 == 0);
  CHECK((second < first || second.value() >= first.value() + 10));
}

TEST_CASE("support: a fake clock's times move apart when it is set", "[scenario][support]") {
  FakeClock clock;
  const auto steady = clock.steady();
  clock.step_wall(std::chrono::hours(1));
  clock.advance(Seconds(5));
  CHECK(core::to_rfc3339(clock.wall()) == "2026-11-21T09:00:05.000000Z");
  CHECK(clock.steady() - steady == Seconds(5));
}

}  // namespace
}  // namespace trunkline::test
