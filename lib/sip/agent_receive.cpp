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
  auto received = std::make_unique<ReceivedMessage>();
  received->request = read_request(sip);
  received->request.flow = flow_of(transport.get(), message.get());
  received->agent = alive;
  received->message = std::move(message);
  received->transport = std::move(transport);
  dispatch(std::move(received));
}

void AgentCore::receive_plain(const std::shared_ptr<UdpFront>& front, PlainRegister& plain,
                              const os::Address& from) {
  auto received = std::make_unique<ReceivedMessage>();
  received->agent = shared_from_this();
  received->request = std::move(plain.request);
  received->request.flow = {.protocol = Protocol::udp,
                            .peer = {.host = from.host(), .port = from.port().value()},
                            .local = front->local()};
  received->plain.emplace(
      PlainOrigin{.front = front,
                  .from = from,
                  .lines = RepeatedLines(plain.repeated, received->request.flow.peer)});
  dispatch(std::move(received));
}

void AgentCore::dispatch(std::unique_ptr<ReceivedMessage> received) {
  const Request& request = received->request;
  if (targets_.has_suspects()) {
    targets_.heard_from(
        fmt::format("{}:{}", name_of(request.flow.protocol), request.flow.peer.text()));
  }
  // The ACK of a stateless answer, or of a call that is long over.
  if (request.method == Method::ack) return;
  // RFC 3261 9.2, 12.2.2
  if (request.method == Method::cancel || !request.to.tag.empty()) {
    return reply_without_state(*received, {.status = 481});
  }
  if (const auto reply = refusal(request)) return reply_without_state(*received, *reply);
  const auto on_request = on_request_;
  if (!on_request || !*on_request) return reply_without_state(*received, {.status = 503});
  (*on_request)(IncomingRequest(std::move(received)));
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
  const Flow& flow = request.flow;
  std::string text;
  constexpr std::size_t kUsual = 192;
  text.reserve(kUsual);
  for (const std::string_view piece :
       {std::string_view(request.call_id), std::string_view(request.from.tag),
        name_of(flow.protocol), std::string_view(flow.peer.host),
        std::string_view(flow.local.host)}) {
    text.append(piece).append("\n");
  }
  for (const std::uint32_t number :
       {request.cseq, std::uint32_t{flow.peer.port}, std::uint32_t{flow.local.port}}) {
    const fmt::format_int digits(number);
    text.append(digits.data(), digits.size()).append("\n");
  }
  const auto digest = tag_key_.sign(text);
  return core::to_hex(core::ByteView(digest).first(8));
}

bool AgentCore::refuse_plainly(const ReceivedMessage& received, const sip_t& sip,
                               const Reply& reply) {
  // Of others than refusals more is repeated (RFC 3261 12.1.1).
  const Flow& flow = received.request.flow;
  if (reply.status < 300 || flow.protocol != Protocol::udp) return false;
  const auto front = std::find_if(fronts_.begin(), fronts_.end(), [&](const auto& candidate) {
    return candidate->local() == flow.local;
  });
  const auto to = address_of(received.message.get());
  if (front == fronts_.end() || !to) return false;
  const auto lines = RepeatedLines::of(sip);
  if (!lines) return false;
  (*front)->send(lines->answer(reply, stable_tag(received.request), options_.server_name), *to);
  return true;
}

void AgentCore::reply_without_state(const ReceivedMessage& received, const Reply& reply) {
  root_.assert_thread();
  if (const auto& plain = received.plain) {
    plain->front->send(
        plain->lines.answer(reply, stable_tag(received.request), options_.server_name),
        plain->from);
    return;
  }
  const sip_t* sip = sip_object(received.message.get());
  if (refuse_plainly(received, *sip, reply)) return;
  const Composed composed(reply);
  const HomeRef home = make_home();
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
    agent->reply_without_state(*received_, {.status = 500});
  });
}

const Request& IncomingRequest::request() const {
  return received_->request;
}

void IncomingRequest::reply(const Reply& reply) && {
  const auto received = std::exchange(received_, nullptr);
  const auto agent = received->agent;
  agent->reply_without_state(*received, reply);
}

IncomingRequest::Opened IncomingRequest::open_dialog() && {
  const auto received = std::exchange(received_, nullptr);
  auto [dialog, invite] = DialogCore::accept(std::move(*received));
  return {.dialog = std::make_unique<Dialog>(std::move(dialog)),
          .invite = std::make_unique<ServerTransaction>(std::move(invite))};
}

}  // namespace trunkline::sip
