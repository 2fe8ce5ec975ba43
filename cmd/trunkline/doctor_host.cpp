// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/text.h"
#include "os/address.h"
#include "os/disk.h"
#include "os/interfaces.h"
#include "os/limits.h"
#include "os/socket.h"
#include "sip/udp_buffer.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

/// Two legs of relay and RTCP, and the ports' sockets.
constexpr std::int64_t kPortsPerCall = 4;
constexpr std::uint64_t kLeastFree = 1024ULL * 1024 * 1024;

bool can_bind(const os::Endpoint& endpoint) {
  return endpoint.transport == os::Transport::udp ? os::bind_udp(endpoint.address).has_value()
                                                  : os::listen_tcp(endpoint.address).has_value();
}

/// Free is well, and so is taken by the daemon whose control socket answers.
void look_at_ports(const config::Config& config, std::string_view key, std::string_view control_key,
                   std::string_view daemon, Findings& findings) {
  const bool is_running = access(config.text(control_key).c_str(), F_OK) == 0;
  for (const std::string& text : config.list(key)) {
    const auto endpoint = os::Endpoint::parse(text);
    if (!endpoint) continue;  // `config check` has its say on that
    if (is_running || can_bind(*endpoint)) {
      findings.push_back({Severity::well, "port", fmt::format("{} is {}'s", text, daemon), {}});
      continue;
    }
    findings.push_back(
        {Severity::problem, "port",
         fmt::format("{} is used by another program, {} cannot have it", text, daemon),
         fmt::format("ss -lnup 'sport = :{0}'; ss -lntp 'sport = :{0}'",
                     endpoint->address.port().value())});
  }
}

/// The range the kernel takes ports from for everybody else.
std::optional<std::pair<std::int64_t, std::int64_t>> ephemeral_range() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::int64_t first = 0;
  std::int64_t last = 0;
  if (!(file >> first >> last)) return std::nullopt;
  return std::pair(first, last);
}

std::int64_t file_limit_of_unit() {
  // The units' LimitNOFILE=; a daemon raises its soft limit to the hard one.
  return static_cast<std::int64_t>(os::open_file_limit().hard);
}

}  // namespace

Findings check_ports(const config::Config& config) {
  Findings findings;
  look_at_ports(config, "sip.listen", "sip.control", "sipd", findings);
  look_at_ports(config, "media.ng_listen", "media.control", "recorderd", findings);
  return findings;
}

Findings check_rtp_range(const config::Config& config) {
  const std::int64_t first = config.integer("media.rtp_min");
  const std::int64_t last = config.integer("media.rtp_max");
  const std::int64_t room = (last - first + 1) / kPortsPerCall;
  Findings findings;
  if (room < config.integer("sip.max_calls"))
    findings.push_back(
        {Severity::warning, "RTP range",
         fmt::format("{}-{} has room for {} calls, sip.max_calls allows {}", first, last, room,
                     config.integer("sip.max_calls")),
         fmt::format("trunkline config set media.rtp_max {}",
                     std::min<std::int64_t>(
                         65535, first + kPortsPerCall * config.integer("sip.max_calls") - 1))});
  const auto ephemeral = ephemeral_range();
  if (ephemeral && first <= ephemeral->second && ephemeral->first <= last)
    findings.push_back(
        {Severity::warning, "RTP range",
         fmt::format("{}-{} overlaps the ports {}-{} that the system gives to other programs",
                     first, last, ephemeral->first, ephemeral->second),
         fmt::format("sysctl -w net.ipv4.ip_local_reserved_ports={}-{}", first, last)});
  if (findings.empty())
    findings.push_back({Severity::well,
                        "RTP range",
                        fmt::format("{}-{} has room for {} calls", first, last, room),
                        {}});
  return findings;
}

Findings check_disk(const config::Config& config) {
  Findings findings;
  for (const char* const key : {"recording.path", "sip.state_dir", "media.state_dir"}) {
    const std::string& path = config.text(key);
    const auto space = os::disk_space(path);
    if (!space) {
      findings.push_back(
          {Severity::problem, "disk", fmt::format("{} ({}): {}", path, key, space.error().message),
           fmt::format("mkdir -p {0} and give it to its daemon: trunkline init", path)});
      continue;
    }
    const std::uint64_t free = space->available.value();
    const std::uint64_t percent = free * 100 / std::max<std::uint64_t>(1, space->total.value());
    const bool is_low = free < kLeastFree || percent < kLeastFreePercent;
    findings.push_back({is_low ? Severity::warning : Severity::well, "disk",
                        fmt::format("{}: {} MiB free, {} %", path, free >> 20, percent),
                        is_low ? fmt::format("df -h {}", path) : std::string()});
  }
  return findings;
}

Findings check_clock(const config::Config&) {
  timex state{};
  const bool is_synchronized = adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  if (is_synchronized) return {{Severity::well, "clock", "is synchronized", {}}};
  return {{Severity::warning, "clock",
           "is not synchronized: times in the ledger may be off from the carriers'",
           "timedatectl set-ntp true, or apt-get install chrony"}};
}

Findings check_file_limits(const config::Config& config) {
  // Each port is a socket; half as many again for SIP connections, files and the rest.
  const std::int64_t wanted = config.integer("sip.max_calls") * kPortsPerCall * 3 / 2 + 256;
  const std::int64_t limit = file_limit_of_unit();
  if (limit >= wanted)
    return {
        {Severity::well, "open files", fmt::format("{} allowed, {} wanted", limit, wanted), {}}};
  return {{Severity::warning, "open files",
           fmt::format("{} allowed here, sip.max_calls = {} wants {}", limit,
                       config.integer("sip.max_calls"), wanted),
           fmt::format("systemctl edit recorderd, and set LimitNOFILE={}", wanted)}};
}

Findings check_receive_buffer(const config::Config&) {
  const auto limit = os::receive_buffer_limit();
  if (!limit) return {};
  if (*limit >= sip::kUdpBuffer)
    return {{Severity::well,
             "receive buffer",
             fmt::format("{} kB may be asked for", limit->value() / 1024),
             {}}};
  return {
      {Severity::warning, "receive buffer",
       fmt::format("the kernel grants {} kB (net.core.rmem_max), sipd asks for {}: calls are "
                   "shed at bursts of a few dozen messages",
                   limit->value() / 1024, sip::kUdpBuffer.value() / 1024),
       fmt::format("sysctl -w net.core.rmem_max={}, the same in /etc/sysctl.d, and restart sipd",
                   sip::kUdpBuffer.value())}};
}

Findings check_advertised_address(const config::Config& config) {
  Findings findings;
  for (const char* const key : {"sip.advertised_address", "media.advertised_address"}) {
    const std::string& text = config.text(key);
    if (text.empty()) {
      findings.push_back(
          {Severity::well, "address", fmt::format("{} is chosen for each phone", key), {}});
      continue;
    }
    const auto address = os::Address::parse_host(text);
    if (!address || os::is_local(*address)) {
      findings.push_back(
          {Severity::well, "address", fmt::format("{} = {} is this host's", key, text), {}});
      continue;
    }
    std::vector<std::string> present;
    for (const os::LocalAddress& local : os::local_addresses())
      if (!local.address.is_loopback()) present.push_back(local.address.host());
    findings.push_back(
        {Severity::warning, "address",
         fmt::format("{} = {} is not an address of this host ({}): right only behind a NAT that "
                     "forwards it here",
                     key, text, core::join(present, ", ")),
         fmt::format("trunkline config set {} \"\"", key)});
  }
  if (config.text("sip.advertised_address") != config.text("media.advertised_address"))
    findings.push_back(
        {Severity::warning, "address", "phones are told one address for SIP and another for media",
         "trunkline config set media.advertised_address " + config.text("sip.advertised_address")});
  return findings;
}

}  // namespace trunkline::commands
