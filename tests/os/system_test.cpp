// SPDX-License-Identifier: MIT
// What the system says about itself: disk, limits, interfaces, users, errno.

#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "os/disk.h"
#include "os/interfaces.h"
#include "os/limits.h"
#include "os/socket.h"
#include "os/system_fault.h"
#include "os/user.h"

namespace trunkline::os {
namespace {

TEST_CASE("disk: available is at most total", "[os]") {
  const auto space = disk_space("/");
  REQUIRE(space);
  CHECK(space->total > core::ByteCount{0});
  CHECK(space->available <= space->total);
  CHECK(disk_space("/no/such/path").error().code == core::ExitCode::no_input);
}

TEST_CASE("limits: are raised as far as allowed and never lowered", "[os]") {
  const OpenFileLimit before = open_file_limit();
  CHECK(raise_open_file_limit(1).soft == before.soft);
  // More than the kernel grants anybody.
  CHECK(raise_open_file_limit(UINT64_MAX).soft == before.hard);
  CHECK(open_file_limit().soft == before.hard);
  const OpenFileLimit raised = raise_open_file_limit(before.hard + 1);
  // Who may not raise it (CAP_SYS_RESOURCE, which a container's root may lack) has what there is.
  CHECK((raised.soft == before.hard || raised.soft == before.hard + 1));
  CHECK(raised.hard == raised.soft);
}

TEST_CASE("limits: a receive buffer is granted up to its limit", "[os]") {
  const auto limit = receive_buffer_limit();
  if (!limit) {
    WARN("net.core.rmem_max is not to be seen here");
    return;
  }
  const auto socket = bind_udp(Address::loopback(),
                               {.receive_buffer = core::ByteCount{1ULL << 30}, .send_buffer = {}});
  REQUIRE(socket);
  CHECK(buffer_sizes(socket->get()).receive == *limit);
}

TEST_CASE("interfaces: loopback is there, the documentation's addresses are not", "[os]") {
  const auto addresses = local_addresses();
  CHECK(std::any_of(addresses.begin(), addresses.end(), [](const LocalAddress& local) {
    return local.address == Address::loopback() && !local.interface.empty();
  }));
  CHECK(is_local(Address::loopback(core::Port(5060))));
  CHECK(is_local(*Address::parse_host("127.1.2.3")));
  CHECK(is_local(Address::any(Family::ipv4)));
  CHECK_FALSE(is_local(*Address::parse_host("192.0.2.1")));
}

TEST_CASE("user: names and numbers are each other's inverse", "[os]") {
  CHECK(user_name(0) == "root");
  CHECK(find_user("root") == uid_t{0});
  CHECK(group_name(0) == "root");
  CHECK(find_group("root") == gid_t{0});
}

TEST_CASE("user: the unknown is named by number", "[os]") {
  CHECK(user_name(3'999'999'999) == "uid:3999999999");
  CHECK(group_name(3'999'999'999) == "gid:3999999999");
  CHECK_FALSE(find_user("no-such-user"));
  CHECK_FALSE(find_group("no-such-group"));
}

TEST_CASE("user: membership counts the primary group", "[os]") {
  CHECK(is_member(0, "root"));
  CHECK_FALSE(is_member(0, "nogroup"));
  CHECK_FALSE(is_member(0, "no-such-group"));
  CHECK_FALSE(is_member(3'999'999'999, "root"));
}

TEST_CASE("system fault: the exit code fits the errno", "[os]") {
  struct Row {
    int error_number;
    core::ExitCode code;
    std::string text;
  };
  for (const Row& row : {Row{ENOENT, core::ExitCode::no_input, "no such file or directory"},
                         Row{EACCES, core::ExitCode::no_permission, "permission denied"},
                         Row{ECONNREFUSED, core::ExitCode::unavailable, "connection refused"},
                         Row{ENOSPC, core::ExitCode::io, "no space left on device"},
                         Row{EMFILE, core::ExitCode::try_again, "too many open files"},
                         Row{EINVAL, core::ExitCode::failed, "invalid argument"}}) {
    CHECK(system_fault("open the door", row.error_number, "knock") ==
          core::Fault{row.code, "cannot open the door: " + row.text, "knock"});
  }
}

}  // namespace
}  // namespace trunkline::os
