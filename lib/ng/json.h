// SPDX-License-Identifier: MIT
#pragma once

// NG's other form: the dictionary as a JSON object, as scripts and some clients of rtpengine write
// it. Objects, arrays, strings and integers stand for themselves; true and false are 1 and 0, a
// number with a fraction or null is a fault. The bounds are bencode's.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "ng/bencode.h"

namespace trunkline::ng {

/// Exactly one object; bytes after it but white space are a fault.
[[nodiscard]] core::Result<Dictionary> parse_json_dictionary(std::string_view bytes);

/// How many bytes the object at the start of `bytes` takes: nothing while it is incomplete, a fault
/// when it is no object or too long.
[[nodiscard]] core::Result<std::optional<std::size_t>> json_length(std::string_view bytes);

/// Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Dictionary& dictionary);

}  // namespace trunkline::ng
