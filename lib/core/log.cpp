// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <algorithm>
#include <atomic>

#include "core/log_numbers.h"
#include "core/text.h"

namespace trunkline::core {
namespace {

std::atomic<LogSink*> current_sink{nullptr};
std::atomic<bool> are_numbers_full{false};

/// logfmt: a value with a space, quote, equals sign or nothing in it is quoted.
void append_value(std::string& line, std::string_view value) {
  const bool is_plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
  if (is_plain) {
    line += printable(value);
    return;
  }
  line += '"';
  for (const char letter : printable(value)) {
    if (letter == '"') line += '\\';
    line += letter;
  }
  line += '"';
}

}  // namespace

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "unknown";
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level : {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug})
    if (text == name_of(level)) return level;
  return fault(ExitCode::data, "'" + std::string(text.substr(0, 64)) + "' is not a log level",
               "use error, warning, info or debug");
}

void set_log_sink(LogSink* sink) noexcept {
  current_sink.store(sink);
}

void log(LogLevel level, LogMessage message, std::initializer_list<LogField> fields) {
  LogSink* const sink = current_sink.load();
  if (sink == nullptr || level > sink->level()) return;
  sink->write(LogRecord{level, message.text(), fields});
}

std::string to_logfmt(const LogRecord& record) {
  std::string line = "level=";
  line += name_of(record.level);
  line += " msg=";
  append_value(line, record.message);
  for (const LogField& field : record.fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

void show_numbers_in_full(bool is_wanted) noexcept {
  are_numbers_full.store(is_wanted);
}

std::string masked_number(std::string_view number) {
  constexpr std::size_t kShown = 5;
  constexpr std::size_t kTail = 3;
  const bool is_number =
      number.size() > kShown + kTail &&
      std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || are_numbers_full.load()) return std::string(number);
  return std::string(number.substr(0, kShown)) + "\u2026" +
         std::string(number.substr(number.size() - kTail));
}

}  // namespace trunkline::core
