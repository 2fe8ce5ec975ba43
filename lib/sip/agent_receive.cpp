// SPDX-License-Identifier: MIT

// Requests that belong to no transaction and no dialog: what is answered at once, what goes to the
// owner, and answers without state (RFC 3261 8.2).

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/text.h"
#include "sip/agent_core.h"
#include "sip/compose.h"
#include "sip/dialog_core.h"
#include "sip/read.h"
#include "sip/root_core.h"

namespace trunkline::sip {

int AgentCore::on_message(AgentCore* core, nta_agent_t*, msg_t* message, sip_t* sip) noexcept {
  MessageRef owned(message);
  // A response nobody waits for any more.
  if (sip == nullptr || sip->sip_request == nullptr) return 0;
  call([&] { core->receive(std::move(owned), *sip); });
  return 0;
}

void AgentCore::receive(MessageRef message, const sip_t& sip) {
  const auto alive = shared_from_this();
  TransportRef transport(nta_incoming_transport(nta_.get(), nullptr, message.get()));
  Request request = read_request(sip);
  request.flow = flow_of(transport.get(), message.get());
  targets_.heard_from(
      fmt::format("{}:{}", name_of(request.flow.protocol), request.flow.peer.text()));
  // The ACK of a stateless answer, or of a call that is long over.
  if (request.method == Method::ack) return;
  ReceivedMessage received{.agent = alive,
                           .message = std::move(message),
                           .transport = std::move(transport),
                           .request = std::move(request)};
  const Request& value = received.request;
  if (value.method == Method::cancel || !value.to.tag.empty()) {
    // RFC 3261 9.2, 12.2.2
    reply_without_state(std::move(received), {.status = 481});
    return;
  }
  if (const auto reply = refusal(value)) {
    reply_without_state(std::move(received), *reply);
    return;
  }
  if (!on_request_) {
    reply_without_state(std::move(received), {.status = 503});
    return;
  }
  on_request_(IncomingRequest(std::make_unique<ReceivedMessage>(std::move(received))));
}

std::string AgentCore::unknown_extensions(const Request& request) const {
  std::vector<std::string> unknown;
  for (const std::string& required : request.require) {
    const auto is_among = [&](const std::vector<std::string>& extensions) {
      return std::any_of(extensions.begin(), extensions.end(), [&](const std::string& known) {
        return core::equals_ignoring_case(known, required);
      });
    };
    const bool is_known =
        is_among(options_.extensions) ||
        (request.method == Method::register_ && is_among(options_.registrar_extensions));
    if (!is_known) unknown.push_back(required);
  }
  return core::join(unknown, ", ");
}

std::optional<Reply> AgentCore::refusal(const Request& request) const {
  if (request.method == Method::other) {
    return Reply{.status = 501, .content = {.headers = {{"Allow", allow_}}}};
  }
  if (!is_allowed(request.method)) {
    return Reply{.status = 405, .content = {.headers = {{"Allow", allow_}}}};
  }
  if (!request.uri.is_sip()) return Reply{.status = 416};
  // RFC 3261 8.2.2.3
  if (const std::string unknown = unknown_extensions(request); !unknown.empty()) {
    return Reply{.status = 420, .content = {.headers = {{"Unsupported", unknown}}}};
  }
  if (request.method == Method::invite && request.max_forwards == 0U) return Reply{.status = 483};
  return std::nullopt;
}

std::string AgentCore::stable_tag(const Request& request) {
  // RFC 3261 8.2.7: the same request must always get the same tag, though no state is kept.
  const auto digest = tag_key_.sign(fmt::format("{}\n{}\n{}\n{}", request.call_id, request.from.tag,
                                                request.cseq, request.flow.id()));
  return core::to_hex(core::ByteView(digest).first(8));
}

void AgentCore::reply_without_state(ReceivedMessage received, const Reply& reply) {
  root_.assert_thread();
  const Composed composed(reply);
  const HomeRef home = make_home();
  const sip_t* sip = sip_object(received.message.get());
  sip_to_t* to = sip_to_dup(home.get(), sip->sip_to);
  if (to != nullptr && to->a_tag == nullptr) {
    sip_to_tag(home.get(), to, stable_tag(received.request).c_str());
  }
  // nta takes the message over, also where it fails.
  const int result = nta_msg_treply(
      nta_.get(), msg_ref(received.message.get()), reply.status, nullptr,
      NTATAG_TPORT(received.transport.get()), SIPTAG_STATUS(composed.status()), SIPTAG_TO(to),
      SIPTAG_SERVER_STR(options_.server_name.c_str()),
      SIPTAG_CONTENT_TYPE_STR(composed.content_type()), SIPTAG_HEADER_STR(composed.headers()),
      SIPTAG_PAYLOAD(composed.payload()), TAG_END());
  if (result >= 0) return;
  core::log_debug("a reply could not be sent", {{"call_id", received.request.call_id},
                                                {"status", reply.status},
                                                {"peer", received.request.flow.id()}});
}

IncomingRequest::IncomingRequest(std::unique_ptr<ReceivedMessage> received)
    : received_(std::move(received)) {}
IncomingRequest::IncomingRequest(IncomingRequest&&) noexcept = default;
IncomingRequest& IncomingRequest::operator=(IncomingRequest&&) noexcept = default;

IncomingRequest::~IncomingRequest() {
  if (!received_ || std::uncaught_exceptions() == 0) return;
  // Its owner failed with it in hand: the peer should know, and not try the same again and again.
  AgentCore::call([this] {
    const auto agent = received_->agent;
    agent->reply_without_state(std::move(*received_), {.status = 500});
  });
}

const Request& IncomingRequest::request() const {
  return received_->request;
}

void IncomingRequest::reply(const Reply& reply) && {
  const auto received = std::exchange(received_, nullptr);
  const auto agent = received->agent;
  agent->reply_without_state(std::move(*received), reply);
}

IncomingRequest::Opened IncomingRequest::open_dialog() && {
  const auto received = std::exchange(received_, nullptr);
  auto [dialog, invite] = DialogCore::accept(std::move(*received));
  return {.dialog = std::make_unique<Dialog>(std::move(dialog)),
          .invite = std::make_unique<ServerTransaction>(std::move(invite))};
}

}  // namespace trunkline::sip
