// SPDX-License-Identifier: MIT
#include "ng/message.h"

#include <fmt/format.h>

#include "core/text.h"
#include "ng/json.h"
#include "ng/keys.h"

namespace trunkline::ng {

namespace {

using core::ExitCode;

constexpr std::string_view kWhiteSpace = " \t\r\n";

bool is_cookie(std::string_view text) {
  if (text.empty() || text.size() > kMaxCookie) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x21 || static_cast<unsigned char>(c) > 0x7e) return false;
  }
  return true;
}

core::Result<Dictionary> parse_body(std::string_view bytes) {
  if (form_of(bytes) == Form::json) return parse_json_dictionary(bytes);
  auto value = parse_bencode(bytes);
  if (!value) return tl::unexpected(std::move(value.error()));
  auto dictionary = std::move(*value).take_dictionary();
  if (!dictionary) return core::fault(ExitCode::data, "cannot read NG message: no dictionary");
  return std::move(*dictionary);
}

}  // namespace

Form form_of(std::string_view body) {
  return body.starts_with('{') ? Form::json : Form::bencode;
}

core::Result<std::pair<std::string_view, std::string_view>> split_cookie(
    std::string_view datagram) {
  const auto space = datagram.find(' ');
  if (space == std::string_view::npos || !is_cookie(datagram.substr(0, space))) {
    return core::fault(ExitCode::no_input, "cannot read NG message: it has no cookie");
  }
  return std::pair(datagram.substr(0, space), datagram.substr(space + 1));
}

core::Result<Message> parse_message(std::string_view datagram) {
  const auto parts = split_cookie(datagram);
  if (!parts) return tl::unexpected(parts.error());
  const auto bytes = core::trim(parts->second);
  auto body = parse_body(bytes);
  if (!body) return tl::unexpected(std::move(body.error()));
  return Message{
      .cookie = std::string(parts->first), .body = std::move(*body), .form = form_of(bytes)};
}

std::string to_wire(std::string_view cookie, const Dictionary& body, Form form) {
  std::string wire(cookie);
  wire += ' ';
  wire += form == Form::json ? to_json(body) : to_bencode(body);
  return wire;
}

core::Result<std::optional<StreamMessage>> next_message(std::string_view stream) {
  // Some clients end a message with a line break.
  const auto begin = stream.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto space = stream.find(' ', begin);
  const auto cookie = stream.substr(begin, space == std::string_view::npos ? space : space - begin);
  if (!is_cookie(cookie)) {
    return core::fault(ExitCode::data, "cannot read NG stream: a message without a cookie");
  }
  if (space == std::string_view::npos) return std::nullopt;
  const auto rest = stream.substr(space + 1);
  const Form form = form_of(rest);
  const auto length = form == Form::json ? json_length(rest) : bencode_length(rest);
  if (!length) return tl::unexpected(length.error());
  if (!*length) return std::nullopt;
  auto body = parse_body(rest.substr(0, **length));
  if (!body) return tl::unexpected(std::move(body.error()));
  return StreamMessage{
      .message = Message{.cookie = std::string(cookie), .body = std::move(*body), .form = form},
      .bytes = space + 1 + **length};
}

Dictionary ok_reply() {
  return Dictionary{{"result", "ok"}};
}

Dictionary pong_reply() {
  return Dictionary{{"result", "pong"}, {kVersionKey, kVersion}};
}

Dictionary error_reply(std::string_view reason) {
  return Dictionary{{"result", "error"}, {"error-reason", reason}};
}

Dictionary limit_reply(std::string_view message) {
  return Dictionary{{"result", kLoadLimit}, {"message", message}};
}

core::Result<Dictionary> accepted(Dictionary reply) {
  const auto result = reply.text("result");
  if (result == "ok" || result == "pong") return reply;
  if (result == kLoadLimit) {
    const auto text = core::printable(reply.text("message", "too many calls"));
    return core::fault(ExitCode::unavailable, fmt::format("media node is at its limit: {}", text));
  }
  if (result == "error") {
    const auto reason = core::printable(reply.text("error-reason", "no reason given"));
    return core::fault(ExitCode::failed, fmt::format("media node refused: {}", reason));
  }
  return core::fault(ExitCode::protocol,
                     fmt::format("media node answered '{}'", core::printable(result)));
}

}  // namespace trunkline::ng
