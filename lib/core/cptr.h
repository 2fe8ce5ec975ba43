// SPDX-License-Identifier: MIT
#pragma once

// Owning pointers for C handles. Each folder that walls in a C library names its handles once:
//   using Connection = CPtr<PGconn, PQfinish>;
// A CPtr is one pointer wide and releases exactly once.

#include <memory>

namespace trunkline::core {

template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* handle) const noexcept {
    Release(handle);
  }
};

/// For libraries that free through T** (FFmpeg).
template <auto Release>
struct IndirectReleaser {
  template <class T>
  void operator()(T* handle) const noexcept {
    Release(&handle);
  }
};

template <class T, auto Release>
using CPtr = std::unique_ptr<T, Releaser<Release>>;

template <class T, auto Release>
using IndirectCPtr = std::unique_ptr<T, IndirectReleaser<Release>>;

}  // namespace trunkline::core
