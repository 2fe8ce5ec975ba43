// SPDX-License-Identifier: MIT
#pragma once

// A message of rtpengine's NG protocol: `cookie SP dictionary`. The cookie is chosen by the client;
// the reply carries the same, so that a client can match it and a server recognise a
// retransmission.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "ng/bencode.h"

namespace trunkline::ng {

/// As long as UDP can be, and as many as one turn of the loop takes, so that a flood on one socket
/// does not starve the others.
inline constexpr std::size_t kMaxDatagram = 65'536;
inline constexpr int kDatagramsPerTurn = 64;
/// Longer replies do not leave in a datagram (schemas/ng).
inline constexpr std::size_t kMaxDatagramReply = 60'000;
inline constexpr std::size_t kMaxCookie = 256;

/// How the dictionary is written. A reply has its request's form.
enum class Form : std::uint8_t { bencode, json };
/// By its first byte, also of a body that is malformed.
Form form_of(std::string_view body);

struct Message {
  std::string cookie = {};
  Dictionary body = {};
  Form form = Form::bencode;
};

/// One datagram. Without a cookie (no space, or an empty one) the fault's code is no_input and the
/// sender gets silence; with one, the fault's code is data.
[[nodiscard]] core::Result<Message> parse_message(std::string_view datagram);

/// The cookie and what follows it; the same fault without one.
[[nodiscard]] core::Result<std::pair<std::string_view, std::string_view>> split_cookie(
    std::string_view datagram);

std::string to_wire(std::string_view cookie, const Dictionary& body, Form form = Form::bencode);

/// The first message of a TCP stream and the bytes it took (with white space before it); nothing
/// while it is incomplete; a fault when the stream cannot be understood any more.
struct StreamMessage {
  Message message = {};
  std::size_t bytes = 0;
};
[[nodiscard]] core::Result<std::optional<StreamMessage>> next_message(std::string_view stream);

/// What a server's handler gets.
struct Request {
  std::string command = {};
  Dictionary body = {};
};

/// {"result": "ok"}
Dictionary ok_reply();
/// {"result": "pong", "trunkline-version": 1}: what a recorderd answers to ping.
Dictionary pong_reply();
/// {"result": "error", "error-reason": reason}
Dictionary error_reply(std::string_view reason);
/// {"result": "load limit", "message": message}: no room, another node may have some.
Dictionary limit_reply(std::string_view message);

/// The reply where its result is ok or pong; the error-reason, "load limit", or what else the
/// result says as a fault (ExitCode::unavailable for load limit, failed otherwise).
[[nodiscard]] core::Result<Dictionary> accepted(Dictionary reply);

}  // namespace trunkline::ng
