// SPDX-License-Identifier: MIT
#include "foreign/pieces.h"

#include <algorithm>

namespace trunkline::foreign {
namespace {

constexpr std::size_t kChunk = std::size_t{256} * 1024;
constexpr std::size_t kLongestPiece = std::size_t{16} * 1024 * 1024;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBetweenObjects = " \t\r\n,[]";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Behind the string that begins at `at`; npos where it does not end.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

/// Of two places, either of which may not be there, the first.
std::size_t first_of(std::size_t left, std::size_t right) {
  return std::min(left, right);  // npos is the greatest number
}

}  // namespace

std::optional<Piece> find_json_object(std::string_view text, bool is_at_end) {
  const std::size_t begin = text.find_first_not_of(kBetweenObjects);
  if (begin == std::string_view::npos) return std::nullopt;
  if (text[begin] != '{') {
    const std::size_t object = text.find('{', begin);
    if (object == std::string_view::npos && !is_at_end) return std::nullopt;
    return Piece{.begin = begin, .end = std::min(object, text.size())};
  }
  std::size_t depth = 0;
  for (std::size_t i = begin; i < text.size();) {
    switch (text[i]) {
      case '"':
        i = behind_string(text, i);
        continue;
      case '{':
        ++depth;
        break;
      case '}':
        if (--depth == 0) return Piece{.begin = begin, .end = i + 1, .is_whole = true};
        break;
      default:
        break;
    }
    ++i;
  }
  if (!is_at_end) return std::nullopt;
  return Piece{.begin = begin, .end = text.size()};
}

std::optional<Piece> find_cdr_element(std::string_view text, bool is_at_end) {
  constexpr std::string_view kProlog = "<?xml";
  constexpr std::string_view kElement = "<cdr";
  constexpr std::string_view kClose = "</cdr>";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(begin);
  // The prolog belongs to what follows it.
  std::size_t element = 0;
  if (rest.starts_with(kProlog)) {
    const std::size_t prolog = rest.find("?>");
    if (prolog == std::string_view::npos && !is_at_end) return std::nullopt;
    element =
        prolog == std::string_view::npos ? rest.size() : rest.find_first_not_of(kSpace, prolog + 2);
    if (element == std::string_view::npos) element = rest.size();
  }
  const bool is_element = rest.substr(element).starts_with(kElement);
  if (!is_element && rest.size() - element < kElement.size() && !is_at_end) return std::nullopt;
  const std::size_t close = is_element ? rest.find(kClose, element) : std::string_view::npos;
  const std::size_t another =
      first_of(rest.find(kProlog, element + 1), rest.find(kElement, element + 1));
  if (close < another)
    return Piece{.begin = begin, .end = begin + close + kClose.size(), .is_whole = true};
  if (another != std::string_view::npos) return Piece{.begin = begin, .end = begin + another};
  if (!is_at_end) return std::nullopt;
  return Piece{.begin = begin, .end = text.size()};
}

std::optional<core::Result<std::string_view>> Pieces::next() {
  while (true) {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    if (const auto found = find_(rest, is_at_end_)) {
      line_ = next_line_ +
              static_cast<std::uint64_t>(std::count(
                  rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(found->begin), '\n'));
      piece_ = rest.substr(found->begin, found->end - found->begin);
      next_line_ =
          line_ + static_cast<std::uint64_t>(std::count(piece_.begin(), piece_.end(), '\n'));
      begin_ += found->end;
      if (found->is_whole) return core::Result<std::string_view>(piece_);
      return core::Result<std::string_view>(
          core::fault(core::ExitCode::data, "it is no whole record, or none at all"));
    }
    if (is_at_end_) return std::nullopt;
    if (rest.size() > kLongestPiece) {
      // What follows would be read as the inside of this one.
      is_at_end_ = true;
      begin_ = buffer_.size();
      line_ = next_line_;
      piece_ = {};
      return core::Result<std::string_view>(core::fault(
          core::ExitCode::data, "a record has more than 16 MiB: nothing behind it is read"));
    }
    read_more();
  }
}

void Pieces::read_more() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t before = buffer_.size();
  // As much again, so that a long record is not looked at from its beginning too often.
  buffer_.resize(before + std::max(kChunk, before));
  const std::size_t got = source_(std::span(buffer_.data() + before, buffer_.size() - before));
  buffer_.resize(before + got);
  is_at_end_ = got == 0;
  if (before == 0 && next_line_ == 1 && std::string_view(buffer_).starts_with(kByteOrderMark))
    buffer_.erase(0, kByteOrderMark.size());
}

}  // namespace trunkline::foreign
