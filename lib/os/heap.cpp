// SPDX-License-Identifier: MIT
#include "os/heap.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Of mimalloc, which a program may be linked with in place of the C library's heap.
extern "C" [[gnu::weak]] void mi_collect(bool force) noexcept;

namespace trunkline::os {

void return_free_memory() noexcept {
  if (mi_collect != nullptr) {
    mi_collect(true);
    return;
  }
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace trunkline::os
