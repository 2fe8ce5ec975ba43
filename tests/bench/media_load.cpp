// SPDX-License-Identifier: MIT

// media_load --ng HOST:PORT --calls N --seconds S [--record none|trunkline|rtpengine]
//            [--slots N] [--direct]
//
// Puts N calls through a media relay that speaks NG (recorderd, rtpengine), sends 50 packets/s of
// PCMU each way through every one of them and prints one line of figures:
//
//   calls=100 sent=50000 received=50000 p50_us=41 p99_us=170
//
// Latency is from send() to the kernel's time stamp of what came back; --direct sends from socket
// to socket without a relay, so that its own share can be told apart. The relay's CPU is the
// caller's to read.
//
// What came back is fetched a millisecond's worth at a time: a receiver that woke for every packet
// would push the relay off its processor each time it sends, and that is no cost of a relay whose
// phones are elsewhere.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"
#include "core/uuid.h"
#include "ng/message.h"
#include "os/socket.h"
#include "rtp/packet.h"

namespace {

using namespace std::chrono_literals;
using trunkline::core::value_or_throw;
namespace core = trunkline::core;
namespace ng = trunkline::ng;
namespace os = trunkline::os;
namespace rtp = trunkline::rtp;

constexpr std::size_t kPayload = 160;  // 20 ms of PCMU
constexpr std::size_t kPacket = rtp::kHeaderBytes + kPayload;
constexpr std::chrono::milliseconds kPeriod{20};  // between a stream's packets

struct Options {
  std::string ng;
  std::size_t calls = 100;
  std::size_t seconds = 10;
  std::string record = "none";
  unsigned slots = 160;  ///< into which a period's packets are spread evenly
  bool is_direct = false;
};

struct Side {
  os::Fd socket;
  os::Address own;
  os::Address target;
  rtp::Ssrc ssrc;
};
struct Call {
  std::string id;
  Side caller;
  Side called;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--direct") {
      options.is_direct = true;
      continue;
    }
    if (i + 1 == argc) throw core::Error(core::ExitCode::usage, flag + " needs a value");
    const std::string value = argv[++i];
    if (flag == "--ng") options.ng = value;
    if (flag == "--calls") options.calls = core::parse_unsigned(value).value_or(0);
    if (flag == "--seconds") options.seconds = core::parse_unsigned(value).value_or(0);
    if (flag == "--record") options.record = value;
    if (flag == "--slots") {
      options.slots = static_cast<unsigned>(core::parse_unsigned(value).value_or(1));
    }
  }
  return options;
}

class Commander {
 public:
  explicit Commander(const std::string& address)
      : relay_(value_or_throw(os::Address::parse(address))),
        socket_(value_or_throw(os::bind_udp(os::Address::loopback()))) {}

  ng::Dictionary ask(const ng::Dictionary& body) {
    const std::string cookie = cookies_ + std::to_string(++last_cookie_);
    const std::string datagram = ng::to_wire(cookie, body);
    for (int attempt = 0; attempt < 10; ++attempt) {
      (void)os::send_to(socket_.get(), core::as_bytes(datagram), relay_);  // asked again if lost
      const auto deadline = std::chrono::steady_clock::now() + 500ms;
      while (std::chrono::steady_clock::now() < deadline) {
        std::array<std::byte, 65536> buffer{};
        const auto received = os::receive_from(socket_.get(), buffer);
        if (!received) {
          std::this_thread::sleep_for(200us);
          continue;
        }
        auto message = value_or_throw(
            ng::parse_message(core::as_text(core::ByteView(buffer).first(received->size))));
        if (message.cookie == cookie) return value_or_throw(ng::accepted(std::move(message.body)));
      }
    }
    throw core::Error(core::ExitCode::unavailable, "the relay does not answer");
  }

 private:
  os::Address relay_;
  os::Fd socket_;
  /// rtpengine answers a cookie it has seen from anywhere with the reply it gave then: every run
  /// needs cookies of its own.
  std::string cookies_ = core::CallRef::make(core::system_clock().wall()).text() + "-";
  unsigned last_cookie_ = 0;
};

std::string sdp_of(const Side& side) {
  return fmt::format(
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
      "m=audio {} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n",
      side.own.port().value());
}

/// The audio port of an SDP, on loopback.
os::Address audio_target(std::string_view sdp) {
  const auto line = sdp.find("m=audio ");
  if (line == std::string_view::npos)
    throw core::Error(core::ExitCode::protocol, "the relay's SDP has no audio");
  const auto rest = sdp.substr(line + 8);
  return os::Address::loopback(value_or_throw(core::parse_port(rest.substr(0, rest.find(' ')))));
}

Side open_side(unsigned number) {
  Side side;
  side.socket = value_or_throw(os::bind_udp(os::Address::loopback()));
  const int on = 1;
  if (setsockopt(side.socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
    throw core::Error(core::ExitCode::io, "cannot ask for time stamps");
  side.own = os::local_address(side.socket.get());
  side.ssrc = rtp::Ssrc(0x10000000U + number);
  return side;
}

Call set_up(Commander* commander, const Options& options, unsigned number) {
  Call call{.id = core::CallRef::make(core::system_clock().wall()).text(),
            .caller = open_side(number * 2),
            .called = open_side(number * 2 + 1)};
  if (commander == nullptr) {
    call.caller.target = call.called.own;
    call.called.target = call.caller.own;
    return call;
  }
  ng::Dictionary offer{{"command", "offer"},
                       {"call-id", call.id},
                       {"from-tag", "caller"},
                       {"sdp", sdp_of(call.caller)}};
  if (options.record == "rtpengine") offer.set("record call", "yes");
  if (options.record == "trunkline") {
    offer.set("trunkline-call", call.id);
    offer.set("trunkline-tenant", call.id);
    offer.set("trunkline-record", "always");
    offer.set("trunkline-recording", core::RecordingId::make(core::system_clock().wall()).text());
  }
  const auto offered = commander->ask(offer);
  call.called.target = audio_target(offered.text("sdp"));
  const auto answered = commander->ask({{"command", "answer"},
                                        {"call-id", call.id},
                                        {"from-tag", "caller"},
                                        {"to-tag", "called-1"},
                                        {"sdp", sdp_of(call.called)}});
  call.caller.target = audio_target(answered.text("sdp"));
  return call;
}

std::uint64_t nanoseconds_of(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// On the clock of the kernel's time stamps.
std::uint64_t nanoseconds_now() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);  // it is there
  return nanoseconds_of(now);
}

/// Reads one packet; how long it was under way, or nothing where no more wait.
std::optional<std::uint64_t> latency_of_next(int socket) {
  std::array<std::byte, 2048> buffer;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  iovec room{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT);
  const cmsghdr* const stamp = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (size != static_cast<ssize_t>(kPacket) || stamp == nullptr) return std::nullopt;
  timespec came{};
  std::memcpy(&came, CMSG_DATA(stamp), sizeof came);
  const std::uint64_t sent = core::read_u64(buffer, rtp::kHeaderBytes);
  return nanoseconds_of(came) - std::min(sent, nanoseconds_of(came));
}

/// Sends one packet with the moment of sending in its payload.
void send_packet(const Side& side, std::uint16_t sequence) {
  std::array<std::byte, kPacket> packet;
  packet.fill(std::byte{0xff});
  rtp::write_header(packet, {.payload_type = rtp::PayloadType(0),
                             .has_marker = sequence == 0,
                             .sequence_number = rtp::SequenceNumber(sequence),
                             .timestamp = rtp::RtpTimestamp(sequence * 160U),
                             .ssrc = side.ssrc});
  core::write_u64(packet, rtp::kHeaderBytes, nanoseconds_now());
  (void)os::send_to(side.socket.get(), packet, side.target);  // a full buffer shows as loss
}

class Receiver {
 public:
  explicit Receiver(const std::vector<Call>& calls) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (const Call& call : calls)
      for (const Side* side : {&call.caller, &call.called}) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = side->socket.get()}};
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, side->socket.get(), &event) != 0)
          throw core::Error(core::ExitCode::io, "cannot watch a socket");
      }
    thread_ = std::thread([this] { run(); });
  }
  std::vector<std::uint32_t> finish() {
    is_done_ = true;
    thread_.join();
    return std::move(latencies_us_);
  }

 private:
  void run() {
    std::array<epoll_event, 1024> events{};
    while (!is_done_) {
      std::this_thread::sleep_for(1ms);
      const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 50);
      for (int i = 0; i < count; ++i) {
        while (const auto latency =
                   latency_of_next(events.at(static_cast<std::size_t>(i)).data.fd)) {
          latencies_us_.push_back(static_cast<std::uint32_t>(*latency / 1000));
        }
      }
    }
  }

  os::Fd epoll_;
  std::atomic<bool> is_done_{false};
  std::vector<std::uint32_t> latencies_us_;
  std::thread thread_;
};

std::uint64_t send_all(const std::vector<Call>& calls, const Options& options) {
  std::uint64_t sent = 0;
  const auto slot_length = std::chrono::nanoseconds(kPeriod) / options.slots;
  auto slot_start = std::chrono::steady_clock::now();
  for (std::uint32_t period = 0; period < options.seconds * 50; ++period) {
    for (unsigned slot = 0; slot < options.slots; ++slot) {
      for (std::size_t i = slot; i < calls.size(); i += options.slots) {
        send_packet(calls[i].caller, static_cast<std::uint16_t>(period));
        send_packet(calls[i].called, static_cast<std::uint16_t>(period));
        sent += 2;
      }
      slot_start += slot_length;
      std::this_thread::sleep_until(slot_start);
    }
  }
  return sent;
}

int run(const Options& options) {
  std::optional<Commander> commander;
  if (!options.is_direct) commander.emplace(options.ng);
  std::vector<Call> calls;
  for (unsigned i = 0; i < options.calls; ++i)
    calls.push_back(set_up(commander ? &*commander : nullptr, options, i));

  (void)prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; with the default a slot comes 50 us late
  Receiver receiver(calls);
  const std::uint64_t sent = send_all(calls, options);
  std::this_thread::sleep_for(300ms);
  auto latencies = receiver.finish();
  if (commander)
    for (const Call& call : calls)
      commander->ask({{"command", "delete"}, {"call-id", call.id}, {"from-tag", "caller"}});

  std::sort(latencies.begin(), latencies.end());
  const auto percentile = [&](std::size_t percent) {
    return latencies.empty() ? 0U : latencies[(latencies.size() - 1) * percent / 100];
  };
  std::cout << fmt::format("calls={} sent={} received={} p50_us={} p99_us={}\n", calls.size(), sent,
                           latencies.size(), percentile(50), percentile(99));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parse(argc, argv));
  } catch (const core::Error& error) {
    std::cerr << "media_load: " << error.what() << '\n';
    return static_cast<int>(error.fault().code);
  }
}
