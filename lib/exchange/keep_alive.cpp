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

KeepAlive::KeepAlive(os::Reactor& reactor, sip::Agent& agent, const registrar::Registrar& registrar)
    : agent_(agent), registrar_(registrar), timer_(reactor.every(kTick, [this] { tick(); })) {}

void KeepAlive::add(const registrar::Binding& binding) {
  if (is_behind_nat(binding)) devices_.insert(binding.device);
}

void KeepAlive::changed(const registrar::Change& change) {
  const bool is_gone = change.kind == registrar::Change::Kind::unbound;
  if (!is_gone && is_behind_nat(change.binding)) {
    devices_.insert(change.binding.device);
    return;
  }
  const auto found = devices_.find(change.binding.device);
  if (found == devices_.end()) return;
  const std::vector<registrar::Binding> left = registrar_.lookup(*found);
  if (std::none_of(left.begin(), left.end(), is_behind_nat)) devices_.erase(found);
}

void KeepAlive::tick() {
  if (period_ <= core::Milliseconds{0} || devices_.empty()) return;
  // Spread over the period.
  const double ticks = static_cast<double>(period_.count()) / static_cast<double>(kTick.count());
  due_ = std::min(due_ + static_cast<double>(devices_.size()) / ticks, kMostInTick);
  int asked = 0;
  while (due_ >= 1 && asked < kMostInTick) {
    due_ -= 1;
    auto next = devices_.upper_bound(last_asked_);
    if (next == devices_.end()) next = devices_.begin();
    last_asked_ = *next;
    for (const registrar::Binding& binding : registrar_.lookup(last_asked_)) {
      if (!is_behind_nat(binding)) continue;
      ask(binding);
      ++asked;
    }
  }
}

void KeepAlive::ask(const registrar::Binding& binding) {
  sip::Uri own;
  own.host = agent_.local_host_for(binding.flow);
  if (own.host.empty()) return;
  const std::uint64_t number = ++last_;
  asked_[number] = agent_.send(sip::Method::options,
                               {.target = binding.contact.uri,
                                .flow = binding.flow,
                                .from = {.uri = own},
                                .to = {.uri = binding.contact.uri}},
                               {}, [this, number](const sip::Response&) { asked_.erase(number); });
}

}  // namespace trunkline::exchange
