// SPDX-License-Identifier: MIT
#include "exchange/doorman.h"

#include <algorithm>
#include <cstring>

#include "core/bytes.h"
#include "core/log.h"
#include "crypto/random.h"
#include "os/source_filter.h"
#include "sip/message.h"

namespace trunkline::exchange {
namespace {

constexpr core::Milliseconds kMeasurePeriod{100};
constexpr core::Milliseconds kTidyPeriod = core::Seconds(1);
constexpr core::Microseconds kTellPeriod = core::Seconds(1);

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  const core::Bytes bytes = crypto::random_bytes(sizeof seed);
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

guard::Source source_at(const sip::Endpoint& peer) {
  const auto source = guard::Source::parse(peer.host);
  return source ? *source : guard::Source();
}

guard::Source source_of(const sip::Request& request) {
  return source_at(request.flow.peer);
}

guard::Quota quota_of(const directory::Limit* limit) {
  if (limit == nullptr) return {};
  return {.calls = limit->max_calls,
          .calls_per_minute = limit->calls_per_minute,
          .registrations = limit->max_registrations};
}

std::uint64_t name_of(const registrar::Binding& binding) {
  return std::hash<std::string>{}(registrar::state_key(binding));
}

}  // namespace

Doorman::Doorman(os::Reactor& reactor, journal::Journal& journal, const core::Clock& clock,
                 Publish publish)
    : reactor_(reactor),
      journal_(journal),
      clock_(clock),
      publish_(std::move(publish)),
      even_clock_(clock),
      guard_(random_seed(), [this](const guard::Finding& finding) { told(finding); }) {}

Doorman::~Doorman() = default;

core::Time Doorman::now() const {
  return even_clock_.now();
}

void Doorman::start(const sip::Agent& agent,
                    const std::vector<std::pair<std::string, std::string>>& bans) {
  agent_ = &agent;
  restore(bans);
  find_sockets();
  measured_at_ = clock_.steady();
  timers_.push_back(reactor_.every(kMeasurePeriod, [this] { measure(); }));
  timers_.push_back(reactor_.every(kTidyPeriod, [this] { tidy(); }));
}

void Doorman::set(guard::Settings settings) {
  guard_.set(std::move(settings));
}

void Doorman::find_sockets() {
  udp_sockets_.clear();
  tcp_sockets_.clear();
  listeners_ = agent_->listeners().size();
  for (const sip::Listener& listener : agent_->listeners()) {
    const auto address = os::Address::parse(listener.address.text());
    if (!address) continue;
    const bool is_udp = listener.protocol == sip::Protocol::udp;
    auto& sockets = is_udp ? udp_sockets_ : tcp_sockets_;
    const auto found = os::sockets_at(is_udp ? os::Transport::udp : os::Transport::tcp, *address);
    sockets.insert(sockets.end(), found.begin(), found.end());
  }
  filter();
}

void Doorman::tidy() {
  guard_.expire(now());
  guard_.calls().forget_idle(now());
  // An address of the host may have come up since.
  if (agent_->listeners().size() != listeners_) find_sockets();
}

bool Doorman::admits(const os::Address& from) noexcept {
  return guard_.admits(guard::Source(from), now());
}

void Doorman::malformed(const os::Address& from) noexcept {
  guard_.malformed(guard::Source(from), now());
}

void Doorman::knocked(const sip::Request& request) {
  const bool is_register = request.method == sip::Method::register_;
  guard_.knocked(source_of(request),
                 {.user_agent = request.user_agent,
                  .number = is_register ? std::string_view() : std::string_view(request.uri.user)},
                 now());
}

void Doorman::unknown_user(const sip::Request& request, std::string_view name) {
  guard_.unknown_user(source_of(request), name, now());
}

void Doorman::wrong_password(const sip::Request& request, core::DeviceId device,
                             std::string_view name) {
  guard_.wrong_password(source_of(request), device, name, now());
}

void Doorman::proven(const sip::Request& request) {
  guard_.proven(source_of(request), now());
}

bool Doorman::is_locked(core::DeviceId device) {
  return guard_.locked_until(device, now()).has_value();
}

void Doorman::directory_changed(const directory::Snapshot& before,
                                const directory::Snapshot& after) {
  // Mostly nobody is locked, and a directory may be large.
  if (locks_until_ <= now()) return;
  for (const directory::Device& device : after.devices()) {
    const directory::Device* former = before.device(device.id);
    if (former != nullptr && former->sealed_ha1 != device.sealed_ha1) guard_.unlock(device.id);
  }
}

void Doorman::refused_locked(const sip::Request& request, std::string_view name) {
  count(guard::Rule::lock_device, "wrong passwords locked it", request.flow.peer.host, name);
}

std::optional<guard::Refusal> Doorman::refusal_of_calls(std::size_t calls,
                                                        const sip::Request& request) {
  auto refusal = guard_.overload().refusal(guard::Work::call);
  if (!refusal) refusal = guard_.calls().refusal_of_all(calls, guard_.settings(), now());
  if (refusal) count(refusal->rule, refusal->reason, request.flow.peer.host);
  return refusal;
}

std::optional<guard::Refusal> Doorman::refusal_of_registrations(const sip::Request& request) {
  auto refusal = guard_.overload().refusal(guard::Work::registration);
  if (refusal) count(refusal->rule, refusal->reason, request.flow.peer.host);
  return refusal;
}

guard::Subject Doorman::subject_of(const sip::Request& request, const directory::Device& device,
                                   const directory::Snapshot& snapshot) const {
  const guard::Source source = source_of(request);
  return {.source = source,
          .tenant = device.tenant,
          .user = device.owner,
          .device = device.id,
          .device_name = device.name,
          .device_quota = quota_of(snapshot.limit_of(device.id)),
          .user_quota = quota_of(device.owner.is_nil() ? nullptr : snapshot.limit_of(device.owner)),
          .tenant_quota = quota_of(snapshot.limit_of(device.tenant)),
          .is_allowed_source = guard_.is_allowed(source)};
}

std::optional<guard::Refusal> Doorman::enter(const guard::Subject& subject, bool is_emergency) {
  if (is_emergency) {
    guard_.calls().enter_emergency(subject);
    return std::nullopt;
  }
  auto refusal = guard_.calls().enter(subject, guard_.settings(), now());
  if (refusal) count(refusal->rule, refusal->reason, subject.source.text(), subject.device_name);
  return refusal;
}

void Doorman::leave(const guard::Subject& subject) {
  guard_.calls().leave(subject);
}

std::optional<guard::Refusal> Doorman::registration(const guard::Subject& subject, bool is_new) {
  auto refusal = guard_.registration_rate(subject.source, now());
  if (!refusal && is_new) refusal = guard_.census().refusal(subject, guard_.settings());
  if (refusal) count(refusal->rule, refusal->reason, subject.source.text(), subject.device_name);
  return refusal;
}

void Doorman::binding_changed(const registrar::Change& change, const core::UserId& owner) {
  using Kind = registrar::Change::Kind;
  if (change.kind == Kind::unbound) return guard_.census().unbound(name_of(change.binding));
  if (change.kind == Kind::refreshed) return;
  binding_loaded(change.binding, owner);
}

void Doorman::binding_loaded(const registrar::Binding& binding, const core::UserId& owner) {
  owner_changed(binding, owner);
  guard_.proven(source_at(binding.flow.peer), now());
}

void Doorman::owner_changed(const registrar::Binding& binding, const core::UserId& owner) {
  guard_.census().bound(
      name_of(binding),
      {.source = source_at(binding.flow.peer), .tenant = binding.tenant, .user = owner});
}

void Doorman::count(guard::Rule rule, std::string_view reason, std::string_view peer,
                    std::string_view device) {
  Refused& refused = refused_[static_cast<std::size_t>(rule)];
  ++refused.total;
  const core::Time at = now();
  if (refused.told_at != core::Time{} && at - refused.told_at < kTellPeriod) return;
  core::log_warning("refused", {{"rule", guard::name_of(rule)},
                                {"reason", reason},
                                {"peer", peer},
                                {"device", device},
                                {"count", refused.total - refused.told}});
  refused.told = refused.total;
  refused.told_at = at;
}

void Doorman::measure() {
  const core::SteadyTime at = clock_.steady();
  const auto passed = std::chrono::duration_cast<core::Milliseconds>(at - measured_at_);
  measured_at_ = at;
  unsigned backlog = 0;
  for (const int socket : udp_sockets_) {
    if (const auto queue = os::socket_queue(socket)) {
      backlog = std::max(backlog, queue->filled_percent);
    }
  }
  guard_.overload().measured(
      {.lag = std::max(passed - kMeasurePeriod, core::Milliseconds{0}),
       .backlog_percent = backlog,
       .transactions = static_cast<std::uint32_t>(agent_->counts().sofia_incoming)},
      guard_.settings());
}

core::Json Doorman::status() const {
  const guard::Totals& totals = guard_.totals();
  std::uint64_t by_kernel = 0;
  for (const int socket : udp_sockets_) {
    if (const auto queue = os::socket_queue(socket)) by_kernel += queue->drops;
  }
  core::Json refused = core::Json::object();
  for (const guard::RuleRow& row : guard::rules()) {
    const std::uint64_t total = refused_[static_cast<std::size_t>(row.rule)].total;
    if (total > 0) refused[std::string(row.name)] = total;
  }
  const guard::Load& load = guard_.overload().load();
  return {{"banned", guard_.bans().banned_sources(now()).size()},
          {"bans", totals.bans},
          {"filtered_by_kernel", filtered_},
          {"dropped_by_kernel", by_kernel},
          {"dropped_banned", totals.dropped_banned},
          {"dropped_flood", totals.dropped_flood},
          {"malformed", totals.malformed},
          {"wrong_passwords", totals.wrong_passwords},
          {"refused", std::move(refused)},
          {"calls", guard_.calls().live()},
          {"lag_ms", load.lag.count()},
          {"backlog_percent", load.backlog_percent},
          {"transactions", load.transactions}};
}

}  // namespace trunkline::exchange
