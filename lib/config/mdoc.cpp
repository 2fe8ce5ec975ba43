// SPDX-License-Identifier: MIT
#include "config/mdoc.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::config {
namespace {

constexpr std::array<std::string_view, 6> kPrograms{"sipd",   "recorderd", "sipctl",
                                                    "cdrctl", "retention", "trunkline"};
constexpr std::array<std::string_view, 3> kAbbreviations{"e.g.", "i.e.", "etc."};

bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// Whether the full stop at `dot` ends a sentence and another begins after the space.
bool is_end_of_sentence(std::string_view text, std::size_t dot) {
  if (dot + 2 >= text.size() || text[dot + 1] != ' ' || !is_letter(text[dot + 2])) return false;
  const std::string_view before = text.substr(0, dot + 1);
  return std::none_of(kAbbreviations.begin(), kAbbreviations.end(),
                      [before](std::string_view word) { return before.ends_with(word); });
}

}  // namespace

std::string mdoc_escaped(std::string_view text) {
  std::string result;
  if (text.starts_with('.') || text.starts_with('\'')) result += "\\&";
  for (const char letter : text) {
    result += letter;
    if (letter == '\\') result += 'e';
  }
  return result;
}

std::string mdoc_sentence(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  const bool is_name = std::find(kPrograms.begin(), kPrograms.end(), first) != kPrograms.end();
  std::string result = mdoc_escaped(text);
  if (!is_name && !result.empty() && result.front() >= 'a' && result.front() <= 'z')
    result.front() = static_cast<char>(result.front() - 'a' + 'A');
  return result + ".";
}

std::string mdoc_paragraphs(std::string_view text) {
  std::string result;
  for (std::string_view paragraph : core::split(text, '\n')) {
    if (paragraph.empty()) {
      result += ".Pp\n";
      continue;
    }
    for (std::size_t dot = paragraph.find(". "); dot != std::string_view::npos;
         dot = paragraph.find(". ", dot + 1)) {
      if (!is_end_of_sentence(paragraph, dot)) continue;
      result += mdoc_escaped(paragraph.substr(0, dot + 1)) + "\n";
      paragraph.remove_prefix(dot + 2);
      dot = 0;
    }
    result += mdoc_escaped(paragraph) + "\n";
  }
  return result;
}

}  // namespace trunkline::config
