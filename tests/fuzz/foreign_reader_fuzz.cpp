// SPDX-License-Identifier: MIT
// Call records of every format: the first byte chooses it. A reader comes to its end, and a call
// that passes its check has an id and times in their order.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "foreign/format.h"
#include "foreign/importer.h"
#include "fuzz/target.h"

FUZZ_TARGET(foreign_reader) {
  using namespace trunkline::foreign;
  if (size == 0) return 0;
  const Format& format = formats()[data[0] % formats().size()];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  std::size_t at = 0;
  const Source source = [&](std::span<char> space) {
    // In pieces of no size in particular.
    const std::size_t piece = std::min({space.size(), text.size() - at, std::size_t{97}});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), piece, space.begin());
    at += piece;
    return piece;
  };
  const auto reader =
      format.open({.source = source,
                   .name = "fuzz",
                   .columns = {{"started", "#1"}, {"called", "#2"}, {"talk", "#3"}}});
  std::size_t records = 0;
  while (const auto call = reader->next()) {
    // There are no more records than bytes.
    if (++records > size + 1) std::abort();
    (void)reader->record();
    if (!*call || !check(**call)) continue;
    if ((*call)->ended_at < (*call)->started_at || (*call)->disposition.empty()) std::abort();
    if (call_ref("fuzz", **call) != call_ref("fuzz", **call)) std::abort();
  }
  return 0;
}
