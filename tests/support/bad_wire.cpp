// SPDX-License-Identifier: MIT
#include "support/bad_wire.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace trunkline::test {
namespace {

using Frame = std::vector<std::byte>;

/// struct virtio_net_hdr stands before each frame: checksums that the sender's card should have
/// made, and never did for want of one, stay marked as such.
constexpr std::size_t kOffloadHeader = 10;
constexpr std::size_t kLongestFrame = 70'000;
constexpr std::size_t kTypeOffset = kOffloadHeader + 12;

void run(std::vector<std::string> command) {
  const auto text = fmt::format("{}", fmt::join(command, " "));
  const auto output =
      core::value_or_throw(os::run_command({.arguments = std::move(command)}, core::Seconds(10)));
  if (!output.exit.is_success()) {
    throw std::runtime_error(fmt::format("{}: {}", text, output.errors));
  }
}

/// All that comes out of that end of a cable, and what is put into it.
os::Fd open_end(const std::string& interface) {
  os::Fd end(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL)));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  const int on = 1;
  if (!end || ::setsockopt(end.get(), SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
      ::setsockopt(end.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      ::bind(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot tap " + interface + "; hint: run the tests as root");
  }
  return end;
}

bool is_ipv4(const Frame& frame) {
  return frame.size() > kTypeOffset + 1 && frame[kTypeOffset] == std::byte{0x08} &&
         frame[kTypeOffset + 1] == std::byte{0x00};
}

}  // namespace

BadWire::BadWire(const NetworkNamespace& into, const std::string& prefix,
                 const BadWireOptions& options)
    : prefix_(prefix) {
  // host [our_end ~ tap] <- the thread -> [tap ~ eth1] namespace
  const std::string taps[] = {into.name() + "w", into.name() + "x"};
  our_end_ = into.name() + "v";
  far_end_ = taps[1];
  run({"ip", "link", "add", our_end_, "type", "veth", "peer", "name", taps[0]});
  run({"ip", "link", "add", far_end_, "type", "veth", "peer", "name", "eth1", "netns",
       into.name()});
  run({"ip", "addr", "add", our_address() + "/24", "dev", our_end_});
  run({"ip", "-n", into.name(), "addr", "add", address() + "/24", "dev", "eth1"});
  for (const std::string& end : {our_end_, taps[0], taps[1]}) run({"ip", "link", "set", end, "up"});
  run({"ip", "-n", into.name(), "link", "set", "eth1", "up"});
  near_ = open_end(taps[0]);
  far_ = open_end(taps[1]);
  thread_ = std::thread([this, options] { carry(options); });
}

BadWire::~BadWire() {
  is_ending_ = true;
  if (thread_.joinable()) thread_.join();
  for (const std::string& end : {our_end_, far_end_}) {
    (void)os::run_command({.arguments = {"ip", "link", "del", end}}, core::Seconds(10));
  }
}

void BadWire::carry(const BadWireOptions& options) {
  constexpr core::Milliseconds kLook{20};
  std::mt19937 random(options.seed);
  const auto happens = [&](double probability) {
    return std::uniform_real_distribution<double>(0.0, 1.0)(random) < probability;
  };
  std::multimap<core::SteadyTime, std::pair<int, Frame>> under_way;
  const std::array<std::pair<int, int>, 2> ways = {
      {{near_.get(), far_.get()}, {far_.get(), near_.get()}}};
  while (!is_ending_) {
    auto wait = kLook;
    if (!under_way.empty()) {
      const auto due = under_way.begin()->first - std::chrono::steady_clock::now();
      wait = std::min(wait, std::chrono::duration_cast<core::Milliseconds>(due));
    }
    std::array<pollfd, 2> ends = {{{near_.get(), POLLIN, 0}, {far_.get(), POLLIN, 0}}};
    (void)::poll(ends.data(), ends.size(), static_cast<int>(std::max(wait.count(), 0L)));
    for (const auto& [from, to] : ways) {
      Frame frame(kLongestFrame);
      for (;;) {
        const ssize_t size = ::recv(from, frame.data(), frame.size(), 0);
        if (size <= 0) break;
        Frame taken(frame.begin(), frame.begin() + size);
        // Without addresses there would be nothing to lose.
        const bool is_ip = is_ipv4(taken);
        if (is_ip && happens(options.loss)) {
          ++lost_;
          continue;
        }
        if (is_ip) ++carried_;
        auto due = std::chrono::steady_clock::now() + options.delay;
        if (is_ip && happens(options.reordering)) due += options.straggling;
        under_way.emplace(due, std::pair(to, std::move(taken)));
      }
    }
    while (!under_way.empty() && under_way.begin()->first <= std::chrono::steady_clock::now()) {
      const auto& [to, frame] = under_way.begin()->second;
      (void)::send(to, frame.data(), frame.size(), 0);  // a full queue is one more loss
      under_way.erase(under_way.begin());
    }
  }
}

}  // namespace trunkline::test
