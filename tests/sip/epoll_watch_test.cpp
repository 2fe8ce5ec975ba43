// SPDX-License-Identifier: MIT
#include "sip/epoll_watch.h"

#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>

#include "os/fd.h"
#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    read_end = os::Fd(ends[0]);
    write_end = os::Fd(ends[1]);
  }
  os::Fd read_end;
  os::Fd write_end;
};

}  // namespace

TEST_CASE("epoll_watch: finds the instance that watches a descriptor", "[epoll_watch]") {
  World world;
  const Pipe pipe;
  CHECK_FALSE(sip::find_epoll_watch(pipe.read_end.get()).is_found());
  const auto watch =
      world.root.watch(pipe.read_end.get(), os::Interest::readable, [](os::Ready) {});
  CHECK(sip::find_epoll_watch(pipe.read_end.get()).is_found());
}

TEST_CASE("epoll_watch: errors only means no word of what can be read", "[epoll_watch]") {
  World world;
  Pipe pipe;
  int readable = 0;
  int closed = 0;
  const auto watch =
      world.root.watch(pipe.read_end.get(), os::Interest::readable, [&](os::Ready ready) {
        readable += ready.is_readable ? 1 : 0;
        closed += ready.is_closed ? 1 : 0;
        if (ready.is_closed) world.root.stop();
      });
  REQUIRE(sip::watch_errors_only(sip::find_epoll_watch(pipe.read_end.get()), pipe.read_end.get()));
  REQUIRE(::write(pipe.write_end.get(), "x", 1) == 1);
  world.run_for(20ms);
  CHECK(readable == 0);
  // The end of the other side is an error; that it still comes here shows whose data it was.
  pipe.write_end = os::Fd();
  world.run_for(20ms);
  CHECK(closed > 0);

  CHECK_FALSE(sip::watch_errors_only({}, pipe.read_end.get()));
}
