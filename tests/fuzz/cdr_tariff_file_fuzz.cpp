// SPDX-License-Identifier: MIT

// A price list of anybody's making: it is read or refused by its line, and what is read is a price.

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "cdr/tariff.h"
#include "fuzz/target.h"

namespace cdr = trunkline::cdr;
namespace core = trunkline::core;

FUZZ_TARGET(cdr_tariff_file) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  cdr::CsvReader reader(
      [text](std::span<char> space) mutable {
        const std::size_t part = std::min(text.size(), space.size());
        text.copy(space.data(), part);
        text.remove_prefix(part);
        return part;
      },
      "fuzz");
  std::vector<std::string> ignored;
  const auto rates = cdr::read_rates(reader, core::from_microseconds(0), ignored);
  if (!rates) {
    assert(rates.error().message.starts_with("fuzz:"));
    return 0;
  }
  for (const cdr::Rate& rate : *rates) {
    assert(!rate.prefix.empty() && rate.prefix.size() <= 15 && rate.prefix.front() != '0');
    assert(std::all_of(rate.prefix.begin(), rate.prefix.end(),
                       [](char c) { return c >= '0' && c <= '9'; }));
    assert(rate.price_per_minute >= cdr::Amount() && rate.connection_fee >= cdr::Amount());
    assert(cdr::Amount::parse(rate.price_per_minute.text()) == rate.price_per_minute);
    assert(rate.increment_s >= 1 && rate.minimum_s >= 0);
    assert(!rate.effective_to || *rate.effective_to > rate.effective_from);
  }
  return 0;
}
