// SPDX-License-Identifier: MIT
#include "exchange/unsupported.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "exchange/extensions.h"
#include "exchange/replies.h"
#include "sip/body.h"

namespace trunkline::exchange {
namespace {

std::vector<std::string> unknown_extensions(const sip::Request& request) {
  std::vector<std::string> unknown;
  std::copy_if(request.require.begin(), request.require.end(), std::back_inserter(unknown),
               [](const std::string& required) {
                 return std::count(kExtensions.begin(), kExtensions.end(), required) == 0;
               });
  return unknown;
}

}  // namespace

std::optional<Unsupported> unsupported(const sip::Request& request) {
  const auto unknown = unknown_extensions(request);
  if (!unknown.empty()) {
    return Unsupported{
        .reply = bare_reply(420, {{"Unsupported", fmt::format("{}", fmt::join(unknown, ", "))}}),
        .reason = "unsupported extension required"};
  }
  const sip::Body body = sip::body_of(request);
  if (!body.unknown_encoding.empty()) {
    return Unsupported{.reply = bare_reply(415, {{"Accept-Encoding", "identity"}}),
                       .reason = fmt::format("the body is encoded as {}", body.unknown_encoding)};
  }
  if (!body.unknown.empty()) {
    return Unsupported{
        .reply = bare_reply(415, {{"Accept", std::string(sip::kAcceptedBodies)}}),
        .reason = fmt::format("the body must be understood, but is {}", body.unknown)};
  }
  // Our 2xx to an INVITE and our answer to an offer are session descriptions.
  const bool is_answered_with_sdp = request.method == sip::Method::invite || !body.sdp.empty();
  if (is_answered_with_sdp && !sip::accepts_sdp(request.headers)) {
    return Unsupported{.reply = bare_reply(406),
                       .reason = "no session description is accepted in the answer"};
  }
  return std::nullopt;
}

}  // namespace trunkline::exchange
