// SPDX-License-Identifier: MIT
#pragma once

// Stands before nta at a UDP socket of ours: looks at each datagram first, takes plain REGISTERs
// (plain_register.h), which are most of what an exchange hears, and leaves everything else where it
// is for nta to receive. Reads what is there in one go, where Sofia waits anew before each message.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "os/address.h"
#include "os/fd.h"
#include "os/reactor.h"
#include "sip/address.h"
#include "sip/plain_register.h"
#include "sip/sofia.h"

namespace trunkline::sip {

class Doorkeeper;
class Root;

class UdpFront : public std::enable_shared_from_this<UdpFront> {
 public:
  /// The request may be moved out of what was read.
  using OnPlain = std::function<void(const std::shared_ptr<UdpFront>& front, PlainRegister& plain,
                                     const os::Address& from)>;

  /// Of nta's transport that listens there. `doorkeeper`, who may be nullptr, is asked about what
  /// nta does not see. nullptr where Sofia cannot be kept from reading first: then all is nta's.
  static std::shared_ptr<UdpFront> open(Root& root, tport_t* transport, const Endpoint& local,
                                        Doorkeeper* doorkeeper, OnPlain on_plain);
  /// For open().
  UdpFront(tport_t* transport, Endpoint local, Doorkeeper* doorkeeper, OnPlain on_plain);

  /// Reads no more; may be called from within on_plain. Before nta ends.
  void close();

  const Endpoint& local() const noexcept { return local_; }
  /// Datagrams that nta has not seen.
  std::uint64_t taken() const noexcept { return taken_; }
  /// As nta would send: what the kernel does not take is lost, and sent again by who asked.
  void send(const std::string& text, const os::Address& to) const;

 private:
  bool start(Root& root);
  void serve();
  void take(PlainRegister& plain, const os::Address& from);

  tport_t* transport_;
  Endpoint local_;
  Doorkeeper* doorkeeper_;
  OnPlain on_plain_;
  os::Fd socket_;  ///< a second descriptor of nta's socket: epoll takes each once
  std::vector<std::byte> buffer_;
  std::uint64_t taken_ = 0;
  os::RegistrationPtr watch_;
};

}  // namespace trunkline::sip
