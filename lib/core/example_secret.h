// SPDX-License-Identifier: MIT
#pragma once

// Secrets that everybody knows, because manuals, example files and tutorials print them:
// "changeme", "your_secret_key", "postgres". They are refused wherever a secret enters, so that an
// example copied in haste never guards anything.

#include <string_view>

namespace trunkline::core {

/// Whether this is such a secret. Case and punctuation do not count: "Change-Me!" is "changeme".
bool is_example_secret(std::string_view secret);

}  // namespace trunkline::core
