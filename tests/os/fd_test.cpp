// SPDX-License-Identifier: MIT
#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

namespace trunkline::os {
namespace {

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

TEST_CASE("fd: closes what it owns exactly once", "[os]") {
  const Pipe kept = make_pipe();
  int number = -1;
  {
    Fd first = kept.read_end.duplicate();
    number = first.get();
    Fd second = std::move(first);
    CHECK_FALSE(first);
    CHECK(second.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("fd: released ones stay open, replaced ones do not", "[os]") {
  Pipe pipe = make_pipe();
  const int released = pipe.read_end.release();
  CHECK(is_open(released));
  const int replaced = pipe.write_end.get();
  pipe.write_end.reset(released);
  CHECK_FALSE(is_open(replaced));
  CHECK(is_open(released));
}

TEST_CASE("fd: closing keeps errno, so that a failure keeps its reason", "[os]") {
  Pipe pipe = make_pipe();
  errno = ENOSPC;
  pipe.read_end.reset();
  CHECK(errno == ENOSPC);
}

TEST_CASE("fd: duplicates are closed on exec", "[os]") {
  const Pipe pipe = make_pipe();
  const Fd copy = pipe.read_end.duplicate();
  CHECK((::fcntl(copy.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("fd: can be told not to block, and to block again", "[os]") {
  const Pipe pipe = make_pipe();
  set_nonblocking(pipe.read_end.get());
  char byte = 0;
  CHECK(::read(pipe.read_end.get(), &byte, 1) == -1);
  CHECK(errno == EAGAIN);
  set_nonblocking(pipe.read_end.get(), false);
  CHECK((::fcntl(pipe.read_end.get(), F_GETFL) & O_NONBLOCK) == 0);
}

}  // namespace
}  // namespace trunkline::os
