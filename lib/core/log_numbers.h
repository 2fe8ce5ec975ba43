// SPDX-License-Identifier: MIT
#pragma once

// Whether masked_number() (log.h) masks: the operator decides (log.numbers).

namespace trunkline::core {

/// For the whole process, at once and from any thread. Numbers are masked until this says
/// otherwise.
void show_numbers_in_full(bool is_wanted) noexcept;

}  // namespace trunkline::core
