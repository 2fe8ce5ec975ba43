// SPDX-License-Identifier: MIT
#include "os/source_filter.h"

#include <dirent.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <set>
#include <string_view>

#include "os/system_fault.h"

namespace trunkline::os {
namespace {

constexpr std::size_t kMostIpv4 = 2'000;
constexpr std::size_t kMostIpv6 = 200;
constexpr std::size_t kLeaf = 16;
constexpr std::uint32_t kDrop = 0;
constexpr std::uint32_t kKeep = 0xffff'ffffU;
// Loads beyond this offset read the network header, wherever the socket's own data begins.
constexpr std::uint32_t kNetworkHeader = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t kIpv4Source = kNetworkHeader + 12;
constexpr std::uint32_t kIpv6Source = kNetworkHeader + 8;

using Program = std::vector<FilterInstruction>;

FilterInstruction load_word(std::uint32_t from) {
  return {.code = BPF_LD | BPF_W | BPF_ABS, .operand = from};
}
FilterInstruction answer(std::uint32_t what) {
  return {.code = BPF_RET | BPF_K, .operand = what};
}
FilterInstruction jump(std::size_t over) {
  return {.code = BPF_JMP | BPF_JA, .operand = static_cast<std::uint32_t>(over)};
}

/// Keeps or drops by the word that is loaded: a search tree over sorted values, whose leaves
/// compare one by one. Conditional jumps reach 255 instructions, so far ones go over an
/// unconditional.
void add_search(Program& program, std::span<const std::uint32_t> sorted) {
  if (sorted.size() <= kLeaf) {
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const std::size_t to_drop = sorted.size() - i;
      program.push_back({.code = BPF_JMP | BPF_JEQ | BPF_K,
                         .jump_true = static_cast<std::uint8_t>(to_drop),
                         .operand = sorted[i]});
    }
    program.push_back(answer(kKeep));
    program.push_back(answer(kDrop));
    return;
  }
  const std::size_t middle = sorted.size() / 2;
  Program left;
  add_search(left, sorted.first(middle));
  program.push_back(
      {.code = BPF_JMP | BPF_JGE | BPF_K, .jump_false = 1, .operand = sorted[middle]});
  program.push_back(jump(left.size()));
  program.insert(program.end(), left.begin(), left.end());
  add_search(program, sorted.subspan(middle));
}

void add_ipv6(Program& program, std::span<const std::uint64_t> prefixes) {
  for (const std::uint64_t prefix : prefixes) {
    program.push_back(load_word(kIpv6Source));
    program.push_back({.code = BPF_JMP | BPF_JEQ | BPF_K,
                       .jump_false = 3,
                       .operand = static_cast<std::uint32_t>(prefix >> 32U)});
    program.push_back(load_word(kIpv6Source + 4));
    program.push_back({.code = BPF_JMP | BPF_JEQ | BPF_K,
                       .jump_false = 1,
                       .operand = static_cast<std::uint32_t>(prefix)});
    program.push_back(answer(kDrop));
  }
  program.push_back(answer(kKeep));
}

/// 0, or the errno.
int attach(int socket, Program& program) {
  static_assert(sizeof(FilterInstruction) == sizeof(sock_filter));
  sock_fprog wanted{};
  wanted.len = static_cast<unsigned short>(program.size());
  wanted.filter = reinterpret_cast<sock_filter*>(program.data());
  const int result = ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &wanted, sizeof wanted);
  return result == 0 ? 0 : errno;
}

bool is_at(int descriptor, Transport transport, const Address& address) {
  int type = 0;
  socklen_t length = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return false;
  if (type != (transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM)) return false;
  int is_listening = 0;
  length = sizeof is_listening;
  if (transport == Transport::tcp &&
      (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &length) != 0 ||
       is_listening == 0)) {
    return false;
  }
  RawAddress raw{};
  raw.length = sizeof(sockaddr_in6);
  if (::getsockname(descriptor, &raw.any, &raw.length) != 0) return false;
  return Address::from_raw(raw.any, raw.length) == address;
}

/// The kernel's number of the socket, whatever descriptors it has.
std::uint64_t cookie_of(int socket) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  (void)::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &length);
  return cookie;
}

}  // namespace

std::vector<FilterInstruction> filter_program(const UnwantedSources& sources) {
  std::vector<std::uint32_t> ipv4(
      sources.ipv4.begin(),
      sources.ipv4.begin() + static_cast<std::ptrdiff_t>(std::min(sources.ipv4.size(), kMostIpv4)));
  std::ranges::sort(ipv4);
  ipv4.erase(std::unique(ipv4.begin(), ipv4.end()), ipv4.end());
  Program for_ipv4{load_word(kIpv4Source)};
  add_search(for_ipv4, ipv4);
  // The version is the first half octet of either header.
  Program program{{.code = BPF_LD | BPF_B | BPF_ABS, .operand = kNetworkHeader},
                  {.code = BPF_ALU | BPF_RSH | BPF_K, .operand = 4},
                  {.code = BPF_JMP | BPF_JEQ | BPF_K, .jump_false = 1, .operand = 6},
                  jump(for_ipv4.size())};
  program.insert(program.end(), for_ipv4.begin(), for_ipv4.end());
  add_ipv6(program, std::span(sources.ipv6_64).first(std::min(sources.ipv6_64.size(), kMostIpv6)));
  return program;
}

core::Result<std::size_t> drop_from(int socket, UnwantedSources sources) {
  if (sources.ipv4.empty() && sources.ipv6_64.empty()) {
    const int unused = 0;
    const int result = ::setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
    if (result == 0 || errno == ENOENT) return 0;
    return system_failure("take a packet filter from a socket", errno);
  }
  sources.ipv4.resize(std::min(sources.ipv4.size(), kMostIpv4));
  sources.ipv6_64.resize(std::min(sources.ipv6_64.size(), kMostIpv6));
  while (true) {
    auto program = filter_program(sources);
    const std::size_t count = sources.ipv4.size() + sources.ipv6_64.size();
    const int failure = attach(socket, program);
    if (failure == 0) return count;
    if (failure != ENOMEM || count <= 1) {
      return system_failure("attach a packet filter to a socket", failure);
    }
    sources.ipv4.resize(sources.ipv4.size() / 2);
    sources.ipv6_64.resize(sources.ipv6_64.size() / 2);
  }
}

std::vector<int> sockets_at(Transport transport, const Address& address) {
  std::vector<int> found;
  std::set<std::uint64_t> seen;
  const auto close = [](DIR* directory) { (void)::closedir(directory); };
  const std::unique_ptr<DIR, decltype(close)> directory(::opendir("/proc/self/fd"), close);
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name(entry->d_name);
    int descriptor = -1;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (read.ec == std::errc{} && is_at(descriptor, transport, address) &&
        seen.insert(cookie_of(descriptor)).second) {
      found.push_back(descriptor);
    }
  }
  return found;
}

std::optional<SocketQueue> socket_queue(int socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> values{};
  socklen_t length = sizeof values;
  if (::getsockopt(socket, SOL_SOCKET, SO_MEMINFO, values.data(), &length) != 0 ||
      length < sizeof values || values[SK_MEMINFO_RCVBUF] == 0) {
    return std::nullopt;
  }
  constexpr std::uint64_t kPercent = 100;
  return SocketQueue{.filled_percent = static_cast<unsigned>(
                         kPercent * values[SK_MEMINFO_RMEM_ALLOC] / values[SK_MEMINFO_RCVBUF]),
                     .drops = values[SK_MEMINFO_DROPS]};
}

}  // namespace trunkline::os
