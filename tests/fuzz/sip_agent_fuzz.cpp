// SPDX-License-Identifier: MIT

// Datagrams on the wire, through Sofia's transactions and ours: the input is one or more messages
// with a line "%%" between them. "@TAG@" stands for our tag in the newest dialog, so that inputs
// can reach into a call. The exchange behind it opens dialogs, answers in turn, and hangs up.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "os/fd.h"
#include "sip/agent.h"
#include "sip/root.h"

namespace {

using namespace trunkline;

class Exchange {
 public:
  Exchange()
      : agent_(root_, {.listen = {"udp:127.0.0.1:0"}}), socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    agent_.on_request([this](sip::IncomingRequest incoming) { receive(std::move(incoming)); });
  }

  void feed(std::string_view input) {
    while (!input.empty()) {
      const auto end = input.find("\n%%\n");
      send(with_tag(std::string(input.substr(0, end))));
      input = end == std::string_view::npos ? std::string_view() : input.substr(end + 4);
    }
    has_ended_ = false;
    send(
        "OPTIONS sip:end@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-end\r\n"
        "From: <sip:x@y>;tag=1\r\nTo: <sip:end@127.0.0.1>\r\nCall-ID: end\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n");
    const auto limit = root_.after(core::Milliseconds{1000}, [this] { root_.stop(); });
    root_.run();
    if (!has_ended_) std::abort();  // the loop hangs, or its socket is deaf
  }

 private:
  struct Call {
    std::unique_ptr<sip::Dialog> dialog;
    std::unique_ptr<sip::ServerTransaction> invite;
  };

  void receive(sip::IncomingRequest incoming) {
    const sip::Request& request = incoming.request();
    if (request.uri.user == "end") {
      has_ended_ = true;
      std::move(incoming).reply({.status = 200});
      root_.stop();
      return;
    }
    if (request.method != sip::Method::invite) {
      std::move(incoming).reply({.status = 200, .content = {.headers = request.headers}});
      return;
    }
    auto opened = std::move(incoming).open_dialog();
    opened.invite->provisional({.status = 180});
    ++turn_;
    if (turn_ % 3 == 0) opened.invite->answer({.status = 486});
    if (turn_ % 3 == 1) opened.invite->answer({.status = 200});
    opened.dialog->on_request([](std::unique_ptr<sip::ServerTransaction> transaction) {
      transaction->answer({.status = 200});
    });
    calls_.push_back({std::move(opened.dialog), std::move(opened.invite)});
    if (calls_.size() <= 8) return;
    agent_.hang_up(std::move(calls_.front().dialog));
    calls_.pop_front();
  }

  std::string with_tag(std::string text) const {
    if (calls_.empty()) return text;
    const std::string tag = calls_.back().dialog->state().local.tag;
    for (auto at = text.find("@TAG@"); at != std::string::npos; at = text.find("@TAG@")) {
      text.replace(at, 5, tag);
    }
    return text;
  }

  void send(const std::string& text) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(agent_.listeners().front().address.port);
    (void)!::sendto(socket_.get(), text.data(), text.size(), 0,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  sip::Root root_;
  sip::Agent agent_;
  os::Fd socket_;
  std::deque<Call> calls_;
  unsigned turn_ = 0;
  bool has_ended_ = false;
};

}  // namespace

FUZZ_TARGET(sip_agent) {
  static Exchange exchange;
  exchange.feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
