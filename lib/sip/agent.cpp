// SPDX-License-Identifier: MIT
#include "sip/agent.h"

#include <utility>

#include "core/text.h"
#include "sip/agent_core.h"
#include "sip/body.h"
#include "sip/dialog_core.h"

namespace trunkline::sip {

Agent::Agent(Root& root, AgentOptions options)
    : core_(std::make_shared<AgentCore>(root, std::move(options))) {
  core_->listen();
}

Agent::~Agent() {
  core_->shut_down();
}

void Agent::on_request(OnRequest on_request) {
  core_->on_request(std::move(on_request));
}

std::unique_ptr<Dialog> Agent::dial(Outgoing outgoing) {
  return std::make_unique<Dialog>(DialogCore::dial(core_, std::move(outgoing)));
}

std::unique_ptr<Dialog> Agent::restore(const DialogState& state) {
  return std::make_unique<Dialog>(DialogCore::restore(core_, state));
}

void Agent::hang_up(std::unique_ptr<Dialog> dialog, std::vector<Header> reason) {
  core_->root().assert_thread();
  dialog->core_->hang_up(std::move(reason));
  // Whatever still has to happen keeps the inside alive; the handle must not close the leg.
  dialog->core_ = nullptr;
}

std::unique_ptr<ClientTransaction> Agent::send(Method method, Outgoing outgoing,
                                               const Content& content,
                                               std::function<void(const Response&)> final) {
  const auto dialog = DialogCore::dial(core_, std::move(outgoing));
  return std::make_unique<ClientTransaction>(dialog->request(method, content, std::move(final)));
}

const std::vector<Listener>& Agent::listeners() const {
  return core_->listeners();
}
const std::string& Agent::allow() const {
  return core_->allow();
}
std::string Agent::local_host_for(const Flow& flow) const {
  return core_->local_host_for(flow);
}
void Agent::set_advertised(const std::vector<std::string>& networks,
                           const std::string& everywhere) {
  core_->set_advertised(os::AdvertisedAddresses::of(networks, everywhere));
}
void Agent::show_certificate(const TlsOptions& tls) {
  core_->show_certificate(tls);
}
void Agent::on_connections(ConnectionEvents events) {
  core_->on_connections(std::move(events));
}
void Agent::set_connection_limits(ConnectionLimits limits) {
  core_->set_connection_limits(limits);
}
AgentCounts Agent::counts() const {
  return core_->counts();
}

Reply Agent::options_reply() const {
  Reply reply{.status = 200};
  reply.content.headers = {{"Allow", allow()}, {"Accept", std::string(kAcceptedBodies)}};
  const auto& extensions = core_->options().extensions;
  if (!extensions.empty()) {
    reply.content.headers.push_back({"Supported", core::join(extensions, ", ")});
  }
  return reply;
}

Dialog::Dialog(std::shared_ptr<DialogCore> core) : core_(std::move(core)) {}
Dialog::~Dialog() {
  if (core_) core_->close();
}
void Dialog::on_request(OnRequest on_request) {
  core_->on_request(std::move(on_request));
}

std::unique_ptr<ClientTransaction> Dialog::invite(const Content& content, ClientEvents events) {
  return std::make_unique<ClientTransaction>(core_->invite(content, std::move(events)));
}

std::unique_ptr<ClientTransaction> Dialog::request(Method method, const Content& content,
                                                   std::function<void(const Response&)> final) {
  const bool is_followed = static_cast<bool>(final);
  auto client = core_->request(method, content, std::move(final));
  return is_followed ? std::make_unique<ClientTransaction>(std::move(client)) : nullptr;
}

const std::string& Dialog::call_id() const {
  return core_->call_id();
}
bool Dialog::is_confirmed() const {
  return core_->is_confirmed();
}
const Party& Dialog::remote() const {
  return core_->remote();
}
const Flow& Dialog::flow() const {
  static const Flow none;
  return core_->path() ? core_->path()->flow : none;
}
const std::string& Dialog::local_host() const {
  static const std::string none;
  return core_->path() ? core_->path()->local_host : none;
}
void Dialog::rebind(const Flow& flow) {
  core_->rebind(flow);
}
DialogState Dialog::state() const {
  return core_->state();
}

}  // namespace trunkline::sip
