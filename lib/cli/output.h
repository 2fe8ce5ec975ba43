// SPDX-License-Identifier: MIT
#pragma once

// The answer of a verb on stdout, in the form its reader needs: an aligned table on a terminal,
// tab-separated lines without header on a pipe, one JSON object a line with --json. A verb says
// what it found once and does not ask who reads.
//
//   out.table("call.v1", {{"CALL"}, {"CALLER"}, {"TALK", Align::right}});
//   for (...) out.row({tail(call), caller, out.duration(talk)}, object);
//
// Outside text is safe here: control characters are shown as \xNN. A reader that went away (EPIPE)
// ends the program quietly; any other failure to write is thrown (code io).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "core/strong.h"
#include "core/time.h"

namespace trunkline::cli {

enum class Align : std::uint8_t { left, right };
enum class Color : std::uint8_t { none, red, green, yellow, cyan, bold, dim };
enum class ColorWhen : std::uint8_t { automatic, always, never };
enum class Layout : std::uint8_t { terminal, pipe, json };

struct Column {
  std::string heading;
  Align align = Align::left;
};

/// Colour never carries meaning alone: the text says it too.
struct Cell {
  std::string text;
  Color color = Color::none;

  // NOLINTBEGIN(google-explicit-constructor): rows are written as lists of texts
  Cell(std::string cell_text, Color cell_color = Color::none)
      : text(std::move(cell_text)), color(cell_color) {}
  Cell(std::string_view cell_text) : text(cell_text) {}
  Cell(const char* cell_text) : text(cell_text) {}
  // NOLINTEND(google-explicit-constructor)
};

/// A line of a record: "caller", "101 alice".
struct Field {
  std::string label;
  Cell cell;
};

class Output {
 public:
  struct Form {
    Layout layout = Layout::pipe;
    bool is_colored = false;
    std::size_t columns = 80;  ///< of the terminal
  };
  /// Writes to `descriptor`, which stays the caller's.
  Output(int descriptor, Form form) : descriptor_(descriptor), form_(form) {}
  /// Asks stdout and the environment (NO_COLOR, TERM, COLUMNS) what the reader is.
  static Form form_of_stdout(bool is_json, ColorWhen color);

  /// Begins a table; `schema` is what the JSON objects of its rows are: "call.v1".
  void table(std::string schema, std::vector<Column> columns);
  /// One row. `object` is what --json prints, without "schema", which comes first by itself.
  void row(std::vector<Cell> cells, core::Json object);
  /// Lines "label  value" on a terminal, "label<TAB>value" on a pipe, or one object.
  void record(std::string_view schema, const std::vector<Field>& fields, core::Json object);
  /// Text as it is, with a newline; for people, so nothing with --json.
  void line(std::string_view text, Color color = Color::none);
  /// One JSON object, whatever the layout: for verbs whose answer is an event stream.
  void json_line(std::string_view schema, core::Json object);
  /// Raw bytes at once: audio, exports.
  void bytes(core::ByteView bytes);
  /// Prints what a terminal's table still holds back for alignment, and everything buffered. A verb
  /// that watches calls it after each batch; at the end of a verb it is called for it.
  void flush();

  Layout layout() const { return form_.layout; }
  bool is_json() const { return form_.layout == Layout::json; }
  bool is_terminal() const { return form_.layout == Layout::terminal; }
  /// Of the terminal.
  std::size_t columns() const { return form_.columns; }

  /// Local time to the second on a terminal ("2026-11-21 08:00:03"), else RFC 3339 UTC.
  std::string time(core::Time time) const;
  /// The same for the RFC 3339 text that daemons send; text that is none is given back as it is.
  std::string time(std::string_view rfc3339) const;
  /// "1:02:03" on a terminal, else whole milliseconds.
  std::string duration(core::Milliseconds duration) const;
  /// "1.5 MiB" on a terminal, else bytes.
  std::string size(core::ByteCount size) const;
  /// "12,345" on a terminal, else digits.
  std::string count(std::uint64_t count) const;

 private:
  void append(std::string_view text);
  void append_cells(const std::vector<Cell>& cells);
  void flush_table();
  void write_out();
  std::string painted(const Cell& cell) const;

  int descriptor_;
  Form form_;
  std::string buffer_;
  std::string schema_;
  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<Cell>> held_;
  bool is_heading_due_ = false;
};

/// Whether this stream may be coloured: NO_COLOR, TERM and --color decide.
bool allows_color(int descriptor, ColorWhen when);

/// The end of an id that people type: its last 8 characters.
std::string_view tail(std::string_view id);

/// Columns a terminal needs for this UTF-8 text: 0 for combining marks, 2 for wide characters.
std::size_t display_width(std::string_view text);

}  // namespace trunkline::cli
