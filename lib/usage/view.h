// SPDX-License-Identifier: MIT
#pragma once

// How full it is, as pages and reports say it. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/page.h"
#include "usage/usage.h"

namespace trunkline::usage {

/// What a page is told about how full it is.
struct View {
  Usage usage = {};
  Quota quota = {};
  std::vector<Change> changes = {};  ///< the most first
  std::string public_url = {};

  std::optional<double> growth() const { return growth_per_day(usage.log); }
};

/// "85.3 GB / 100 GB (85 %)"
std::string shown_usage(const View& view);
/// "full in about 12 days, at 1.2 GB a day", "it does not grow", "too few days are logged to say".
std::string shown_forecast(const View& view);
/// "policy 'gdpr': 45 days instead of 90 would free 12.3 GB"
std::string shown_change(const Change& change);

/// Local time, as the reader's clock shows it.
using ShowTime = std::string (*)(core::Time);

/// "1 hold", "2 holds".
std::string plural(std::int64_t count, std::string_view one);
/// A sum of the database, which cannot be negative.
std::string shown_bytes(std::int64_t bytes);
/// Where to read on: the site's page, or the command.
std::string link_of(const View& view);
/// How full it is, how it grows, what a recording takes.
alert::Section usage_section(const View& view);

}  // namespace trunkline::usage
