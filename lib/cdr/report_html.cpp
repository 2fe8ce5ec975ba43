// SPDX-License-Identifier: MIT
#include "cdr/report_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "cdr/zone.h"
#include "core/text.h"

namespace trunkline::cdr {
namespace {

constexpr std::size_t kMostBars = 400;
constexpr std::size_t kMostRows = 20;
constexpr std::int64_t kMinute_ms = 60'000;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#59636e;--line:#d8dee4;
--first:#0f62b4;--second:#8fb6dd}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--card:#1d2127;--ink:#e8eaed;--soft:#a0a8b2;
--line:#353b43;--first:#6cb0f2;--second:#3d6690}}
@media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;
--first:#0f62b4;--second:#8fb6dd}figure,tr{break-inside:avoid}main{max-width:none;padding:0}
thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.2;margin:0}
h2{font-size:1.05rem;margin:2.2rem 0 .6rem}
.when{color:var(--soft);margin:.3rem 0 1.6rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
dt{color:var(--soft);font-size:.8rem}
dd{margin:0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
figure{margin:0}
svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif}
svg text{fill:var(--soft)}svg .name{fill:var(--ink);font-size:12px}
.axis{stroke:var(--line);stroke-width:1}.first{fill:var(--first)}.second{fill:var(--second)}
figcaption{color:var(--soft);font-size:.85rem;margin-top:.35rem}
.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin:0 .35em 0 .9em}
.key:first-child{margin-left:0}.key.first{background:var(--first)}.key.second{background:var(--second)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.4rem}
th,td{padding:.32rem .7rem .32rem 0;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th.by,td.by{text-align:left}thead th{color:var(--soft);font-weight:600;font-size:.85rem}
tfoot th,tfoot td{border-bottom:0;font-weight:600}
footer{color:var(--soft);font-size:.8rem;margin-top:2rem}
)";

std::string count(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), "\u202f");  // narrow space: no comma is misread
  return text;
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f}\u202f%", *share) : "–";
}

std::string seconds(const std::optional<std::int64_t>& milliseconds) {
  return milliseconds ? core::to_clock_text(core::Seconds((*milliseconds + 500) / 1'000)) : "–";
}

std::string delay(const std::optional<std::int64_t>& milliseconds) {
  return milliseconds ? fmt::format("{:.2f}\u202fs", static_cast<double>(*milliseconds) / 1'000)
                      : "–";
}

std::string score(const std::optional<double>& mos) {
  return mos ? fmt::format("{:.2f}", *mos) : "–";
}

std::string minutes(std::int64_t milliseconds) {
  return count((milliseconds + kMinute_ms / 2) / kMinute_ms);
}

/// The rows of a chart: those of the first key, added up.
struct Bar {
  std::string label;
  Figures figures;
};

std::vector<Bar> bars_of(const Report& report) {
  std::vector<Bar> bars;
  for (const ReportRow& row : report.rows) {
    const std::string label = shown_key(report.keys[0], row.keys[0]);
    const auto same =
        std::find_if(bars.begin(), bars.end(), [&](const Bar& bar) { return bar.label == label; });
    if (same == bars.end())
      bars.push_back({label, row.figures});
    else
      same->figures += row.figures;
  }
  return bars;
}

/// A round number at or above, of which a half and a quarter are round, too.
std::int64_t round_top(std::int64_t most) {
  for (std::int64_t power = 1;; power *= 10)
    for (const std::int64_t factor : {1, 2, 4, 8})
      if (factor * power >= most && factor * power >= 4) return factor * power;
}

/// What a chart draws of a bar: the lower part, and the whole.
struct Measure {
  std::string_view title;
  std::string_view lower_name;
  std::string_view upper_name;  ///< "" where the bar is of one piece
  std::int64_t (*lower)(const Figures&);
  std::int64_t (*whole)(const Figures&);
};

constexpr Measure kCalls{"Calls", "answered", "not answered",
                         [](const Figures& figures) { return figures.answered; },
                         [](const Figures& figures) { return figures.calls; }};
constexpr Measure kMinutes{"Talk minutes", "minutes", "",
                           [](const Figures& figures) { return figures.talk_ms / kMinute_ms; },
                           [](const Figures& figures) { return figures.talk_ms / kMinute_ms; }};

std::string tip(const Measure& measure, const Bar& bar) {
  const std::int64_t whole = measure.whole(bar.figures);
  if (measure.upper_name.empty())
    return escaped(fmt::format("{}: {} {}", bar.label, count(whole), measure.lower_name));
  return escaped(fmt::format("{}: {} calls, {} answered", bar.label, count(whole),
                             count(measure.lower(bar.figures))));
}

std::string described(const Measure& measure, const std::vector<Bar>& bars) {
  const auto most =
      std::max_element(bars.begin(), bars.end(), [&](const Bar& left, const Bar& right) {
        return measure.whole(left.figures) < measure.whole(right.figures);
      });
  return escaped(
      fmt::format("{}: {} bars, the highest is {} with {}. The table below has every number.",
                  measure.title, bars.size(), most->label, count(measure.whole(most->figures))));
}

std::string figure(const Measure& measure, std::string_view svg) {
  std::string keys = fmt::format("<span class=\"key first\"></span>{}", measure.lower_name);
  if (!measure.upper_name.empty())
    keys += fmt::format("<span class=\"key second\"></span>{}", measure.upper_name);
  return fmt::format("<h2>{}</h2>\n<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n",
                     measure.title, svg, keys);
}

/// Columns along a time axis.
std::string columns(const Measure& measure, const std::vector<Bar>& bars) {
  constexpr double kWidth = 960;
  constexpr double kHeight = 240;
  constexpr double kLeft = 52;
  constexpr double kTop = 10;
  constexpr double kBottom = 24;
  constexpr double kFloor = kHeight - kBottom;
  std::int64_t most = 0;
  for (const Bar& bar : bars) most = std::max(most, measure.whole(bar.figures));
  const std::int64_t top = round_top(most);
  const auto height = [&](std::int64_t value) {
    return (kFloor - kTop) * static_cast<double>(value) / static_cast<double>(top);
  };
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
                  kHeight, described(measure, bars));
  for (int quarter = 0; quarter <= 4; ++quarter) {
    const std::int64_t value = top * quarter / 4;
    const double y = kFloor - height(value);
    svg += fmt::format(
        "<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        kLeft, kWidth, y, y, kLeft - 8, y + 4, count(value));
  }
  const double step = (kWidth - kLeft) / static_cast<double>(bars.size());
  const double width = std::max(1.0, std::min(step * 0.78, 48.0));
  // About eighty pixels a label.
  const auto every = static_cast<std::size_t>(
      std::ceil(static_cast<double>(bars.size()) / ((kWidth - kLeft) / 84)));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double center = kLeft + step * (static_cast<double>(i) + 0.5);
    const double whole = height(measure.whole(bars[i].figures));
    const double lower = height(measure.lower(bars[i].figures));
    svg += fmt::format("<g><title>{}</title>", tip(measure, bars[i]));
    for (const auto& [name, from, size] : {std::tuple{"second", kFloor - whole, whole - lower},
                                           std::tuple{"first", kFloor - lower, lower}})
      if (size > 0)
        svg += fmt::format(
            R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", name,
            center - width / 2, from, width, size);
    svg += "</g>\n";
    if (i % every == 0)
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", center,
                         kHeight - 7, escaped(bars[i].label.substr(0, 16)));
  }
  return svg + "</svg>\n";
}

/// Lines beneath each other, the longest first as the report has them.
std::string lines(const Measure& measure, const std::vector<Bar>& bars) {
  constexpr double kWidth = 960;
  constexpr double kRow = 26;
  constexpr double kLeft = 190;
  constexpr double kRight = 110;
  std::int64_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, measure.whole(bar.figures));
  const auto length = [&](std::int64_t value) {
    return (kWidth - kLeft - kRight) * static_cast<double>(value) / static_cast<double>(most);
  };
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
                  kRow * static_cast<double>(bars.size()), described(measure, bars));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = kRow * static_cast<double>(i);
    const double whole = length(measure.whole(bars[i].figures));
    const double lower = length(measure.lower(bars[i].figures));
    std::string label = bars[i].label;
    if (label.size() > 26) label = label.substr(0, 24) + "…";
    if (!core::is_utf8(label)) label = bars[i].label;
    svg += fmt::format(
        "<g><title>{}</title><text class=\"name\" x=\"{}\" y=\"{:.1f}\" "
        "text-anchor=\"end\">{}</text>",
        tip(measure, bars[i]), kLeft - 10, y + 17, escaped(label));
    svg += fmt::format(R"(<rect class="second" x="{}" y="{:.1f}" width="{:.1f}" height="18"/>)",
                       kLeft, y + 4, whole);
    svg += fmt::format(R"(<rect class="first" x="{}" y="{:.1f}" width="{:.1f}" height="18"/>)",
                       kLeft, y + 4, lower);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>\n", kLeft + whole + 8, y + 17,
                       count(measure.whole(bars[i].figures)));
  }
  return svg + "</svg>\n";
}

std::string charts(const Report& report) {
  if (report.keys.empty() || report.rows.empty()) return {};
  std::vector<Bar> bars = bars_of(report);
  const bool is_of_time = report.time_key == std::size_t{0};
  if (is_of_time && bars.size() > kMostBars) return {};
  if (!is_of_time) {
    std::stable_sort(bars.begin(), bars.end(), [](const Bar& left, const Bar& right) {
      return left.figures.calls > right.figures.calls;
    });
    if (bars.size() > kMostRows) bars.resize(kMostRows);
  }
  std::string html;
  for (const Measure& measure : {kCalls, kMinutes})
    html += figure(measure, is_of_time ? columns(measure, bars) : lines(measure, bars));
  return html;
}

std::string tiles(const Figures& figures) {
  std::string html = "<dl class=\"tiles\">\n";
  const auto tile = [&](std::string_view name, std::string_view value, std::string_view says) {
    html += fmt::format("<div><dt title=\"{}\">{}</dt><dd>{}</dd></div>\n", says, name, value);
  };
  tile("Calls", count(figures.calls), "all that began in this time");
  tile("Answered", count(figures.answered), "and ended");
  tile("ASR", percent(figures.asr_percent()), "answer-seizure ratio, ITU-T E.411");
  tile("NER", percent(figures.ner_percent()), "network effectiveness ratio, ITU-T E.425");
  tile("ACD", seconds(figures.acd_ms()), "average call duration");
  tile("PDD", delay(figures.average_pdd_ms()), "average post-dial delay");
  tile("Minutes", minutes(figures.talk_ms), "talked");
  tile("MOS", score(figures.average_mos()), "average of the calls' worst direction, ITU-T G.107");
  for (const auto& [currency, amount] : figures.cost)
    tile(fmt::format("Cost, {}", escaped(currency)), amount.text(), "of the calls that were rated");
  return html + "</dl>\n";
}

std::string cells(const Report& report, const Figures& figures) {
  std::string html;
  for (const std::string& text :
       {count(figures.calls), count(figures.answered), percent(figures.asr_percent()),
        percent(figures.ner_percent()), seconds(figures.acd_ms()), delay(figures.average_pdd_ms()),
        minutes(figures.talk_ms), score(figures.average_mos())})
    html += fmt::format("<td>{}</td>", text);
  for (const auto& [currency, total] : report.total.cost) {
    const auto found = figures.cost.find(currency);
    html += fmt::format("<td>{}</td>", found == figures.cost.end() ? "–" : found->second.text());
  }
  return html;
}

std::string table(const Report& report) {
  if (report.keys.empty()) return {};
  std::string html = "<h2>Figures</h2>\n<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string& key : report.keys)
    html += fmt::format("<th class=\"by\" scope=\"col\">{}</th>", key);
  for (const std::string_view name :
       {"Calls", "Answered", "ASR", "NER", "ACD", "PDD", "Minutes", "MOS"})
    html += fmt::format("<th scope=\"col\">{}</th>", name);
  for (const auto& [currency, total] : report.total.cost)
    html += fmt::format("<th scope=\"col\">{}</th>", escaped(currency));
  html += "</tr></thead>\n<tbody>\n";
  for (const ReportRow& row : report.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.keys.size(); ++i)
      html += i == 0 ? fmt::format("<th class=\"by\" scope=\"row\">{}</th>",
                                   escaped(shown_key(report.keys[i], row.keys[i])))
                     : fmt::format("<td class=\"by\">{}</td>",
                                   escaped(shown_key(report.keys[i], row.keys[i])));
    html += cells(report, row.figures) + "</tr>\n";
  }
  html += fmt::format("</tbody>\n<tfoot><tr><th class=\"by\" scope=\"row\" colspan=\"{}\">all</th>",
                      report.keys.size());
  return html + cells(report, report.total) + "</tr></tfoot>\n</table></div>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char letter : core::printable(text)) {
    if (letter == '&')
      html += "&amp;";
    else if (letter == '<')
      html += "&lt;";
    else if (letter == '>')
      html += "&gt;";
    else if (letter == '"')
      html += "&quot;";
    else
      html += letter;
  }
  return html;
}

std::string html_of(const Report& report, std::string_view heading, std::string_view zone) {
  const auto moment = [](core::Time time) {
    std::string text = to_local_rfc3339(time).substr(0, 16);
    text[10] = ' ';
    return text;
  };
  const std::string title = escaped(heading);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n"
      "</head>\n<body>\n<main>\n<h1>{}</h1>\n<p class=\"when\">{} to {}, {}</p>\n",
      title, kStyle, title, moment(report.since), moment(report.until), escaped(zone));
  html += tiles(report.total);
  html += charts(report);
  html += table(report);
  return html +
         "<footer>ASR, NER: shares of the calls that ended and that we did not refuse (ITU-T "
         "E.411, "
         "E.425). ACD: of answered calls. PDD: from INVITE to the first sign of the called side. "
         "MOS: by ITU-T G.107.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace trunkline::cdr
