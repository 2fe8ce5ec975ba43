// SPDX-License-Identifier: MIT
#pragma once

// A loop with agents and plain UDP peers on loopback. Time runs as it should, and can be pushed
// forward, so that a test need not wait the 32 seconds of a SIP timer.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "os/fd.h"
#include "sip/agent.h"
#include "sip/monotonic.h"
#include "sip/root.h"

namespace trunkline::sip_test {

using namespace std::chrono_literals;

inline std::atomic<std::int64_t> time_pushed{0};

inline std::chrono::nanoseconds pushed_time() {
  return std::chrono::steady_clock::now().time_since_epoch() +
         std::chrono::nanoseconds(time_pushed.load());
}

class World {
 public:
  World() {
    time_pushed = 0;
    sip::set_monotonic_source(pushed_time);
  }
  ~World() { sip::set_monotonic_source(nullptr); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs the loop until it is so; false after `limit` of real time.
  bool until(const std::function<bool()>& is_so, std::chrono::milliseconds limit = 5s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    bool result = is_so();
    if (result) return true;
    const auto check = root.every(core::Milliseconds{1}, [&] {
      result = is_so();
      if (result || std::chrono::steady_clock::now() > end) root.stop();
    });
    root.run();
    return result;
  }
  void run_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    until([&] { return std::chrono::steady_clock::now() > end; }, time + 1s);
  }
  void push_time(std::chrono::nanoseconds time) { time_pushed += time.count(); }

  std::unique_ptr<sip::Agent> agent(sip::AgentOptions options = {}) {
    options.listen = {"udp:127.0.0.1:0", "tcp:127.0.0.1:0"};
    return std::make_unique<sip::Agent>(root, std::move(options));
  }

  sip::Root root;
};

/// One UDP socket that sends what it is told and keeps what it gets.
class Peer {
 public:
  explicit Peer(World& world) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address = loopback(0);
    (void)!::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    watch_ = world.root.watch(fd_.get(), os::Interest::readable, [this](os::Ready) {
      std::string buffer(65536, '\0');
      const ssize_t size_read = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (size_read > 0) received.push_back(buffer.substr(0, static_cast<std::size_t>(size_read)));
    });
  }

  std::uint16_t port() const { return port_; }
  void send(std::uint16_t port, const std::string& text) const {
    sockaddr_in address = loopback(port);
    (void)!::sendto(fd_.get(), text.data(), text.size(), 0,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  /// The messages that begin so.
  std::size_t count(std::string_view start) const {
    std::size_t count = 0;
    for (const std::string& message : received) count += message.starts_with(start) ? 1 : 0;
    return count;
  }
  std::string last(std::string_view start) const {
    for (auto it = received.rbegin(); it != received.rend(); ++it) {
      if (it->starts_with(start)) return *it;
    }
    return {};
  }

  std::deque<std::string> received;

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  os::Fd fd_;
  std::uint16_t port_ = 0;
  os::RegistrationPtr watch_;
};

inline std::uint16_t port_of(const sip::Agent& agent, sip::Protocol protocol) {
  for (const sip::Listener& listener : agent.listeners()) {
    if (listener.protocol == protocol) return listener.address.port;
  }
  return 0;
}
inline std::uint16_t udp_port(const sip::Agent& agent) {
  return port_of(agent, sip::Protocol::udp);
}

/// The value of a header in a raw message, "" where absent.
inline std::string header_of(const std::string& message, const std::string& name) {
  const auto start = message.find("\r\n" + name + ": ");
  if (start == std::string::npos) return {};
  const auto from = start + name.size() + 4;
  return message.substr(from, message.find("\r\n", from) - from);
}

struct RequestText {
  std::string method = "OPTIONS";
  std::string uri = "sip:alice@127.0.0.1";
  std::string branch = "z9hG4bK1";
  std::string call_id = "call-1";
  std::string from = "<sip:bob@127.0.0.1>;tag=b1";
  std::string to = "<sip:alice@127.0.0.1>";
  int cseq = 1;
  std::string extra = {};  ///< whole header lines with their ends
  std::string body = {};
  std::uint16_t port = 0;  ///< of Via and Contact
};

inline std::string text_of(const RequestText& request) {
  return fmt::format(
      "{} {} SIP/2.0\r\n"
      "Via: SIP/2.0/UDP 127.0.0.1:{};branch={}\r\n"
      "Max-Forwards: 70\r\n"
      "From: {}\r\n"
      "To: {}\r\n"
      "Call-ID: {}\r\n"
      "CSeq: {} {}\r\n"
      "Contact: <sip:bob@127.0.0.1:{}>\r\n"
      "{}"
      "Content-Length: {}\r\n\r\n{}",
      request.method, request.uri, request.port, request.branch, request.from, request.to,
      request.call_id, request.cseq, request.method, request.port, request.extra,
      request.body.size(), request.body);
}

inline const std::string kSdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";

}  // namespace trunkline::sip_test
