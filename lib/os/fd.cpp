// SPDX-License-Identifier: MIT
#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

#include "os/system_fault.h"

namespace trunkline::os {

void Fd::reset(int descriptor) noexcept {
  const int old = std::exchange(descriptor_, descriptor);
  if (old < 0) return;
  // Closing on a path of failure must not hide why it failed.
  const int error_number = errno;
  // EBADF means that somebody else closed it: the next descriptor of that number would be hit.
  // Any other error still closes on Linux, so there is nothing to repeat.
  const bool was_open = ::close(old) == 0 || errno != EBADF;
  assert(was_open);
  (void)was_open;
  errno = error_number;
}

Fd Fd::duplicate() const {
  Fd copy(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw system_error("duplicate a descriptor", errno);
  return copy;
}

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("make a pipe", errno);
  return {Fd(ends[0]), Fd(ends[1])};
}

void set_nonblocking(int descriptor, bool is_nonblocking) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) throw system_error("read the flags of a descriptor", errno);
  const int wanted = is_nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted != flags && ::fcntl(descriptor, F_SETFL, wanted) != 0)
    throw system_error("set the flags of a descriptor", errno);
}

}  // namespace trunkline::os
