// SPDX-License-Identifier: MIT
#include "cdrctl/figures.h"

#include <fmt/format.h>

namespace trunkline::commands {
namespace {

std::string percent(const cli::Output& out, const std::optional<double>& share) {
  if (!share) return {};
  return out.is_terminal() ? fmt::format("{:.1f} %", *share) : fmt::format("{:.2f}", *share);
}

}  // namespace

std::vector<cli::Column> figure_columns(const cdr::Figures& total) {
  std::vector<cli::Column> columns;
  for (const char* const heading : {"CALLS", "ANSWERED", "ASR", "NER", "ACD", "PDD", "TALK", "MOS"})
    columns.push_back({heading, cli::Align::right});
  if (!total.cost.empty()) columns.push_back({"COST", cli::Align::right});
  return columns;
}

std::vector<cli::Cell> figure_cells(const cli::Output& out, const cdr::Figures& figures,
                                    const cdr::Figures& total) {
  const auto number = [&](std::int64_t count) {
    return out.count(static_cast<std::uint64_t>(count));
  };
  const auto acd = figures.acd_ms();
  const auto pdd = figures.average_pdd_ms();
  const auto mos = figures.average_mos();
  std::string delay;
  // The clock form says nothing of less than a second.
  if (pdd)
    delay = out.is_terminal() ? fmt::format("{:.2f} s", static_cast<double>(*pdd) / 1'000)
                              : std::to_string(*pdd);
  std::vector<cli::Cell> cells{number(figures.calls),
                               number(figures.answered),
                               percent(out, figures.asr_percent()),
                               percent(out, figures.ner_percent()),
                               acd ? out.duration(core::Milliseconds(*acd)) : std::string(),
                               std::move(delay),
                               out.duration(core::Milliseconds(figures.talk_ms)),
                               mos ? fmt::format("{:.2f}", *mos) : std::string()};
  if (!total.cost.empty()) cells.emplace_back(figures.cost_text());
  return cells;
}

}  // namespace trunkline::commands
