// SPDX-License-Identifier: MIT
#include "os/heap.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace trunkline::os {

void return_free_memory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace trunkline::os
