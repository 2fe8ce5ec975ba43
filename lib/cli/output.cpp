// SPDX-License-Identifier: MIT
#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "cli/broken_pipe.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
constexpr std::string_view kGap = "  ";

std::string_view escape_of(Color color) {
  switch (color) {
    case Color::none:
      return {};
    case Color::red:
      return "\033[31m";
    case Color::green:
      return "\033[32m";
    case Color::yellow:
      return "\033[33m";
    case Color::cyan:
      return "\033[36m";
    case Color::bold:
      return "\033[1m";
    case Color::dim:
      return "\033[2m";
  }
  return {};
}

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// "schema" first, then the verb's own members.
core::Json with_schema(std::string_view schema, core::Json object) {
  core::Json line{{"schema", schema}};
  if (object.is_null()) return line;
  object.erase("schema");  // what a daemon sent may be marked already, as something else
  line.update(object);
  return line;
}

}  // namespace

bool allows_color(int descriptor, ColorWhen when) {
  if (when != ColorWhen::automatic) return when == ColorWhen::always;
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(descriptor) == 1 && (refused == nullptr || *refused == '\0') && !is_dumb;
}

Output::Form Output::form_of_stdout(bool is_json, ColorWhen color) {
  Form form;
  form.is_colored = !is_json && allows_color(STDOUT_FILENO, color);
  if (is_json)
    form.layout = Layout::json;
  else if (::isatty(STDOUT_FILENO) == 1)
    form.layout = Layout::terminal;
  form.columns = terminal_columns();
  return form;
}

void Output::table(std::string schema, std::vector<Column> columns) {
  flush();
  schema_ = std::move(schema);
  columns_ = std::move(columns);
  widths_.clear();
  for (const Column& column : columns_) widths_.push_back(display_width(column.heading));
  is_heading_due_ = form_.layout == Layout::terminal;
}

void Output::row(std::vector<Cell> cells, core::Json object) {
  assert(cells.size() == columns_.size() && "a row has the columns of its table");
  if (is_json()) {
    json_line(schema_, std::move(object));
    return;
  }
  for (Cell& cell : cells) cell.text = core::printable(cell.text);
  if (is_terminal()) {
    held_.push_back(std::move(cells));
    return;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) append("\t");
    append(cells[i].text);
  }
  append("\n");
}

void Output::record(std::string_view schema, const std::vector<Field>& fields, core::Json object) {
  flush();
  if (is_json()) {
    json_line(schema, std::move(object));
    return;
  }
  std::size_t width = 0;
  for (const Field& field : fields) width = std::max(width, display_width(field.label));
  for (const Field& field : fields) {
    const Cell shown{core::printable(field.cell.text), field.cell.color};
    append(field.label);
    if (is_terminal()) {
      append(std::string(width - display_width(field.label), ' '));
      append(kGap);
      append(painted(shown));
    } else {
      append("\t");
      append(shown.text);
    }
    append("\n");
  }
}

void Output::line(std::string_view text, Color color) {
  if (is_json()) return;
  flush_table();
  append(painted(Cell{std::string(text), color}));
  append("\n");
}

void Output::json_line(std::string_view schema, core::Json object) {
  append(core::to_line(with_schema(schema, std::move(object))));
  append("\n");
}

void Output::bytes(core::ByteView bytes) {
  flush();
  append(core::as_text(bytes));
  write_out();
}

void Output::flush() {
  flush_table();
  write_out();
}

void Output::flush_table() {
  if (held_.empty()) return;
  for (const auto& cells : held_)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], display_width(cells[i].text));
  if (is_heading_due_) {
    std::vector<Cell> headings;
    for (const Column& column : columns_) headings.emplace_back(column.heading, Color::bold);
    append_cells(headings);
    is_heading_due_ = false;
  }
  for (const auto& cells : held_) append_cells(cells);
  held_.clear();
}

void Output::append_cells(const std::vector<Cell>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths_[i] - display_width(cells[i].text), ' ');
    const bool is_right = columns_[i].align == Align::right;
    if (i > 0) append(kGap);
    if (is_right) append(padding);
    append(painted(cells[i]));
    if (!is_right && i + 1 < cells.size()) append(padding);
  }
  append("\n");
}

std::string Output::painted(const Cell& cell) const {
  if (!form_.is_colored || cell.color == Color::none || cell.text.empty()) return cell.text;
  return std::string(escape_of(cell.color)) + cell.text + "\033[0m";
}

void Output::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) write_out();
}

void Output::write_out() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    const int reason = errno;
    buffer_.clear();  // what cannot be written is not tried again while the stack unwinds
    if (reason == EPIPE) throw BrokenPipe{};
    throw core::Error(core::ExitCode::io, "cannot write to standard output: " +
                                              std::generic_category().message(reason));
  }
  buffer_.clear();
}

}  // namespace trunkline::cli
