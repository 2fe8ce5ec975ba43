// SPDX-License-Identifier: MIT
#pragma once

// A client of a control server under test that may say anything: raw bytes out, lines in. It shares
// its thread with the server's loop, which it turns while it waits, so that each step is known.

#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "control/lines.h"
#include "core/json.h"
#include "os/loop.h"
#include "os/unix_socket.h"

namespace trunkline::control {

/// Turns the loop until `is_done`; fails the test after five seconds.
inline bool turn_until(os::Loop& loop, const std::function<bool()>& is_done) {
  const auto deadline = std::chrono::steady_clock::now() + core::Seconds{5};
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.run_once(core::Milliseconds{5});
  }
  return true;
}

class RawClient {
 public:
  RawClient(os::Loop& loop, const std::filesystem::path& path) : loop_(loop) {
    auto socket = os::connect_unix(path);
    REQUIRE(socket);
    socket_ = std::move(*socket);
  }

  /// Sends all, turning the loop while the server does not take it; false when it closed.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const os::Transfer sent = os::send_some(socket_.get(), core::as_bytes(text));
      if (sent.is_closed) return false;
      text.remove_prefix(sent.size);
      if (sent.would_block) loop_.run_once(core::Milliseconds{1});
    }
    return true;
  }
  bool ask(int id, const std::string& verb, const std::string& args = "{}") {
    return send("{\"v\":1,\"id\":" + std::to_string(id) + ",\"verb\":\"" + verb +
                "\",\"args\":" + args + "}\n");
  }

  /// The next line, or "" when the server closed or says nothing for five seconds.
  std::string line() {
    std::optional<std::string> found;
    (void)turn_until(loop_, [&] {
      if ((found = lines_.next())) return true;
      read();
      return (found = lines_.next()) || is_closed_;
    });
    return found.value_or("");
  }
  /// Whether the server closes, whatever it says before.
  bool is_closed() {
    return turn_until(loop_, [&] {
      read();
      while (lines_.next()) {
      }
      return is_closed_;
    });
  }
  std::deque<os::Fd>& descriptors() { return descriptors_; }
  void close() { socket_.reset(); }
  int get() const { return socket_.get(); }

 private:
  void read() {
    std::array<std::byte, 16 * 1024> buffer;
    os::Received received = os::receive_some(socket_.get(), buffer);
    if (received.descriptor) descriptors_.push_back(std::move(received.descriptor));
    is_closed_ = is_closed_ || received.transfer.is_closed;
    lines_.append(core::as_text(core::ByteView(buffer).first(received.transfer.size)));
  }

  os::Loop& loop_;
  os::Fd socket_;
  Lines lines_;
  std::deque<os::Fd> descriptors_;
  bool is_closed_ = false;
};

}  // namespace trunkline::control
