// SPDX-License-Identifier: MIT
#include "os/priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trunkline::os {
namespace {

constexpr int kLeast = 19;
// linux/ioprio.h, which C++ programs of Debian 12 do not get a wrapper for.
constexpr int kWhoProcess = 1;
constexpr int kClassShift = 13;
constexpr int kClassIdle = 3;

}  // namespace

void give_way() noexcept {
  (void)::setpriority(PRIO_PROCESS, 0, kLeast);
  (void)::syscall(SYS_ioprio_set, kWhoProcess, 0, kClassIdle << kClassShift);
}

}  // namespace trunkline::os
