// SPDX-License-Identifier: MIT
#include "sip/agent_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/error.h"
#include "core/text.h"
#include "crypto/random.h"
#include "crypto/tls_sessions.h"
#include "os/interfaces.h"
#include "sip/read.h"
#include "sip/root_core.h"
#include "sip/stun.h"
#include "sip/udp_buffer.h"

// Logs that Sofia exports and declares nowhere.
extern "C" {
extern su_log_t nta_log[];
extern su_log_t tport_log[];
}

namespace trunkline::sip {

namespace {

constexpr unsigned kMaxMessage = 65536;
constexpr unsigned kSocketBuffer = kUdpBuffer.value();
constexpr core::Milliseconds kLookForAddresses{10'000};
constexpr unsigned kTlsChainMax = 10;

void silence_sofia() {
  su_log_redirect(
      nullptr, [](void*, char const*, va_list) {}, nullptr);
  su_log_set_level(nullptr, 0);
  su_log_set_level(nta_log, 0);
  su_log_set_level(tport_log, 0);
}

std::string join_methods(const std::vector<Method>& methods) {
  std::vector<std::string> names;
  names.reserve(methods.size());
  for (const Method method : methods) names.emplace_back(name_of(method));
  return core::join(names, ", ");
}

bool is_address(const std::string& host) {
  return os::Address::parse_host(host).has_value();
}

bool is_ipv6(const std::string& host) {
  return host.find(':') != std::string::npos;
}

Protocol protocol_of(const tport_t* transport) {
  // TLS is TCP too.
  if (tport_has_tls(transport) != 0) return Protocol::tls;
  return tport_is_tcp(transport) != 0 ? Protocol::tcp : Protocol::udp;
}

/// As URIs, Via and Sofia want it.
std::string bracketed(const std::string& host) {
  return is_ipv6(host) ? "[" + host + "]" : host;
}

std::string_view via_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::udp:
      return "UDP";
    case Protocol::tcp:
      return "TCP";
    case Protocol::tls:
      return "TLS";
  }
  return "UDP";
}

}  // namespace

std::string Path::target_key() const {
  return fmt::format("{}:{}", name_of(flow.protocol), flow.peer.text());
}

AgentCore::AgentCore(Root& root, AgentOptions options)
    : root_(root),
      options_(std::move(options)),
      allow_(join_methods(options_.methods)),
      message_class_(options_.doorkeeper),
      connections_(options_.connections),
      targets_({.max_in_flight = options_.max_in_flight_per_target,
                .dead_after_timeouts = options_.dead_after_timeouts,
                .dead_for = options_.dead_for}),
      advertised_(
          os::AdvertisedAddresses::of(options_.advertised_networks, options_.advertised_address)),
      tag_key_(crypto::random_bytes(32)) {
  root_.assert_thread();
  silence_sofia();
  serve_stun();
}

AgentCore::~AgentCore() {
  // One of them may be calling us.
  for (const auto& front : fronts_) front->close();
}

void AgentCore::listen() {
  // A URL of -1 (Sofia's NONE) means: no socket yet. No default leg: with one, everything would
  // become stateful.
  auto* const no_url = reinterpret_cast<url_string_t*>(-1);  // NOLINT(performance-no-int-to-ptr)
  nta_.reset(nta_agent_create(
      root_.core().root(), no_url, on_message, this, NTATAG_MCLASS(message_class_.get()),
      NTATAG_UA(1), NTATAG_SERVER_RPORT(2), NTATAG_RPORT(1), NTATAG_PASS_408(1),
      NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0), NTATAG_MAXSIZE(kMaxMessage),
      // Phones behind NAT have nothing but UDP; UdpLimit makes the exceptions.
      NTATAG_UDP_MTU(UdpLimit::kNone), NTATAG_MERGE_482(1),
      // The owner answers 487 itself, once its entry is written.
      NTATAG_CANCEL_487(0),
      // How long a call may ring is the owner's to decide.
      NTATAG_TIMER_C(0), TAG_END()));
  if (!nta_) throw core::Error(core::ExitCode::software, "cannot start the SIP stack");
  for (const std::string& text : options_.listen) {
    const Listener listener = core::value_or_throw(Listener::parse(text));
    if (listener.protocol == Protocol::tls && options_.tls.empty()) {
      throw core::Error(core::ExitCode::config,
                        fmt::format("cannot listen on {}: there is no certificate", text),
                        "set sip.tls_certificate and sip.tls_key");
    }
    const auto address = os::Address::parse_host(listener.address.host);
    if (address && address->is_any()) {
      any_.push_back({.listener = listener});
      bind_any(any_.back(), true);
    } else {
      bind(listener);
    }
  }
  if (!any_.empty()) {
    address_watch_ = root_.every(kLookForAddresses, [this] {
      for (AnyAddress& any : any_) bind_any(any, false);
    });
  }
  connections_.on_events({.closed = [this](const Flow& flow) { connection_closed(flow); }});
  keep_connections_within_limits();
  if (options_.listen.empty()) {
    throw core::Error(core::ExitCode::config, "cannot start SIP: sip.listen is empty",
                      "trunkline config set sip.listen udp:0.0.0.0:5060,tcp:0.0.0.0:5060");
  }
}

void AgentCore::show_certificate(const TlsOptions& tls) const {
  if (options_.tls.empty() || tls.empty()) return;
  crypto::show_certificate_instead(
      options_.tls.certificate,
      {.leaf = tls.certificate, .intermediates = tls.intermediates, .subject = {}, .not_after = {}},
      tls.key);
}

std::uint16_t AgentCore::bind(const Listener& listener) {
  // Listeners of one address share their name, so that a request too large for UDP finds TCP.
  const bool has_port = listener.address.port != 0;
  const std::string ident =
      has_port ? listener.address.text() : fmt::format("listener{}", bound_.size());
  const std::string port = has_port ? std::to_string(listener.address.port) : "*";
  // The scheme chooses among transports before the parameter does.
  const bool is_secure = listener.protocol == Protocol::tls;
  const std::string url =
      fmt::format("{}:{}:{};transport={}", is_secure ? "sips" : "sip",
                  bracketed(listener.address.host), port, name_of(listener.protocol));
  std::optional<TlsFolder> tls;
  if (is_secure) {
    tls.emplace(options_.tls);
    crypto::end_tls_sessions_with_their_bio();
  }
  const int result = nta_agent_add_tport(
      nta_.get(), URL_STRING_MAKE(url.c_str()), TPTAG_IDENT(ident.c_str()),
      TPTAG_UDP_RMEM(kSocketBuffer), TPTAG_UDP_WMEM(kSocketBuffer), TPTAG_PONG2PING(1),
      // Connections keeps its own account of silence, and wants to hear of every end.
      TPTAG_SDWN_ERROR(1), TPTAG_QUEUESIZE(1000), TPTAG_IDLE(UINT_MAX),
      TAG_IF(tls, TPTAG_CERTIFICATE(tls ? tls->path().c_str() : nullptr)),
      TAG_IF(options_.tls.verifies_clients, TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_INCOMING)),
      TAG_IF(tls, TPTAG_TLS_VERIFY_DEPTH(kTlsChainMax)), TAG_END());
  if (result < 0) {
    throw core::Error(
        core::ExitCode::unavailable,
        fmt::format("cannot listen on {}: {}", listener.text(), std::strerror(su_errno())),
        "see who has the port: ss -lntup; change sip.listen");
  }
  Bound bound{.listener = listener, .ident = ident};
  tport_t* found = nullptr;
  for (tport_t* transport = tport_primaries(nta_agent_tports(nta_.get())); transport != nullptr;
       transport = tport_next(transport)) {
    const tp_name_t* name = tport_name(transport);
    if (name->tpn_ident == nullptr || ident != name->tpn_ident) continue;
    if (!core::equals_ignoring_case(name->tpn_proto, name_of(listener.protocol))) continue;
    if (const auto real = core::parse_unsigned(name->tpn_port)) {
      bound.listener.address.port = static_cast<std::uint16_t>(*real);
    }
    found = transport;
  }
  if (found != nullptr && listener.protocol == Protocol::udp) open_front(bound, found);
  listeners_.push_back(bound.listener);
  bound_.push_back(std::move(bound));
  return bound_.back().listener.address.port;
}

void AgentCore::open_front(const Bound& bound, tport_t* transport) {
  auto front = UdpFront::open(
      root_, transport, bound.listener.address, options_.doorkeeper,
      [this](const std::shared_ptr<UdpFront>& taker, PlainRegister& plain,
             const os::Address& from) { call([&] { receive_plain(taker, plain, from); }); });
  if (front) fronts_.push_back(std::move(front));
}

void AgentCore::bind_any(AnyAddress& any, bool is_start) {
  const bool wants_ipv6 = is_ipv6(any.listener.address.host);
  for (const os::LocalAddress& local : os::local_addresses()) {
    const os::Address& address = local.address;
    const bool is_wanted = (address.family() == os::Family::ipv6) == wants_ipv6;
    if (!is_wanted || address.is_link_local()) continue;
    const std::string host = address.host();
    if (std::find(any.hosts.begin(), any.hosts.end(), host) != any.hosts.end()) continue;
    Listener listener = any.listener;
    listener.address.host = host;
    try {
      any.listener.address.port = bind(listener);
      any.hosts.push_back(host);
      if (!is_start) core::log_info("listening on a new address", {{"peer", listener.text()}});
    } catch (const core::Error& error) {
      // An IPv6 address that is still being checked for doubles cannot be bound yet.
      if (is_start && su_errno() != EADDRNOTAVAIL) throw;
      core::log_debug("cannot listen on an address yet",
                      {{"peer", listener.text()}, {"error", error.what()}});
    }
  }
}

void AgentCore::shut_down() {
  is_shut_down_ = true;
  on_request_ = nullptr;
  connection_events_ = {};
  // Destroying one kept thing may release another.
  const auto kept = std::exchange(kept_, {});
}

const AgentCore::Bound* AgentCore::bound_for(const Flow& flow) {
  const auto speaks = [&](const Bound& bound) {
    return bound.listener.protocol == flow.protocol &&
           is_ipv6(bound.listener.address.host) == is_ipv6(flow.peer.host);
  };
  for (const Bound& bound : bound_) {
    if (speaks(bound) && bound.listener.address == flow.local) return &bound;
  }
  const std::string source = routes_.towards(flow.peer.host, core::system_clock().steady()).source;
  const Bound* first = nullptr;
  for (const Bound& bound : bound_) {
    if (!speaks(bound)) continue;
    if (bound.listener.address.host == source) return &bound;
    if (first == nullptr) first = &bound;
  }
  return first;
}

std::string AgentCore::local_host_for(const Bound* bound, const Endpoint& peer) const {
  if (const auto address = os::Address::parse_host(peer.host)) {
    if (const auto advertised = advertised_.towards(*address)) return bracketed(advertised->host());
  }
  return bound != nullptr ? bracketed(bound->listener.address.host) : std::string();
}

std::string AgentCore::local_host_for(const Flow& flow) {
  return local_host_for(bound_for(flow), flow.peer);
}

std::optional<Path> AgentCore::path_to(const Flow& flow) {
  if (flow.empty() || !is_address(flow.peer.host)) return std::nullopt;
  const Bound* bound = bound_for(flow);
  if (bound == nullptr) return std::nullopt;
  Path path{
      .flow = flow,
      .route_url = fmt::format("sip:{};transport={}", flow.peer.text(), name_of(flow.protocol)),
      .ident = bound->ident,
      .via = {},
      .local_host = local_host_for(bound, flow.peer),
      .local_port = bound->listener.address.port};
  path.via =
      fmt::format("SIP/2.0/{} {}:{}", via_name(flow.protocol), path.local_host, path.local_port);
  return path;
}

std::optional<Flow> AgentCore::flow_to(const Uri& uri) {
  if (!uri.is_sip()) return std::nullopt;
  const auto address = os::Address::parse_host(uri.host);
  if (!address) return std::nullopt;
  const bool is_secure = uri.scheme == "sips";
  const auto transport =
      is_secure ? Protocol::tls : parse_protocol(uri.param("transport").value_or("udp"));
  if (!transport) return std::nullopt;
  const std::uint16_t usual = transport == Protocol::tls ? 5061 : 5060;
  const std::uint16_t port = uri.port != 0 ? uri.port : usual;
  return Flow{.protocol = *transport, .peer = {.host = address->host(), .port = port}, .local = {}};
}

Flow AgentCore::flow_of(tport_t* transport, msg_t* message) {
  Flow flow;
  if (transport == nullptr) return flow;
  flow.protocol = protocol_of(transport);
  if (const auto from = address_of(message)) {
    flow.peer = {.host = from->host(), .port = from->port().value()};
  }
  const char* ident = tport_name(tport_parent(transport))->tpn_ident;
  for (const Bound& bound : bound_) {
    if (ident == nullptr || bound.ident != ident) continue;
    if (bound.listener.protocol == flow.protocol) flow.local = bound.listener.address;
  }
  if (flow.protocol != Protocol::udp) {
    connections_.heard(transport, flow, core::system_clock().steady());
  }
  return flow;
}

void AgentCore::keep(std::shared_ptr<void> kept) {
  // What is kept holds the agent: after its end nothing would ever let either go.
  if (is_shut_down_) return;
  const void* key = kept.get();
  kept_.emplace(key, std::move(kept));
}

void AgentCore::release(const void* kept) {
  const auto found = kept_.find(kept);
  if (found == kept_.end()) return;
  // Destroyed after it has left the table: its end may release others.
  const std::shared_ptr<void> last = std::move(found->second);
  kept_.erase(found);
}

std::string AgentCore::new_token() const {
  return core::to_hex(crypto::random_bytes(12));
}

bool AgentCore::is_allowed(Method method) const {
  return std::find(options_.methods.begin(), options_.methods.end(), method) !=
         options_.methods.end();
}

AgentCounts AgentCore::counts() const {
  AgentCounts counts = counts_;
  if (nta_) {
    usize_t incoming = 0;
    usize_t outgoing = 0;
    usize_t received = 0;
    usize_t malformed = 0;
    nta_agent_get_stats(nta_.get(), NTATAG_S_IRQ_HASH_USED_REF(incoming),
                        NTATAG_S_ORQ_HASH_USED_REF(outgoing), NTATAG_S_RECV_MSG_REF(received),
                        NTATAG_S_BAD_MESSAGE_REF(malformed), TAG_END());
    counts.sofia_incoming = incoming;
    counts.sofia_outgoing = outgoing;
    counts.received = received;
    counts.malformed = malformed;
  }
  for (const auto& front : fronts_) counts.plain += front->taken();
  counts.received += counts.plain;
  counts.connections = connections_.size();
  counts.dead_targets = targets_.dead(core::system_clock().steady());
  return counts;
}

void AgentCore::report(const char* what) noexcept {
  try {
    core::log_error("a SIP callback failed", {{"error", what}});
  } catch (...) {
    // Out of memory for a log record: there is nobody left to tell.
  }
}

}  // namespace trunkline::sip
