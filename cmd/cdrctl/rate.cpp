// SPDX-License-Identifier: MIT
#include "cdrctl/rate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::commands {

void begin_rates(cli::Output& out) {
  out.table("rate.v1", {{"PREFIX"},
                        {"DESCRIPTION"},
                        {"PRICE/MIN", cli::Align::right},
                        {"FEE", cli::Align::right},
                        {"STEPS", cli::Align::right},
                        {"FROM"},
                        {"TO"}});
}

void print_rate(cli::Output& out, const cdr::Rate& rate, const cdr::Tariff& tariff) {
  out.row({rate.prefix, rate.description, rate.price_per_minute.text(), rate.connection_fee.text(),
           steps_of(rate),
           rate.effective_from == core::Time{} && out.is_terminal() ? "ever"
                                                                    : out.time(rate.effective_from),
           rate.effective_to ? out.time(*rate.effective_to) : ""},
          cdr::to_json(rate, tariff));
}

std::string steps_of(const cdr::Rate& rate) {
  return fmt::format("{}/{}", rate.minimum_s, rate.increment_s);
}

std::string digits_of(const std::string& number) {
  std::string digits = number;
  std::erase_if(digits, [](char c) { return c == ' ' || c == '-' || c == '(' || c == ')'; });
  if (digits.starts_with('+')) digits.erase(0, 1);
  const bool is_number =
      digits.size() >= 2 && digits.size() <= 15 && digits.front() != '0' &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number)
    throw core::Error(core::ExitCode::usage,
                      fmt::format("'{}' is no number of the world", core::printable(number)),
                      "give it with its country code: +493012345678");
  return digits;
}

}  // namespace trunkline::commands
