// SPDX-License-Identifier: MIT
#pragma once

// systemd's end of sd_notify(3): a datagram socket whose path goes into NOTIFY_SOCKET.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "os/fd.h"
#include "support/temporary_directory.h"

namespace trunkline::daemon {

class NotifySocket {
 public:
  NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path().size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path().data(), path().size());
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }
  std::string path() const { return directory_.path() / "notify"; }

  /// The next notification, "" after five seconds without one.
  std::string next() const {
    pollfd waited{socket_.get(), POLLIN, 0};
    if (::poll(&waited, 1, 5000) != 1) return {};
    std::array<char, 1024> text{};
    const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }
  /// Whether the notification comes, whatever comes before.
  bool hears(std::string_view wanted) const {
    for (;;) {
      const std::string text = next();
      if (text.empty()) return false;
      if (text.starts_with(wanted)) return true;
    }
  }

 private:
  test::TemporaryDirectory directory_;
  os::Fd socket_;
};

}  // namespace trunkline::daemon
