// SPDX-License-Identifier: MIT
#include "registrar/registrar.h"

#include <algorithm>
#include <charconv>

#include "core/log.h"
#include "journal/journal.h"
#include "os/address.h"

namespace trunkline::registrar {

namespace {

constexpr core::Milliseconds kExpiryPeriod{1000};
constexpr core::Milliseconds kChallengePeriod{60'000};
constexpr const char* kStateKind = "binding";

double preference(const Binding& binding) {
  // RFC 3261 20.10: without q it is ours to choose; as good as the best.
  double q = 1.0;
  const std::string& text = binding.contact.q;
  std::from_chars(text.data(), text.data() + text.size(), q);
  return q;
}

/// Where the contact says, if that may be the device itself: not a private address behind a NAT.
std::optional<sip::Flow> flow_at_contact(const Binding& binding) {
  const sip::Uri& uri = binding.contact.uri;
  const auto host = os::Address::parse_host(uri.host);
  const auto transport = sip::parse_protocol(uri.param("transport").value_or("udp"));
  if (!host || host->host() != binding.flow.peer.host) return std::nullopt;
  if (transport != binding.flow.protocol) return std::nullopt;
  sip::Flow flow = binding.flow;
  flow.peer.port = uri.port;
  return flow;
}

bool is_at_contact(const Binding& binding) {
  return flow_at_contact(binding) == binding.flow;
}

/// The bindings whose connection is lost are reached at their contact from now on, or go.
template <class IsLost>
void lose_connection(std::vector<Binding>& bindings, const IsLost& is_lost,
                     std::vector<Change>& changes) {
  std::erase_if(bindings, [&](Binding& binding) {
    if (!is_lost(binding)) return false;
    auto flow = flow_at_contact(binding);
    if (!flow || *flow == binding.flow || flow->peer.port == 0) {
      changes.push_back(
          {.kind = Change::Kind::unbound, .binding = binding, .reason = "connection closed"});
      return true;
    }
    binding.flow = std::move(*flow);
    changes.push_back({.kind = Change::Kind::moved, .binding = binding});
    return false;
  });
}

journal::StateChange state_of(const Binding& binding) {
  return {.kind = kStateKind, .key = state_key(binding), .value = to_text(binding)};
}

}  // namespace

Registrar::Registrar(os::Reactor& reactor, journal::Journal& journal, const core::Clock& clock,
                     Limits limits, const core::Secret& gruu_key)
    : journal_(journal), clock_(clock), even_clock_(clock), limits_(limits) {
  if (!gruu_key.empty()) gruus_ = std::make_unique<Gruus>(gruu_key);
  timers_.push_back(reactor.every(kExpiryPeriod, [this] { expire(); }));
  timers_.push_back(reactor.every(kChallengePeriod, [this] { write_challenges(); }));
}

Registrar::~Registrar() {
  write_challenges();
}

core::Time Registrar::now() const {
  return even_clock_.now();
}

Binding Registrar::for_record(Binding binding) const {
  const auto step = even_clock_.step();
  binding.registered_at += step;
  binding.expires_at += step;
  return binding;
}

std::size_t Registrar::load(const std::vector<std::pair<std::string, std::string>>& state) {
  std::vector<journal::StateChange> unreadable;
  core::JsonReader reader;
  for (const auto& [key, value] : state) {
    auto binding = parse_binding(reader, value);
    if (!binding) {
      core::log_warning("a stored binding was dropped",
                        {{"binding", key}, {"error", binding.error().message}});
      unreadable.push_back({.kind = kStateKind, .key = key, .value = std::nullopt});
      continue;
    }
    bindings_.add(*binding);
  }
  drop_lost_connections();
  if (!unreadable.empty()) journal_.change_state(std::move(unreadable));
  earliest_expiry_ = {};
  expire();
  return size();
}

sip::Reply Registrar::apply(const sip::Request& request, Owner owner) {
  owner.gruus = gruus_.get();
  const core::Time at = now();
  Outcome outcome = apply_register(bindings_.of(owner.device), request, owner, limits_, at);
  for (const Binding& binding : outcome.bindings) {
    earliest_expiry_ = std::min(earliest_expiry_, binding.expires_at);
  }
  index(outcome.bindings);
  bindings_.put(owner.device, outcome.bindings);
  record(outcome.changes);
  return std::move(outcome.reply);
}

std::vector<Binding> Registrar::lookup(core::DeviceId device) const {
  std::vector<Binding> live = bindings_.of(device);
  std::erase_if(live, [at = now()](const Binding& binding) { return binding.expires_at <= at; });
  std::sort(live.begin(), live.end(), [](const Binding& left, const Binding& right) {
    const double mine = preference(left);
    const double theirs = preference(right);
    return mine != theirs ? mine > theirs : left.registered_at > right.registered_at;
  });
  return live;
}

std::vector<Binding> Registrar::lookup(core::DeviceId device, const sip::Uri& uri) const {
  std::vector<Binding> bindings = lookup(device);
  const auto gr = uri.param("gr");
  if (!gr) return bindings;
  std::erase_if(bindings, [&](const Binding& binding) {
    if (!gr->empty()) return !names_instance(*gr, binding);
    return gruus_ == nullptr || !gruus_->leads_to(uri.user, binding);
  });
  return bindings;
}

std::optional<core::DeviceId> Registrar::device_of_gruu(const sip::Uri& uri) const {
  if (gruus_ == nullptr || uri.param("gr") != "") return std::nullopt;
  const auto device = gruus_->device_in(uri.user);
  if (!device || lookup(*device, uri).empty()) return std::nullopt;
  return device;
}

std::vector<Binding> Registrar::all() const {
  std::vector<Binding> live;
  each([&](Binding binding) { live.push_back(std::move(binding)); });
  return live;
}

void Registrar::each(const std::function<void(Binding)>& use) const {
  bindings_.each([&, at = now()](const Binding& binding) {
    if (binding.expires_at > at) use(for_record(binding));
  });
}

std::size_t Registrar::size() const {
  return bindings_.size();
}

void Registrar::unbind(core::DeviceId device, std::string_view reason) {
  std::vector<Change> changes;
  for (Binding& binding : bindings_.of(device)) {
    changes.push_back({.kind = Change::Kind::unbound,
                       .binding = std::move(binding),
                       .reason = std::string(reason)});
  }
  bindings_.put(device, {});
  record(changes);
}

void Registrar::flow_failed(core::DeviceId device, const sip::Uri& contact, const sip::Flow& flow) {
  std::vector<Change> changes;
  std::vector<Binding> bindings = bindings_.of(device);
  std::erase_if(bindings, [&](const Binding& binding) {
    const bool is_lost =
        !binding.contact.reg_id.empty() && binding.contact.uri == contact && binding.flow == flow;
    if (is_lost) {
      changes.push_back(
          {.kind = Change::Kind::unbound, .binding = binding, .reason = "flow failed"});
    }
    return is_lost;
  });
  bindings_.put(device, bindings);
  record(changes);
}

void Registrar::index(const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings) {
    if (binding.flow.protocol == sip::Protocol::udp) continue;
    const auto [first, last] = by_connection_.equal_range(binding.flow);
    const bool is_known =
        std::any_of(first, last, [&](const auto& entry) { return entry.second == binding.device; });
    if (!is_known) by_connection_.emplace(binding.flow, binding.device);
  }
}

bool Registrar::is_bound_over(const sip::Flow& connection) const {
  const core::Time at = now();
  const auto [first, last] = by_connection_.equal_range(connection);
  return std::any_of(first, last, [&](const auto& entry) {
    const std::vector<Binding> bindings = bindings_.of(entry.second);
    return std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) {
      return binding.flow == connection && binding.expires_at > at;
    });
  });
}

void Registrar::lose_connections(const std::set<core::DeviceId>& devices,
                                 const std::function<bool(const Binding&)>& is_lost) {
  std::vector<Change> changes;
  for (const core::DeviceId& device : devices) {
    std::vector<Binding> bindings = bindings_.of(device);
    lose_connection(bindings, is_lost, changes);
    bindings_.put(device, bindings);
  }
  record(changes);
}

void Registrar::connection_closed(const sip::Flow& flow) {
  const auto [first, last] = by_connection_.equal_range(flow);
  std::set<core::DeviceId> devices;
  for (auto entry = first; entry != last; ++entry) devices.insert(entry->second);
  by_connection_.erase(first, last);
  lose_connections(devices, [&](const Binding& binding) { return binding.flow == flow; });
}

void Registrar::drop_lost_connections() {
  // Connections do not outlive the process that held them.
  const auto is_lost = [](const Binding& binding) {
    return binding.flow.protocol != sip::Protocol::udp && !is_at_contact(binding);
  };
  std::set<core::DeviceId> devices;
  bindings_.each([&](const Binding& binding) {
    if (is_lost(binding)) devices.insert(binding.device);
  });
  lose_connections(devices, is_lost);
}

void Registrar::on_change(std::function<void(const Change&)> on_change) {
  on_change_ = std::move(on_change);
}

void Registrar::set_limits(Limits limits) {
  limits_ = limits;
}

ChallengeAccount& Registrar::challenges() {
  return challenges_;
}

void Registrar::record(const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const Change told{
        .kind = change.kind, .binding = for_record(change.binding), .reason = change.reason};
    journal::StateChange state = state_of(told.binding);
    if (change.kind == Change::Kind::refreshed) {
      journal_.change_state({std::move(state)});
    } else {
      const bool is_gone = change.kind == Change::Kind::unbound;
      if (is_gone) state.value = std::nullopt;
      journal_.append({.kind = is_gone ? "registration.unbound" : "registration.bound",
                       .tenant = change.binding.tenant,
                       .call = {},
                       .body = registration_body(told.binding, change.reason),
                       .at = clock_.wall()},
                      {std::move(state)});
    }
    if (on_change_) on_change_(told);
  }
}

void Registrar::expire() {
  const core::Time at = now();
  if (at < earliest_expiry_) return;
  std::vector<Change> changes;
  for (const core::DeviceId& device : bindings_.with_expired(at)) {
    std::vector<Binding> bindings = bindings_.of(device);
    std::erase_if(bindings, [&](const Binding& binding) {
      if (binding.expires_at > at) return false;
      changes.push_back({.kind = Change::Kind::unbound, .binding = binding, .reason = "expired"});
      return true;
    });
    bindings_.put(device, bindings);
  }
  earliest_expiry_ = bindings_.earliest_expiry();
  record(changes);
}

void Registrar::write_challenges() {
  const core::Time wall = clock_.wall();
  const core::Time minute = std::chrono::floor<std::chrono::minutes>(wall);
  for (const ChallengeCount& count : challenges_.take(minute)) {
    journal_.append({.kind = "challenge.counted",
                     .tenant = {},
                     .call = {},
                     .body = challenge_body(count),
                     .at = wall});
  }
}

}  // namespace trunkline::registrar
