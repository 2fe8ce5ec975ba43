// SPDX-License-Identifier: MIT
#include "usage/capacity.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "alert/page.h"
#include "core/text.h"
#include "retention/commands.h"
#include "retention/storage.h"

namespace trunkline::commands {
namespace {

double minutes_of(const std::string& text) {
  double minutes = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (failure != std::errc{} || end != text.data() + text.size() || !(minutes > 0) ||
      minutes > 1440)
    throw core::Error(core::ExitCode::usage,
                      fmt::format("cannot read minutes '{}'", core::printable(text)),
                      "give the length of a call: 3 or 2.5");
  return minutes;
}

std::uint64_t at_most(cli::Context& context, std::string_view option, std::uint64_t most) {
  const std::uint64_t number = *context.number(option);
  if (number >= 1 && number <= most) return number;
  throw core::Error(core::ExitCode::usage, fmt::format("{} must be from 1 to {}", option, most));
}

void print_load(cli::Output& out, const usage::Load& load) {
  const std::uint64_t bytes = bytes_of(load);
  out.row({out.count(load.calls_per_day), fmt::format("{:g}", load.minutes), out.count(load.days),
           shown_bytes(out, load.bytes_per_minute), shown_bytes(out, bytes),
           shown_bytes(out, usage::quota_for(bytes))},
          {{"calls_per_day", load.calls_per_day},
           {"minutes", load.minutes},
           {"days", load.days},
           {"bytes_per_minute", load.bytes_per_minute},
           {"bytes", bytes},
           {"quota_bytes", usage::quota_for(bytes)}});
}

core::ExitCode plan_capacity(cli::Context& context) {
  usage::Load load{.days = at_most(context, "--days", 36'500)};
  if (context.has("--rate"))
    load.bytes_per_minute = core::value_or_throw(core::parse_size(context.value("--rate"))).value();
  else
    load.bytes_per_minute = core::value_or_throw(usage::bytes_per_minute(
        context.value("--codec"), static_cast<int>(at_most(context, "--channels", 2))));
  cli::Output& out = context.out();
  out.table("capacity.v1", {{"CALLS/DAY", cli::Align::right},
                            {"MINUTES", cli::Align::right},
                            {"DAYS", cli::Align::right},
                            {"A MINUTE", cli::Align::right},
                            {"NEEDS", cli::Align::right},
                            {"QUOTA", cli::Align::right}});
  if (context.has("--calls")) {
    load.calls_per_day = at_most(context, "--calls", 100'000'000);
    load.minutes = minutes_of(context.value("--minutes"));
    print_load(out, load);
    return core::ExitCode::done;
  }
  for (const usage::Example& example : usage::examples()) {
    load.calls_per_day = example.calls_per_day;
    load.minutes = example.minutes;
    print_load(out, load);
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command capacity() {
  return {
      .path = "capacity",
      .summary = "plan how much room recordings need",
      .description =
          "Calls a day times minutes times days times what a minute takes, and a quota with room "
          "above it. Without --calls it shows a table of examples. recorderd writes what arrives "
          "(pcmu or pcma; pcm-16k for wideband), a channel for each party, so an hour of G.711 "
          "takes 58 MB. retention usage says what a minute takes here; --rate takes that figure.",
      .options =
          {{.name = "--calls", .help = "recorded calls a day", .value = "N"},
           {.name = "--minutes", .help = "length of a call", .value = "MINUTES", .fallback = "3"},
           {.name = "--days", .help = "how long they are kept", .value = "N", .fallback = "30"},
           {.name = "--codec",
            .help = "how they are stored",
            .value = "CODEC",
            .fallback = "pcmu",
            .choices = {"pcmu", "pcma", "pcm", "pcm-16k", "flac", "opus"}},
           {.name = "--channels",
            .help = "1 mixed, 2 a channel for each party",
            .value = "N",
            .fallback = "2"},
           {.name = "--rate",
            .help = "what a minute takes, instead of codec and channels",
            .value = "SIZE"}},
      .examples = {{"retention capacity", "a table of examples"},
                   {"retention capacity --calls 800 --minutes 4 --days 90 --rate 1MB",
                    "a site of its own"}},
      .run = plan_capacity};
}

}  // namespace trunkline::commands
