// SPDX-License-Identifier: MIT
#pragma once

// Log records: the message is a constant, everything that varies is a field, so that records can be
// counted and searched. Levels: error = an operator must act; warning = may have to; info = would
// want it at 3 a.m. (one line a call at most); debug = for the one who looks for a fault.
//
//   log_info("call ended", {{"call", call.text()}, {"status", 200}});
//
// Where records go is decided once per process by set_log_sink(); until then they go nowhere. A
// sink must not block: daemon's sink queues and lets another thread write.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace trunkline::core {

enum class LogLevel : std::uint8_t { error, warning, info, debug };

std::string_view name_of(LogLevel level);
Result<LogLevel> parse_log_level(std::string_view text);

/// A message that is known when the program is compiled.
class LogMessage {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert
  consteval LogMessage(const char* text) : text_(text) {}
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, const char* text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, std::string text) : key(field_key), value(std::move(text)) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view field_key, Number number)
      : key(field_key), value(std::to_string(number)) {}
};

struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string_view message;
  std::vector<LogField> fields;
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual LogLevel level() const noexcept = 0;
  virtual void write(LogRecord&& record) noexcept = 0;
};

/// The sink must outlive its use; nullptr turns logging off.
void set_log_sink(LogSink* sink) noexcept;

void log(LogLevel level, LogMessage message, std::initializer_list<LogField> fields = {});

inline void log_error(LogMessage message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::error, message, fields);
}
inline void log_warning(LogMessage message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::warning, message, fields);
}
inline void log_info(LogMessage message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::info, message, fields);
}
/// Fields are built by the caller even when debug is off: not for per-packet paths.
inline void log_debug(LogMessage message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::debug, message, fields);
}

/// One logfmt line without newline: `level=info msg="call ended" status=200`.
std::string to_logfmt(const LogRecord& record);

/// A number for logs: "+4915…678", so that a log is not a list of who called whom.
std::string masked_number(std::string_view number);

}  // namespace trunkline::core
