// SPDX-License-Identifier: MIT
#pragma once

// The lines of the control protocol, version 1 (schemas/control): one JSON object a line, either
// way. Pure: text in, values out, no socket.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace trunkline::control {

inline constexpr int kVersion = 1;
/// Bytes of a line without its newline; a longer one ends the connection.
inline constexpr std::size_t kLongestLine = std::size_t{1024} * 1024;

using RequestId = std::uint64_t;

/// {"v":1,"id":7,"verb":"call.list","args":{...}}
struct RequestLine {
  RequestId id = 0;
  std::string verb;
  core::Json args = core::Json::object();
};

/// {"id":7,"item":{...}}, {"id":7,"ok":true,"result":{...}}, {"id":7,"ok":false,"error":{...}}
struct AnswerLine {
  enum class Kind : std::uint8_t { item, ok, failed };
  Kind kind = Kind::ok;
  /// Absent in a failure about a line that had no readable id.
  std::optional<RequestId> id = std::nullopt;
  core::Json body = core::Json::object();  ///< the item or the result
  core::Fault fault = {};                  ///< of a failure
  bool has_descriptor = false;             ///< one descriptor comes with this line
};

/// {"event":"media.timeout","at":"2026-11-21T08:00:00.000000Z","data":{...}}
struct Event {
  std::string name;
  core::Time at;
  core::Json data = core::Json::object();
};

core::Result<RequestLine> parse_request(std::string_view line);
/// The id of a line that parse_request refused, if it can be read, so that the answer finds it.
std::optional<RequestId> id_of(std::string_view line);

/// What a client reads: an answer or an event.
struct Incoming {
  std::optional<AnswerLine> answer;
  std::optional<Event> event;
};
core::Result<Incoming> parse_incoming(std::string_view line);

/// Each ends with its newline.
std::string to_wire(const RequestLine& request);
std::string to_wire(const AnswerLine& answer);
std::string to_wire(const Event& event);

/// Verbs, event names: lower-case words joined by dots, 64 characters at most.
bool is_name(std::string_view text);

}  // namespace trunkline::control
