// SPDX-License-Identifier: MIT
#include "sip/dialog_core.h"

#include <fmt/format.h>

#include "core/text.h"
#include "sip/compose.h"
#include "sip/read.h"

namespace trunkline::sip {

namespace {

std::string strip_brackets(std::string_view contact) {
  if (contact.starts_with('<')) contact.remove_prefix(1);
  if (contact.ends_with('>')) contact.remove_suffix(1);
  return std::string(contact);
}

}  // namespace

DialogCore::DialogCore(std::shared_ptr<AgentCore> agent) : agent_(std::move(agent)) {
  ++agent_->counted().dialogs;
  agent_->add(this);
}

DialogCore::~DialogCore() {
  --agent_->counted().dialogs;
  agent_->remove(this);
}

void DialogCore::make_leg(const std::string& remote_header, std::uint32_t local_cseq) {
  // The local tag is there from the beginning: a leg that is tagged later also takes requests
  // without a To tag, that is, a second INVITE of the same call.
  const std::string local_header = party_text(local_);
  const std::string cseq = fmt::format("{} INVITE", local_cseq);
  leg_.reset(
      nta_leg_tcreate(agent_->nta(), on_leg_request, this, SIPTAG_CALL_ID_STR(call_id_.c_str()),
                      SIPTAG_FROM_STR(local_header.c_str()), SIPTAG_TO_STR(remote_header.c_str()),
                      TAG_IF(local_cseq != 0, SIPTAG_CSEQ_STR(cseq.c_str())), TAG_END()));
  if (!leg_) {
    throw core::Error(core::ExitCode::data, "cannot make a dialog: its addresses are not SIP");
  }
}

DialogCore::Accepted DialogCore::accept(ReceivedMessage received) {
  auto dialog = std::make_shared<DialogCore>(received.agent);
  AgentCore& agent = *dialog->agent_;
  agent.root().assert_thread();
  sip_t* sip = sip_object(received.message.get());
  const Request& request = received.request;
  dialog->call_id_ = request.call_id;
  dialog->local_ = request.to;
  dialog->local_.tag = agent.new_token();
  dialog->remote_ = request.from;
  dialog->remote_cseq_ = request.cseq;
  dialog->flow_ = request.flow;
  dialog->path_ = agent.path_to(request.flow);
  dialog->make_leg(party_text(request.from), 0);
  dialog->refresh_target(*sip, true, false);
  // nta takes the message over; the request it makes keeps it.
  IncomingRef incoming(nta_incoming_create(agent.nta(), dialog->leg(), received.message.release(),
                                           sip, NTATAG_TPORT(received.transport.get()), TAG_END()));
  if (!incoming) throw core::Error(core::ExitCode::software, "cannot make a server transaction");
  auto invite =
      std::make_shared<ServerCore>(dialog, std::move(incoming), std::move(received.request));
  dialog->server_invite_ = invite;
  invite->start();
  return {.dialog = std::move(dialog), .invite = std::move(invite)};
}

std::shared_ptr<DialogCore> DialogCore::dial(std::shared_ptr<AgentCore> agent, Outgoing outgoing) {
  agent->root().assert_thread();
  auto dialog = std::make_shared<DialogCore>(std::move(agent));
  dialog->local_ = outgoing.from;
  dialog->local_.tag = dialog->agent_->new_token();
  dialog->remote_ = outgoing.to;
  dialog->remote_.tag.clear();
  dialog->call_id_ = outgoing.call_id.empty() ? dialog->agent_->new_token() : outgoing.call_id;
  dialog->remote_target_ = outgoing.target;
  dialog->flow_ = outgoing.flow;
  dialog->route_set_ = outgoing.routes;
  dialog->outgoing_ = std::move(outgoing);
  dialog->follow_target();
  dialog->make_leg(party_text(dialog->remote_), 0);
  return dialog;
}

std::shared_ptr<DialogCore> DialogCore::restore(std::shared_ptr<AgentCore> agent,
                                                const DialogState& state) {
  agent->root().assert_thread();
  auto dialog = std::make_shared<DialogCore>(std::move(agent));
  dialog->call_id_ = state.call_id;
  dialog->local_ = state.local;
  dialog->remote_ = state.remote;
  dialog->remote_cseq_ = state.remote_cseq;
  dialog->remote_target_ = state.remote_target;
  dialog->route_set_ = state.route_set;
  dialog->local_contact_ = state.local_contact;
  dialog->flow_ = state.flow;
  dialog->is_confirmed_ = true;
  dialog->follow_target();
  dialog->make_leg(party_text(state.remote), state.local_cseq);
  const HomeRef home = make_home();
  std::string routes;
  for (const std::string& route : state.route_set) routes += (routes.empty() ? "" : ", ") + route;
  const sip_record_route_t* route_set =
      routes.empty() ? nullptr : sip_record_route_make(home.get(), routes.c_str());
  const std::string target = "<" + one_line(state.remote_target.text()) + ">";
  nta_leg_server_route(dialog->leg(), route_set, sip_contact_make(home.get(), target.c_str()));
  return dialog;
}

std::string DialogCore::contact() const {
  if (!local_contact_.empty()) return "<" + local_contact_ + ">";
  if (!path_) return {};
  Uri uri;
  uri.user = local_.uri.user;
  uri.host = path_->local_host;
  uri.port = path_->local_port;
  if (path_->flow.protocol != Protocol::udp) {
    uri.params = fmt::format("transport={}", name_of(path_->flow.protocol));
  }
  return "<" + one_line(uri.text()) + ">";
}

DialogState DialogCore::state() const {
  DialogState state;
  state.call_id = call_id_;
  state.local = local_;
  state.remote = remote_;
  state.local_cseq = leg_ ? nta_leg_get_seq(leg_.get()) : 0;
  state.remote_cseq = remote_cseq_;
  state.route_set = route_set_;
  state.remote_target = remote_target_;
  state.local_contact = strip_brackets(contact());
  state.flow = flow_;
  return state;
}

void DialogCore::rebind(const Flow& flow) {
  agent_->root().assert_thread();
  flow_ = flow;
  follow_target();
}

void DialogCore::follow_target() {
  if (!flow_.empty()) {
    path_ = agent_->path_to(flow_);
    return;
  }
  // RFC 3261 12.2.1.1: the first route, or the target.
  Uri next = remote_target_;
  if (!route_set_.empty()) {
    const auto route = Uri::parse(strip_brackets(core::split(route_set_.front(), '>').front()));
    if (route) next = *route;
  }
  const auto flow = AgentCore::flow_to(next);
  path_ = flow ? agent_->path_to(*flow) : std::nullopt;
}

void DialogCore::refresh_target(const sip_t& sip, bool is_initial, bool is_ours) {
  if (is_initial && is_ours) {
    nta_leg_client_reroute(leg_.get(), sip.sip_record_route, sip.sip_contact, 1);
  } else if (is_initial) {
    nta_leg_server_route(leg_.get(), sip.sip_record_route, sip.sip_contact);
  } else {
    // RFC 3261 12.2: a refresh changes the target, never the route set.
    nta_leg_client_route(leg_.get(), nullptr, sip.sip_contact);
  }
  const sip_route_t* route = nullptr;
  const sip_contact_t* target = nullptr;
  nta_leg_get_route(leg_.get(), &route, &target);
  if (target != nullptr) remote_target_ = from_sofia(*target->m_url);
  if (is_initial) {
    route_set_.clear();
    for (; route != nullptr; route = route->r_next) {
      route_set_.push_back("<" + from_sofia(*route->r_url).text() + ">");
    }
  }
  if (flow_.empty()) follow_target();
}

void DialogCore::follow_peer(const std::string& tag) {
  if (core::equals_ignoring_case(remote_.tag, tag)) return;
  const bool was_another = !remote_.tag.empty();
  remote_.tag = tag;
  if (!was_another) {
    nta_leg_rtag(leg_.get(), tag.c_str());
    return;
  }
  // A leg keeps the tag that it has.
  const std::uint32_t cseq = nta_leg_get_seq(leg_.get());
  leg_.reset();
  make_leg(party_text(remote_), cseq);
}

void DialogCore::established(const sip_t& response) {
  if (!leg_) return;
  const sip_to_t* to = response.sip_to;
  if (to != nullptr && to->a_tag != nullptr && !is_confirmed_) follow_peer(to->a_tag);
  refresh_target(response, !is_confirmed_, true);
  is_confirmed_ = true;
}

bool DialogCore::began_early(const sip_t& response) {
  const sip_to_t* to = response.sip_to;
  if (!leg_ || to == nullptr || to->a_tag == nullptr) return false;
  if (has_peer()) return core::equals_ignoring_case(remote_.tag, to->a_tag);
  follow_peer(to->a_tag);
  refresh_target(response, true, true);
  return true;
}

void DialogCore::answered(const std::shared_ptr<ServerCore>& invite) {
  is_confirmed_ = true;
  unacknowledged_ = invite;
  agent_->keep(invite);
}

void DialogCore::settled() {
  const auto self = shared_from_this();
  if (const auto invite = unacknowledged_.lock()) agent_->release(invite.get());
  unacknowledged_.reset();
  if (!is_hanging_up_) return;
  is_hanging_up_ = false;
  if (is_confirmed()) send_bye(std::exchange(hang_up_reason_, {}));
}

int DialogCore::on_leg_request(DialogCore* core, nta_leg_t*, nta_incoming_t* incoming,
                               sip_t const* sip) noexcept {
  const auto alive = core->weak_from_this().lock();
  int result = 500;
  if (alive) AgentCore::call([&] { result = core->receive(incoming, *sip); });
  return result;
}

int DialogCore::receive(nta_incoming_t* incoming, const sip_t& sip) {
  // From here on the request is ours to destroy.
  IncomingRef owned(incoming);
  // The ACK of a 2xx whose transaction is over already.
  if (sip.sip_request->rq_method == sip_method_ack) return 0;
  Request request = read_request(sip);
  const MessageRef message(nta_incoming_getrequest(incoming));
  const TransportRef transport(nta_incoming_transport(agent_->nta(), incoming, nullptr));
  request.flow = agent_->flow_of(transport.get(), message.get());
  auto server =
      std::make_shared<ServerCore>(shared_from_this(), std::move(owned), std::move(request));
  const Request& value = server->request();
  if (auto reply = refusal(value)) {
    server->answer(std::move(*reply));
    return 0;
  }
  remote_cseq_ = value.cseq;
  if (value.method == Method::invite || value.method == Method::update) {
    refresh_target(sip, false, false);
    // The phone may have moved: it is reached where it spoke from last.
    if (!flow_.empty()) {
      flow_ = value.flow;
      follow_target();
    }
  }
  if (value.method == Method::invite) server_invite_ = server;
  if (value.method == Method::bye) is_ended_ = true;
  server->start();
  if (on_request_) {
    const auto on_request = on_request_;
    on_request(std::make_unique<ServerTransaction>(std::move(server)));
  } else {
    // Nobody owns the dialog any more: our BYE is on its way, or should be.
    server->answer({.status = value.method == Method::bye ? 200 : 481});
  }
  return 0;
}

std::optional<Reply> DialogCore::refusal(const Request& request) const {
  // RFC 3261 12.2.2; nta itself compares with what it has seen since the leg was made.
  if (remote_cseq_ != 0 && request.cseq <= remote_cseq_) {
    return Reply{.status = 500, .phrase = "CSeq out of order"};
  }
  if (auto reply = agent_->refusal(request); reply && request.method != Method::bye) return reply;
  if (is_ended_) return Reply{.status = 481};
  if (request.method != Method::invite) return std::nullopt;
  if (const auto ours = client_invite_.lock(); ours && !ours->is_finished()) {
    return Reply{.status = 491};  // RFC 3261 14.2: both asked at once
  }
  if (const auto theirs = server_invite_.lock(); theirs && !theirs->is_answered()) {
    return Reply{.status = 500, .content = {.headers = {{"Retry-After", "5"}}}};
  }
  return std::nullopt;
}

std::shared_ptr<ClientCore> DialogCore::invite(const Content& content, ClientEvents events) {
  agent_->root().assert_thread();
  auto client = std::make_shared<ClientCore>(shared_from_this(), Method::invite, std::move(events));
  const auto ours = client_invite_.lock();
  const auto theirs = server_invite_.lock();
  if ((ours && !ours->is_finished()) || (theirs && !theirs->is_answered())) {
    client->fail_later(491, "");
    return client;
  }
  client_invite_ = client;
  client->start(content);
  return client;
}

std::shared_ptr<ClientCore> DialogCore::request(Method method, const Content& content,
                                                std::function<void(const Response&)> final) {
  agent_->root().assert_thread();
  const bool is_followed = static_cast<bool>(final);
  auto client = std::make_shared<ClientCore>(
      shared_from_this(), method, ClientEvents{.provisional = {}, .final = std::move(final)});
  if (method == Method::bye) is_ended_ = true;
  client->start(content);
  if (!is_followed) client->abandon();
  return client;
}

void DialogCore::close() {
  on_request_ = nullptr;
  if (is_hanging_up_) return;
  if (const auto invite = unacknowledged_.lock()) agent_->release(invite.get());
  leg_.reset();
}

void DialogCore::send_bye(std::vector<Header> reason) {
  request(Method::bye, {.headers = std::move(reason)}, {});
}

void DialogCore::hang_up(std::vector<Header> reason) {
  on_request_ = nullptr;
  if (const auto pending = client_invite_.lock(); pending && !pending->is_finished()) {
    hang_up_reason_ = reason;
    pending->cancel(reason);
    pending->abandon();
    return;
  }
  if (!is_confirmed()) return;
  if (!unacknowledged_.expired()) {
    // RFC 3261 15: no BYE before the ACK to our 2xx, or its timeout.
    is_hanging_up_ = true;
    hang_up_reason_ = std::move(reason);
    return;
  }
  if (const auto invite = client_invite_.lock()) invite->acknowledge({});
  send_bye(std::move(reason));
}

}  // namespace trunkline::sip
