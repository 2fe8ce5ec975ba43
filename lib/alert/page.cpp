// SPDX-License-Identifier: MIT
#include "alert/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trunkline::alert {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff}"
    "main{max-width:680px;margin:0 auto}"
    "h1{font-size:20px;margin:0 0 12px;padding-left:12px;border-left:6px solid #2e7d4f}"
    "h1.warning{border-color:#d99000}h1.critical{border-color:#e0570b}"
    "h1.emergency{border-color:#c62828}"
    "h2{font-size:16px;margin:24px 0 6px}"
    "pre{font-size:13px;white-space:pre-wrap;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:right;padding:4px 8px;border-bottom:1px solid #dde2e8;"
    "font-variant-numeric:tabular-nums}"
    "th:first-child,td:first-child,.text{text-align:left}"
    "footer{margin-top:28px;font-size:13px;color:#667}"
    "@media(prefers-color-scheme:dark){body{color:#e4e8ee;background:#14181f}"
    "th,td{border-color:#333b47}footer{color:#99a}a{color:#8ab4f8}}";

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(std::string_view text, std::size_t width, bool is_right) {
  const std::size_t have = letters(text);
  const std::string space(width > have ? width - have : 0, ' ');
  return is_right ? space + std::string(text) : std::string(text) + space;
}

std::string table_text(const Table& table) {
  std::vector<std::vector<std::string>> rows{table.head};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  std::vector<std::size_t> widths(table.head.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], letters(row[i]));
  std::string text;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(row[i], widths[i], i >= table.text_columns);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string section_text(const Section& section) {
  std::string text;
  if (!section.title.empty()) text += fmt::format("\n{}\n", section.title);
  if (!section.text.empty()) text += fmt::format("  {}\n", section.text);
  std::size_t width = 0;
  for (const auto& [label, value] : section.facts) width = std::max(width, letters(label));
  for (const auto& [label, value] : section.facts)
    text += fmt::format("  {}  {}\n", padded(label, width, false), value);
  if (!section.table.rows.empty()) text += table_text(section.table);
  std::size_t number = 0;
  for (const std::string& item : section.list) text += fmt::format("  {}. {}\n", ++number, item);
  return text;
}

/// The first column is text anyway.
std::string row_html(const std::vector<std::string>& cells, std::string_view tag,
                     std::size_t text_columns = 1) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i)
    html += fmt::format("<{0}{1}>{2}</{0}>", tag,
                        i > 0 && i < text_columns ? " class=\"text\"" : "", escaped(cells[i]));
  return html + "</tr>\n";
}

/// Of several lines, as logs are, each stays one.
std::string paragraph_html(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::string_view tag = text.find('\n') == std::string_view::npos ? "p" : "pre";
  return fmt::format("<{0}>{1}</{0}>\n", tag, escaped(text));
}

std::string section_html(const Section& section) {
  std::string html;
  if (!section.title.empty()) html += fmt::format("<h2>{}</h2>\n", escaped(section.title));
  if (!section.text.empty()) html += paragraph_html(section.text);
  if (!section.facts.empty()) {
    html += "<table>\n";
    for (const auto& [label, value] : section.facts) html += row_html({label, value}, "td");
    html += "</table>\n";
  }
  if (!section.table.rows.empty()) {
    const std::size_t text_columns = section.table.text_columns;
    html += "<table>\n" + row_html(section.table.head, "th", text_columns);
    for (const auto& row : section.table.rows) html += row_html(row, "td", text_columns);
    html += "</table>\n";
  }
  if (!section.list.empty()) {
    html += "<ol>\n";
    for (const std::string& item : section.list)
      html += fmt::format("<li>{}</li>\n", escaped(item));
    html += "</ol>\n";
  }
  return html;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string to_text(const Page& page) {
  std::string text = page.title + "\n";
  if (!page.lead.empty()) text += fmt::format("\n{}\n", page.lead);
  for (const Section& section : page.sections) text += section_text(section);
  if (!page.link.empty()) text += fmt::format("\n{}\n", page.link);
  if (!page.footer.empty()) text += fmt::format("\n-- \n{}\n", page.footer);
  return text;
}

std::string to_html(const Page& page) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"color-scheme\" content=\"light dark\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>"
      "<style>{1}</style></head>\n<body><main>\n<h1 class=\"{2}\">{0}</h1>\n",
      escaped(page.title), kStyle, name_of(page.level));
  if (!page.lead.empty()) html += fmt::format("<p>{}</p>\n", escaped(page.lead));
  for (const Section& section : page.sections) html += section_html(section);
  if (!page.link.empty())
    html += fmt::format("<p><a href=\"{0}\">{0}</a></p>\n", escaped(page.link));
  if (!page.footer.empty()) html += fmt::format("<footer>{}</footer>\n", escaped(page.footer));
  return html + "</main></body></html>\n";
}

std::string shown_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 999.5 would be shown as 1000.
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  std::string text = fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return fmt::format("{} {}", text, kUnits.at(unit));
}

}  // namespace trunkline::alert
