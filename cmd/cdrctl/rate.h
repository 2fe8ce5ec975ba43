// SPDX-License-Identifier: MIT
#pragma once

// How prices are shown, and the number a price is asked for.

#include <string>

#include "cdr/tariff.h"
#include "cli/output.h"

namespace trunkline::commands {

void begin_rates(cli::Output& out);
void print_rate(cli::Output& out, const cdr::Rate& rate, const cdr::Tariff& tariff);

/// "60/60 s": charged at least / in steps of.
std::string steps_of(const cdr::Rate& rate);

/// "+49 30 123456", "493012": the digits. Throws core::Error (usage) for anything else.
std::string digits_of(const std::string& number);

}  // namespace trunkline::commands
