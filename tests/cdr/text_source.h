// SPDX-License-Identifier: MIT
#pragma once

// A text for the CSV reader.

#include <algorithm>
#include <span>
#include <string_view>

#include "cdr/csv_reader.h"

namespace trunkline::cdr {

/// Hands it out so many bytes at a time.
inline CsvReader::Source source_of(std::string_view text, std::size_t step = 1'000'000) {
  return [text, step](std::span<char> space) mutable {
    const std::size_t size = std::min({step, text.size(), space.size()});
    text.copy(space.data(), size);
    text.remove_prefix(size);
    return size;
  };
}

}  // namespace trunkline::cdr
