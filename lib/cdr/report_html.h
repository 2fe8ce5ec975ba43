// SPDX-License-Identifier: MIT
#pragma once

// A report as one HTML page that needs nothing else: no script, no font, no other file. Charts are
// inline SVG; colours follow the reader's light or dark scheme, and paper is white. Each chart has
// its words for who cannot see it, and the table has all of its numbers.

#include <string>
#include <string_view>

#include "cdr/report.h"

namespace trunkline::cdr {

/// `heading` is what it is about ("Calls of acme"), `zone` the time zone of its times. At most so
/// many rows are drawn; the table has all.
std::string html_of(const Report& report, std::string_view heading, std::string_view zone);

/// Text with what HTML would read as markup, and with control characters, made harmless.
std::string escaped(std::string_view text);

}  // namespace trunkline::cdr
