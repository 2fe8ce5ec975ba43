// SPDX-License-Identifier: MIT
// Times, durations, prices, maps of columns and invoices: each is read or is a fault, and a price
// that was read is written as the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "foreign/freeswitch.h"
#include "foreign/invoice.h"
#include "foreign/moment.h"
#include "fuzz/target.h"

FUZZ_TARGET(foreign_text) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)foreign::parse_moment(text);
  (void)foreign::parse_moment(text, "%d.%m.%Y %H:%M:%S %z");
  if (const auto length = foreign::parse_length(text); length && length->count() < 0) std::abort();
  (void)foreign::parse_columns(text, foreign::call_fields());
  (void)foreign::percent_decoded(text);
  if (const auto money = foreign::parse_money(text)) {
    const auto again = foreign::parse_money(foreign::to_text(*money));
    if (!again || again->value() != money->value()) std::abort();
  }
  std::size_t at = 0;
  const foreign::Source source = [&](std::span<char> space) {
    const std::size_t piece = std::min(space.size(), text.size() - at);
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), piece, space.begin());
    at += piece;
    return piece;
  };
  foreign::Numbers numbers("DE");
  try {
    (void)foreign::read_invoice(source, "fuzz", {}, numbers, [](auto, const auto&) {});
  } catch (const core::Error&) {  // a heading that is none
  }
  return 0;
}
