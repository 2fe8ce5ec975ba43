// SPDX-License-Identifier: MIT
#include "control/message.h"

#include <algorithm>

#include "core/text.h"

namespace trunkline::control {
namespace {

constexpr std::size_t kLongestName = 64;

tl::unexpected<core::Fault> malformed(std::string why) {
  return core::fault(core::ExitCode::protocol, "cannot read control message: " + std::move(why),
                     "its form is described in schemas/control");
}

const core::Json* member(const core::Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

/// Only whole numbers from 0 on: a float or a negative one would not come back as it was.
std::optional<std::uint64_t> unsigned_at(const core::Json& json, const char* key) {
  const core::Json* const found = member(json, key);
  if (found == nullptr || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

core::Result<core::Json> parse_object(std::string_view line) {
  auto json = core::parse_json(line);
  if (!json) return malformed(json.error().message);
  if (!json->is_object()) return malformed("it is not a JSON object");
  return json;
}

core::ExitCode exit_code_from(std::int64_t number) {
  for (const int code : {0, 1, 3, 64, 65, 66, 69, 70, 73, 74, 75, 76, 77, 78})
    if (number == code && code != 0) return static_cast<core::ExitCode>(code);
  return core::ExitCode::failed;
}

core::Result<AnswerLine> parse_failure(const core::Json& json, AnswerLine answer) {
  const core::Json* const error = member(json, "error");
  if (error == nullptr || !error->is_object()) return malformed("a failure without its error");
  answer.kind = AnswerLine::Kind::failed;
  const core::Json* const code = member(*error, "code");
  const bool has_code = code != nullptr && code->is_number_integer();
  answer.fault = {exit_code_from(has_code ? code->get<std::int64_t>() : 1),
                  core::text_at(*error, "message", "no reason given"),
                  core::text_at(*error, "hint")};
  return answer;
}

core::Result<AnswerLine> parse_answer(core::Json& json) {
  AnswerLine answer;
  answer.id = unsigned_at(json, "id");
  const core::Json* const item = member(json, "item");
  const core::Json* const is_ok = member(json, "ok");
  if (item == nullptr && (is_ok == nullptr || !is_ok->is_boolean()))
    return malformed("it has none of item, ok, event");
  if (item == nullptr && !is_ok->get<bool>()) return parse_failure(json, std::move(answer));
  if (!answer.id) return malformed("an answer without id");
  answer.kind = item != nullptr ? AnswerLine::Kind::item : AnswerLine::Kind::ok;
  answer.has_descriptor = core::bool_at(json, "descriptor");
  const char* const key = item != nullptr ? "item" : "result";
  if (json.contains(key)) answer.body = std::move(json[key]);
  return answer;
}

core::Result<Event> parse_event(core::Json& json) {
  Event event;
  event.name = core::text_at(json, "event");
  if (!is_name(event.name)) return malformed("an event without a proper name");
  const auto at = core::parse_rfc3339(core::text_at(json, "at"));
  if (!at) return malformed("an event without its time");
  event.at = *at;
  if (json.contains("data")) event.data = std::move(json["data"]);
  return event;
}

std::string line_of(const core::Json& json) {
  return core::to_line(json) + '\n';
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  const auto pieces = core::split(text, '.');
  return std::all_of(pieces.begin(), pieces.end(), [](std::string_view piece) {
    return !piece.empty() && std::all_of(piece.begin(), piece.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
  });
}

core::Result<RequestLine> parse_request(std::string_view line) {
  auto json = parse_object(line);
  if (!json) return tl::unexpected(json.error());
  const auto version = unsigned_at(*json, "v");
  if (!version) return malformed("no version: v is missing or no number");
  if (*version != kVersion)
    return core::fault(core::ExitCode::protocol,
                       "cannot read control message: its version is " + std::to_string(*version) +
                           ", this daemon speaks " + std::to_string(kVersion),
                       "use the tools that came with the daemon");
  const auto id = unsigned_at(*json, "id");
  if (!id) return malformed("no id, or none that is a whole number from 0 on");
  RequestLine request{.id = *id, .verb = core::text_at(*json, "verb")};
  if (!is_name(request.verb)) return malformed("no verb, or not one of lower-case words and dots");
  if (json->contains("args")) request.args = std::move((*json)["args"]);
  if (!request.args.is_object()) return malformed("args is not an object");
  return request;
}

std::optional<RequestId> id_of(std::string_view line) {
  const auto json = parse_object(line);
  if (!json) return std::nullopt;
  return unsigned_at(*json, "id");
}

core::Result<Incoming> parse_incoming(std::string_view line) {
  auto json = parse_object(line);
  if (!json) return tl::unexpected(json.error());
  if (json->contains("event")) {
    return parse_event(*json).map([](Event&& event) {
      return Incoming{std::nullopt, std::move(event)};
    });
  }
  return parse_answer(*json).map([](AnswerLine&& answer) {
    return Incoming{std::move(answer), std::nullopt};
  });
}

std::string to_wire(const RequestLine& request) {
  core::Json json;
  json["v"] = kVersion;
  json["id"] = request.id;
  json["verb"] = request.verb;
  json["args"] = request.args;
  return line_of(json);
}

std::string to_wire(const AnswerLine& answer) {
  core::Json json;
  json["id"] = answer.id ? core::Json(*answer.id) : core::Json(nullptr);
  switch (answer.kind) {
    case AnswerLine::Kind::item:
      json["item"] = answer.body;
      break;
    case AnswerLine::Kind::ok:
      json["ok"] = true;
      if (answer.has_descriptor) json["descriptor"] = true;
      json["result"] = answer.body;
      break;
    case AnswerLine::Kind::failed: {
      core::Json error;
      error["code"] = static_cast<int>(answer.fault.code);
      error["message"] = answer.fault.message;
      if (!answer.fault.hint.empty()) error["hint"] = answer.fault.hint;
      json["ok"] = false;
      json["error"] = std::move(error);
      break;
    }
  }
  return line_of(json);
}

std::string to_wire(const Event& event) {
  core::Json json;
  json["event"] = event.name;
  json["at"] = core::to_rfc3339(event.at);
  json["data"] = event.data;
  return line_of(json);
}

}  // namespace trunkline::control
