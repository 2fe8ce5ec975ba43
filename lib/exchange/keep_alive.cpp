// SPDX-License-Identifier: MIT
#include "exchange/keep_alive.h"

#include <algorithm>
#include <utility>

#include "os/address.h"

namespace trunkline::exchange {
namespace {

constexpr core::Milliseconds kTick{250};
/// However many there are, so that calls are not kept waiting; the period grows instead.
constexpr double kMostInTick = 100;

}  // namespace

bool is_behind_nat(const registrar::Binding& binding) {
  if (binding.flow.empty() || !binding.path.empty()) return false;
  const sip::Uri& contact = binding.contact.uri;
  const auto host = os::Address::parse_host(contact.host);
  if (!host || host->host() != binding.flow.peer.host) return true;
  // A connection has a port of its own; that says nothing.
  constexpr std::uint16_t kUsualPort = 5060;
  const std::uint16_t port = contact.port != 0 ? contact.port : kUsualPort;
  return binding.flow.protocol == sip::Protocol::udp && port != binding.flow.peer.port;
}

KeepAlive::KeepAlive(os::Reactor& reactor, sip::Agent& agent)
    : agent_(agent), timer_(reactor.every(kTick, [this] { tick(); })) {}

void KeepAlive::add(const registrar::Binding& binding) {
  if (!is_behind_nat(binding)) return;
  targets_[state_key(binding)] = {.contact = binding.contact.uri, .flow = binding.flow};
}

void KeepAlive::changed(const registrar::Change& change) {
  const bool is_gone = change.kind == registrar::Change::Kind::unbound;
  if (is_gone || !is_behind_nat(change.binding)) {
    if (targets_.empty()) return;
    targets_.erase(state_key(change.binding));
  } else {
    add(change.binding);
  }
}

void KeepAlive::tick() {
  if (period_ <= core::Milliseconds{0} || targets_.empty()) return;
  // Spread over the period.
  const double ticks = static_cast<double>(period_.count()) / static_cast<double>(kTick.count());
  due_ = std::min(due_ + static_cast<double>(targets_.size()) / ticks, kMostInTick);
  for (; due_ >= 1; due_ -= 1) {
    auto next = targets_.upper_bound(last_asked_);
    if (next == targets_.end()) next = targets_.begin();
    last_asked_ = next->first;
    ask(next->second);
  }
}

void KeepAlive::ask(const Target& target) {
  sip::Uri own;
  own.host = agent_.local_host_for(target.flow);
  if (own.host.empty()) return;
  const std::uint64_t number = ++last_;
  asked_[number] = agent_.send(sip::Method::options,
                               {.target = target.contact,
                                .flow = target.flow,
                                .from = {.uri = own},
                                .to = {.uri = target.contact}},
                               {}, [this, number](const sip::Response&) { asked_.erase(number); });
}

}  // namespace trunkline::exchange
