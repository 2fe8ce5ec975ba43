// SPDX-License-Identifier: MIT
#pragma once

// A handle of libcurl for headers that must not name it.

#include "core/cptr.h"

namespace trunkline::http {

void release_handle(void* handle) noexcept;
using Handle = core::CPtr<void, release_handle>;

}  // namespace trunkline::http
