// SPDX-License-Identifier: MIT
#pragma once

// What the kernel answered, in our words: "cannot bind 127.0.0.1:5060: address already in use",
// with the exit code that fits the errno.

#include <string_view>

#include "core/error.h"

namespace trunkline::os {

/// The errno's text, lower case.
std::string text_of_errno(int error_number);
/// `what` says what was tried and on what: "bind 127.0.0.1:5060" gives "cannot bind ...: why".
core::Fault system_fault(std::string_view what, int error_number, std::string hint = {});
/// The same for a failing return of a Result<T>.
tl::unexpected<core::Fault> system_failure(std::string_view what, int error_number,
                                           std::string hint = {});
/// The same, to be thrown.
core::Error system_error(std::string_view what, int error_number, std::string hint = {});

}  // namespace trunkline::os
