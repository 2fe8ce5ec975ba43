// SPDX-License-Identifier: MIT
#pragma once

// SIP messages as values. A Request or Response is what arrived, read once by Sofia and copied out;
// Content is what we add to a message we send. Headers that have no field here are in `headers` and
// found by name.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/address.h"

namespace trunkline::sip {

enum class Method : std::uint8_t {
  invite,
  ack,
  cancel,
  bye,
  options,
  register_,
  info,
  prack,
  update,
  message,
  subscribe,
  notify,
  refer,
  publish,
  other,
};

/// "INVITE"; "" for other.
std::string_view name_of(Method method);
Method parse_method(std::string_view name);

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// The first header of that name (case-insensitive), or nothing.
std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name);

struct Request {
  Method method = Method::other;
  std::string method_name;
  Uri uri;
  Party from;
  Party to;
  std::string call_id;
  std::uint32_t cseq = 0;
  std::vector<Contact> contacts;
  bool is_contact_star = false;  ///< Contact: *
  std::optional<std::uint32_t> expires;
  std::vector<std::string> authorizations;        ///< the values of Authorization, "Digest ..."
  std::vector<std::string> proxy_authorizations;  ///< the values of Proxy-Authorization
  std::vector<std::string> require;               ///< option tags
  std::vector<std::string> supported;
  std::vector<std::string> record_routes;  ///< in the order of the message
  std::vector<std::string> routes;
  std::optional<std::uint32_t> max_forwards;
  std::string user_agent;
  std::size_t via_count = 0;   ///< 1 where it came straight from who made it
  std::string content_type;    ///< lower case, without parameters
  std::string content_params;  ///< ";boundary=x" and the like
  std::string body;
  std::vector<Header> headers;  ///< Reason, Referred-By, X-..., everything without a field here
  Flow flow;                    ///< where it truly came from and through which socket of ours

  /// The body as a whole is a session description; body.h finds one in parts.
  bool has_sdp() const { return content_type == "application/sdp" && !body.empty(); }
};

struct Response {
  int status = 0;
  std::string phrase;
  /// Made by our own stack: 408 = no answer in time, 503 = could not be sent.
  bool is_local = false;
  Party to;
  std::uint32_t cseq = 0;
  std::vector<Contact> contacts;
  std::vector<std::string> authenticates;  ///< WWW-Authenticate and Proxy-Authenticate values
  std::vector<std::string> require;        ///< option tags
  std::vector<std::string> supported;
  /// Of a provisional answer that waits for our PRACK (RFC 3262): the next one in its order.
  std::optional<std::uint32_t> reliable_sequence;
  std::string user_agent;      ///< User-Agent or Server
  std::string content_type;    ///< lower case, without parameters
  std::string content_params;  ///< ";boundary=x" and the like
  std::string body;
  std::vector<Header> headers;

  bool is_provisional() const { return status < 200; }
  bool is_success() const { return status >= 200 && status < 300; }
  bool has_sdp() const { return content_type == "application/sdp" && !body.empty(); }
};

/// What we put into a message beside what the stack fills in itself (Via, From, To, Call-ID, CSeq,
/// Max-Forwards, Contact where the dialog needs one, User-Agent/Server, Allow where it belongs).
/// Control characters in header values become spaces, so nothing can break out of its line.
struct Content {
  std::vector<Header> headers = {};
  std::string content_type = {};  ///< "" where there is no body
  std::string body = {};

  static Content sdp(std::string body) {
    return {.headers = {}, .content_type = "application/sdp", .body = std::move(body)};
  }
};

struct Reply {
  int status = 0;
  std::string phrase = {};  ///< "" = the usual phrase of the status
  Content content = {};
};

/// "Busy Here" for 486; "Unknown" for a status nobody registered.
std::string_view usual_phrase(int status);

/// RFC 3326: {"Reason", "Q.850;cause=16;text=\"Normal call clearing\""}.
Header reason_q850(int cause, std::string_view text = {});
Header reason_sip(int status, std::string_view text = {});
/// The Q.850 cause in a Reason header (RFC 3326), where there is one.
std::optional<int> q850_cause(const std::vector<Header>& headers);

}  // namespace trunkline::sip
