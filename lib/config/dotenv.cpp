// SPDX-License-Identifier: MIT
#include "config/dotenv.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/text.h"

namespace trunkline::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kSeveralLines =
    "a value over several lines is not read here: put it into a file of its own";

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// rtpengine and others write names with dots and hyphens.
bool is_of_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
}

/// A line as it is read; the value is wiped with its Secret, the text is the caller's.
class Line {
 public:
  Line(std::string_view file, std::size_t number, std::string_view text)
      : file_(file), number_(number), rest_(text) {}

  core::Result<std::optional<DotenvEntry>> read() {
    skip_blanks(rest_);
    if (rest_.empty() || rest_.front() == '#') return std::nullopt;
    take_export();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_of_name);
    name_ = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    if (name_.empty() || !begins_name(name_.front()))
      return fault("no name of a variable stands here", "write NAME=value");
    rest_.remove_prefix(name_.size());
    skip_blanks(rest_);
    if (rest_.empty() || rest_.front() != '=')
      return fault("this line has no '=' behind a name", "write NAME=value");
    rest_.remove_prefix(1);
    if (auto taken = take_value(); !taken) return tl::unexpected(taken.error());
    DotenvEntry entry{.name = std::string(name_),
                      .value = core::Secret(std::string_view(value_)),
                      .line = number_,
                      .has_reference = has_reference_};
    std::fill(value_.begin(), value_.end(), '\0');
    return entry;
  }

 private:
  tl::unexpected<core::Fault> fault(std::string_view what, std::string_view hint) const {
    return core::fault(core::ExitCode::data, fmt::format("{}:{}: {}", file_, number_, what),
                       std::string(hint));
  }

  void take_export() {
    constexpr std::string_view kExport = "export";
    if (!rest_.starts_with(kExport) || rest_.size() == kExport.size()) return;
    if (!is_blank(rest_[kExport.size()])) return;
    rest_.remove_prefix(kExport.size());
    skip_blanks(rest_);
  }

  core::Result<void> take_value() {
    value_.reserve(rest_.size());  // never moved, so that a secret leaves no copy behind
    const bool is_spaced = !rest_.empty() && is_blank(rest_.front());
    skip_blanks(rest_);
    if (rest_.empty()) return {};
    if (rest_.front() == '\'' || rest_.front() == '"') return take_quoted();
    return take_plain(is_spaced);
  }

  core::Result<void> take_plain(bool is_behind_blank) {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      const char letter = rest_.front();
      if (letter == '#' && is_behind_blank) break;
      note_reference();
      is_behind_blank = is_blank(letter);
      value_ += letter;
    }
    while (!value_.empty() && is_blank(value_.back())) value_.pop_back();
    if (value_.ends_with('\\'))
      return fault(fmt::format("the value of {} goes on in the next line", name_), kSeveralLines);
    return {};
  }

  core::Result<void> take_quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
      if (quote == '"' && rest_.front() == '\\' && rest_.size() > 1) {
        take_escape();
        continue;
      }
      if (quote == '"') note_reference();
      value_ += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty())
      return fault(fmt::format("the value of {} has no closing quote", name_), kSeveralLines);
    rest_.remove_prefix(1);
    const bool is_spaced = !rest_.empty() && is_blank(rest_.front());
    skip_blanks(rest_);
    if (rest_.empty() || (is_spaced && rest_.front() == '#')) return {};
    return fault(fmt::format("something follows the quoted value of {}", name_),
                 "quote the whole value; a comment begins with a blank and a #");
  }

  void take_escape() {
    constexpr std::string_view kLetters = "\"\\$`nrt";
    constexpr std::string_view kMeanings = "\"\\$`\n\r\t";
    const auto which = kLetters.find(rest_[1]);
    if (which == std::string_view::npos)
      value_.append(rest_.substr(0, 2));
    else
      value_ += kMeanings[which];
    rest_.remove_prefix(2);
  }

  /// Whether a shell would replace what begins here.
  void note_reference() {
    if (rest_.front() != '$' || rest_.size() < 2) return;
    has_reference_ |= rest_[1] == '{' || rest_[1] == '(' || begins_name(rest_[1]);
  }

  std::string_view file_;
  std::size_t number_;
  std::string_view rest_;
  std::string_view name_;
  std::string value_;
  bool has_reference_ = false;
};

}  // namespace

core::Result<std::vector<DotenvEntry>> parse_dotenv(std::string_view text, std::string_view file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<DotenvEntry> entries;
  std::map<std::string, std::size_t, std::less<>> last_lines;
  std::size_t number = 0;
  for (std::string_view line : core::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\0') != std::string_view::npos || !core::is_utf8(line))
      return core::fault(core::ExitCode::data, fmt::format("{}:{}: this is no text", file, number),
                         "an environment file is UTF-8 text, a NAME=value on each line");
    auto entry = Line(file, number, line).read();
    if (!entry) return tl::unexpected(std::move(entry.error()));
    if (!*entry) continue;
    last_lines.insert_or_assign((*entry)->name, number);
    entries.push_back(std::move(**entry));
  }
  std::erase_if(entries, [&](const DotenvEntry& entry) {
    return last_lines.find(entry.name)->second != entry.line;
  });
  return entries;
}

}  // namespace trunkline::config
