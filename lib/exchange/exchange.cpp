// SPDX-License-Identifier: MIT
#include "exchange/exchange.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "control/server.h"
#include "core/log.h"
#include "crypto/kdf.h"
#include "exchange/ban_verbs.h"
#include "exchange/calls.h"
#include "exchange/descriptors.h"
#include "exchange/device_secrets.h"
#include "exchange/doorman.h"
#include "exchange/extensions.h"
#include "exchange/farewells.h"
#include "exchange/intake.h"
#include "exchange/journal_desk.h"
#include "exchange/keep_alive.h"
#include "exchange/media.h"
#include "exchange/open_call.h"
#include "exchange/recovery.h"
#include "exchange/verbs.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "os/heap.h"
#include "registrar/outbound.h"
#include "sip/root.h"

namespace trunkline::exchange {
namespace {

constexpr mode_t kControlMode = 0660;
constexpr std::size_t kNonceKeySize = 32;
/// After a drain, for BYEs that were sent to be answered.
constexpr core::Milliseconds kLastAnswers = core::Seconds(2);

}  // namespace

/// Everything of a running exchange, in the order it is made; it ends in the reverse.
class Exchange::State : public std::enable_shared_from_this<Exchange::State> {
 public:
  State(sip::Root& root, journal::Journal& journal, const core::Clock& clock, Options options,
        Hooks hooks)
      : root_(root),
        journal_(journal),
        clock_(clock),
        options_(std::move(options)),
        hooks_(std::move(hooks)),
        started_(clock.steady()),
        doorman_(std::make_shared<Doorman>(
            root, journal, clock,
            [this](std::string_view kind, const core::Json& body) { publish_json(kind, body); })),
        agent_(root, agent_options(options_.agent, *doorman_)),
        media_(root, journal_.node(), options_.ng_nodes, options_.media_control, media_events()),
        registrar_(root, journal, clock, options_.limits, gruu_key(options_.key)),
        authenticator_({.site_key = nonce_key(options_.key),
                        .nonce_life = options_.nonce_life,
                        .open_ha1 = ha1_opener(options_.key)},
                       clock, registrar_.challenges()),
        bench_{.reactor = root,
               .agent = agent_,
               .media = media_,
               .journal = journal,
               .clock = clock,
               .publish = [this](std::string_view kind,
                                 std::string_view body) { publish(kind, body); },
               .stale_after = options_.stale_after,
               .session_policy = options_.session_policy},
        calls_(bench_),
        intake_(bench_, calls_, registrar_, authenticator_, doorman_),
        desk_(root, journal.path()),
        keep_alive_(root, agent_, registrar_),
        farewells_(root, agent_,
                   [this](core::DeviceId device) { return registrar_.lookup(device); }) {}

  void start(directory::SnapshotPtr directory) {
    take_directory(std::move(directory));
    apply_limits();
    bench_.redirect = [this](const RedirectQuestion& question) {
      return intake_.redirect(question);
    };
    calls_.on_finished([this] { look_whether_drained(); });
    bench_.flow_failed = [this](const core::DeviceId& device, const sip::Outgoing& outgoing) {
      registrar_.flow_failed(device, outgoing.target, outgoing.flow);
    };
    registrar_.on_change([this](const registrar::Change& change) {
      keep_alive_.changed(change);
      farewells_.changed(change);
      publish(change);
    });
    const journal::JournalReader reader(journal_.path());
    const std::size_t bindings = registrar_.load(reader.state("binding"));
    doorman_->start(agent_, reader.state("ban"));
    take_bindings();
    open_control();
    const std::size_t interrupted =
        close_interrupted_calls(bench_, farewells_, reader.state(kOpenCallKind));
    agent_.on_connections(
        {.closed = [this](const sip::Flow& flow) { registrar_.connection_closed(flow); },
         .is_needed = [this](const sip::Flow& flow) { return registrar_.is_bound_over(flow); }});
    agent_.on_request([this](sip::IncomingRequest incoming) { intake_.take(std::move(incoming)); });
    os::return_free_memory();  // the state's, which is several times what it became
    core::log_info("exchange is up", {{"bindings", bindings}, {"interrupted", interrupted}});
  }

  bool has_directory(const directory::SnapshotPtr& directory) const {
    return directory == directory_;
  }
  void take_directory(directory::SnapshotPtr directory) {
    doorman_->directory_changed(*directory_, *directory);
    const directory::SnapshotPtr before = std::exchange(directory_, std::move(directory));
    count_for_new_owners(*before);
    intake_.set_directory(directory_);
  }
  core::UserId owner_of(const core::DeviceId& id) const {
    const directory::Device* device = directory_->device(id);
    return device == nullptr ? core::UserId() : device->owner;
  }
  void count_for_new_owners(const directory::Snapshot& before) {
    for (const directory::Device& device : directory_->devices()) {
      const directory::Device* former = before.device(device.id);
      if (former == nullptr || former->owner == device.owner) continue;
      for (const registrar::Binding& binding : registrar_.lookup(device.id)) {
        doorman_->owner_changed(binding, device.owner);
      }
    }
  }
  /// Tells everybody of the bindings that were loaded.
  void take_bindings() {
    Stale stale;
    registrar_.each([&](const registrar::Binding& binding) {
      doorman_->binding_loaded(binding, owner_of(binding.device));
      authenticator_.seed(binding.device, binding.nonce, binding.nonce_count);
      keep_alive_.add(binding);
      look_whether_stale(binding, stale);
    });
    unbind(stale);
  }
  void drop_stale_bindings() {
    Stale stale;
    registrar_.each([&](const registrar::Binding& binding) { look_whether_stale(binding, stale); });
    unbind(stale);
  }

  /// Devices that are not there any more, or not allowed, and which it is.
  using Stale = std::map<core::DeviceId, std::string_view>;
  void look_whether_stale(const registrar::Binding& binding, Stale& stale) const {
    const directory::Device* device = directory_->device(binding.device);
    if (device == nullptr) stale.emplace(binding.device, "device removed");
    if (device != nullptr && !device->is_enabled) stale.emplace(binding.device, "device disabled");
  }
  void unbind(const Stale& stale) {
    for (const auto& [device, why] : stale) registrar_.unbind(device, why);
  }

  void reconfigure(const Options& options) {
    options_.limits = options.limits;
    options_.ring_timeout = options.ring_timeout;
    options_.nat_keepalive = options.nat_keepalive;
    options_.stale_after = options.stale_after;
    options_.session_policy = options.session_policy;
    options_.drain_timeout = options.drain_timeout;
    options_.guard = options.guard;
    agent_.set_connection_limits(options.agent.connections);
    agent_.show_certificate(options.agent.tls);
    agent_.set_advertised(options.agent.advertised_networks, options.agent.advertised_address);
    apply_limits();
  }

  void drain(std::function<void()> drained) {
    intake_.close();
    drained_ = std::move(drained);
    drain_timer_ = root_.after(options_.drain_timeout, [this] {
      calls_.each([](LiveCall& live) {
        live.deliver(call::Interrupted{.why = call::Interruption::shutdown});
      });
      look_whether_drained();
    });
    core::log_info("exchange drains", {{"calls", calls_.size()}});
    look_whether_drained();
  }

  std::string summary() const {
    return fmt::format("{} calls, {} registrations", calls_.size(), registrar_.size());
  }
  core::Json status() const;
  const sip::Agent& agent() const { return agent_; }
  sip::Root& root() { return root_; }

 private:
  static sip::AgentOptions agent_options(sip::AgentOptions agent, Doorman& doorman) {
    agent.doorkeeper = &doorman;
    // What calls can do beyond RFC 3261.
    agent.methods.insert(agent.methods.end(),
                         {sip::Method::info, sip::Method::prack, sip::Method::update});
    agent.extensions = kExtensions;
    agent.registrar_extensions = registrar::kRegistrarExtensions;
    return agent;
  }
  static core::Secret nonce_key(const core::Secret& key) {
    return crypto::hkdf_sha256(key.reveal(), {}, core::as_bytes("trunkline sip nonce 1"),
                               kNonceKeySize);
  }

  static core::Secret gruu_key(const core::Secret& key) {
    return crypto::hkdf_sha256(key.reveal(), {}, core::as_bytes("trunkline sip gruu 1"),
                               kNonceKeySize);
  }

  Media::Events media_events() {
    return {.timed_out =
                [this](core::CallRef call) {
                  if (const auto live = calls_.find(call)) {
                    live->deliver(call::Interrupted{.why = call::Interruption::media_timeout});
                  }
                },
            // It may have been restarted: then its sessions are gone.
            .relay_returned = [this] { calls_.each([](LiveCall& live) { live.audit_media(); }); }};
  }

  void apply_limits() {
    registrar_.set_limits(options_.limits);
    intake_.set_ring_timeout(options_.ring_timeout);
    doorman_->set(options_.guard);
    bench_.stale_after = options_.stale_after;
    bench_.session_policy = options_.session_policy;
    keep_alive_.set_period(options_.nat_keepalive);
  }

  void open_control() {
    if (options_.control.empty()) return;
    control_.emplace(root_, options_.control, kControlMode);
    add_verbs(*control_, {.calls = calls_,
                          .registrar = registrar_,
                          .desk = desk_,
                          .status = [this] { return status(); },
                          .reload = hooks_.reload});
    add_ban_verbs(*control_, *doorman_);
  }

  void publish(std::string_view kind, std::string_view body) {
    if (!control_ || control_->connection_count() == 0) return;
    if (const auto json = core::parse_json(body)) publish_json(kind, *json);
  }
  void publish_json(std::string_view kind, const core::Json& body) {
    if (control_ && control_->connection_count() > 0) control_->publish(kind, body);
  }
  void publish(const registrar::Change& change) {
    doorman_->binding_changed(change, owner_of(change.binding.device));
    if (!control_ || control_->connection_count() == 0) return;
    using Kind = registrar::Change::Kind;
    const bool is_gone = change.kind == Kind::unbound;
    publish(is_gone ? "registration.unbound" : "registration.bound",
            registrar::registration_body(change.binding, change.reason));
  }

  void look_whether_drained() {
    if (!drained_ || calls_.open_count() > 0) return;
    if (calls_.size() == 0) {
      drain_timer_.reset();
      // Posted: the last call is still at work.
      return root_.post(std::exchange(drained_, {}));
    }
    if (has_last_wait_) return;
    has_last_wait_ = true;
    drain_timer_ = root_.after(kLastAnswers, [this] {
      if (drained_) root_.post(std::exchange(drained_, {}));
    });
  }

  sip::Root& root_;
  journal::Journal& journal_;
  const core::Clock& clock_;
  Options options_;
  Hooks hooks_;
  core::SteadyTime started_;
  directory::SnapshotPtr directory_ = std::make_shared<directory::Snapshot>();
  std::shared_ptr<Doorman> doorman_;
  sip::Agent agent_;
  Media media_;
  registrar::Registrar registrar_;
  registrar::Authenticator authenticator_;
  Workbench bench_;
  Calls calls_;
  Intake intake_;
  JournalDesk desk_;
  KeepAlive keep_alive_;
  Farewells farewells_;
  std::optional<control::Server> control_;
  std::function<void()> drained_;
  os::RegistrationPtr drain_timer_;
  bool has_last_wait_ = false;
};

core::Json Exchange::State::status() const {
  const sip::AgentCounts counts = agent_.counts();
  const journal::Health health = journal_.health();
  core::Json listeners = core::Json::array();
  for (const sip::Listener& listener : agent_.listeners()) listeners.push_back(listener.text());
  core::Json ended = core::Json::object();
  for (const auto& [disposition, count] : calls_.ended()) ended[std::string(disposition)] = count;
  core::Json status = {
      {"schema", "status.v1"},
      {"daemon", "sipd"},
      {"uptime_ms",
       std::chrono::duration_cast<core::Milliseconds>(clock_.steady() - started_).count()},
      {"is_draining", intake_.is_closed()},
      {"calls", calls_.size()},
      {"calls_open", calls_.open_count()},
      {"registrations", registrar_.size()},
      {"ended", std::move(ended)},
      {"shed", intake_.shed_count()},
      {"guard", doorman_->status()},
      {"timers", calls_.timer_count()},
      {"descriptors", open_descriptors()},
      {"directory_version", directory_->version()},
      {"sip",
       {{"listeners", std::move(listeners)},
        {"dialogs", counts.dialogs},
        {"client_transactions", counts.client_transactions},
        {"server_transactions", counts.server_transactions},
        {"sofia_incoming", counts.sofia_incoming},
        {"sofia_outgoing", counts.sofia_outgoing},
        {"received", counts.received},
        {"malformed", counts.malformed},
        {"dead_targets", counts.dead_targets},
        {"connections", counts.connections},
        {"closed_connections", counts.closed_connections},
        {"refused_sends", counts.refused_sends}}},
      {"media", media_.status()},
      {"journal",
       {{"node", journal_.node().text()},
        {"last", journal_.last().value()},
        {"is_healthy", health.is_healthy},
        {"error", health.error},
        {"queued", health.queued},
        {"failed_commits", health.failed_commits},
        {"refused", health.refused}}},
  };
  if (hooks_.describe) hooks_.describe(status);
  return status;
}

Exchange::Exchange(sip::Root& root, journal::Journal& journal, const core::Clock& clock,
                   Options options, Hooks hooks)
    : state_(std::make_shared<State>(root, journal, clock, std::move(options), std::move(hooks))) {}

Exchange::~Exchange() = default;

void Exchange::start(directory::SnapshotPtr directory) {
  state_->start(std::move(directory));
}

void Exchange::set_directory(directory::SnapshotPtr directory) {
  state_->root().post([weak = std::weak_ptr(state_), directory = std::move(directory)]() mutable {
    const auto state = weak.lock();
    // The watcher begins with telling the one that was started with.
    if (!state || state->has_directory(directory)) return;
    state->take_directory(std::move(directory));
    state->drop_stale_bindings();
  });
}

void Exchange::reconfigure(const Options& options) {
  state_->reconfigure(options);
}

void Exchange::drain(std::function<void()> drained) {
  state_->drain(std::move(drained));
}

std::string Exchange::summary() const {
  return state_->summary();
}

core::Json Exchange::status() const {
  return state_->status();
}

const sip::Agent& Exchange::agent() const {
  return state_->agent();
}

}  // namespace trunkline::exchange
