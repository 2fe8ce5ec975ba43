// SPDX-License-Identifier: MIT
#pragma once

// Cuts an input of many JSON objects or XML documents, one behind the other, into these, in the
// memory of the longest. What stands between two of them (commas and brackets of an array, the
// prolog of XML, white space) is no piece; anything else is one that is not whole, so that it is
// not passed over.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "foreign/format.h"

namespace trunkline::foreign {

struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_whole = false;
};

/// The first piece of a text; nothing where more has to be read to tell. At the end of the input
/// nothing means that nothing is left.
using FindPiece = std::optional<Piece> (*)(std::string_view text, bool is_at_end);

/// An object of JSON, by its braces and strings.
std::optional<Piece> find_json_object(std::string_view text, bool is_at_end);
/// <cdr>...</cdr>.
std::optional<Piece> find_cdr_element(std::string_view text, bool is_at_end);

class Pieces {
 public:
  Pieces(Source source, FindPiece find) : source_(std::move(source)), find_(find) {}

  /// The next piece, valid until the next call; a fault (data) for one that is not whole or longer
  /// than 16 MiB; nothing at the end.
  std::optional<core::Result<std::string_view>> next();
  /// Where the last piece begins; the first line is 1.
  std::uint64_t line() const noexcept { return line_; }
  /// The last piece, or as much of it as is shown of one that is not whole.
  std::string_view piece() const noexcept { return piece_; }

 private:
  void read_more();

  Source source_;
  FindPiece find_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool is_at_end_ = false;
  std::string_view piece_;
  std::uint64_t line_ = 1;
  std::uint64_t next_line_ = 1;
};

}  // namespace trunkline::foreign
