// SPDX-License-Identifier: MIT
#pragma once

// Whether the test that runs has failed so far, so that the owner of a daemon can show its log.

namespace trunkline::test {

bool has_failed() noexcept;

}  // namespace trunkline::test
