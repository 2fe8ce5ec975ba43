// SPDX-License-Identifier: MIT
#include "usage/view.h"

#include <fmt/format.h>

#include <algorithm>

namespace trunkline::usage {

std::string plural(std::int64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string shown_bytes(std::int64_t bytes) {
  return alert::shown_size(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

std::string link_of(const View& view) {
  return view.public_url.empty() ? "More on the host: retention usage" : view.public_url;
}

std::string shown_usage(const View& view) {
  return fmt::format("{} / {} ({} %)", alert::shown_size(view.usage.all.bytes),
                     alert::shown_size(view.quota.bytes),
                     percent_of(view.usage.all.bytes, view.quota));
}

std::string shown_change(const Change& change) {
  const std::string what = change.tenant.is_nil() ? "the setting " + change.policy
                                                  : fmt::format("policy '{}'", change.policy);
  return fmt::format("{} at {} days instead of {} would free {}", what, change.to.count(),
                     change.from.count(), alert::shown_size(change.bytes));
}

std::string shown_forecast(const View& view) {
  const auto growth = view.growth();
  if (!growth) return "too few days are logged to say";
  const auto days = days_until_full(view.usage.all.bytes, view.quota.bytes, growth);
  if (!days) return "it does not grow";
  const std::string pace =
      *growth > 0
          ? fmt::format(", at {} a day", alert::shown_size(static_cast<std::uint64_t>(*growth)))
          : std::string();
  if (*days == 0) return "full now" + pace;
  return fmt::format("full in about {}{}", plural(*days, "day"), pace);
}

alert::Section usage_section(const View& view) {
  alert::Section section{.title = "Storage",
                         .facts = {{"Usage", shown_usage(view)},
                                   {"Recordings", std::to_string(view.usage.all.recordings)},
                                   {"Forecast", shown_forecast(view)}}};
  const Amount& month = view.usage.last_30_days;
  section.facts.emplace_back("Last 30 days",
                             plural(static_cast<std::int64_t>(month.recordings), "recording"));
  if (const auto average = month.average_ms())
    section.facts.emplace_back("Average length",
                               core::to_clock_text(core::Seconds(*average / 1000)));
  if (const auto rate = month.bytes_per_minute())
    section.facts.emplace_back("A minute takes",
                               alert::shown_size(static_cast<std::uint64_t>(*rate)));
  return section;
}

}  // namespace trunkline::usage
