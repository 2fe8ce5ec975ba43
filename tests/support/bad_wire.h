// SPDX-License-Identifier: MIT
#pragma once

// A second cable into a network namespace, and a bad one: IP packets on it come late, now and then
// out of order, and some not at all. What netem does, without the kernel module, which not every
// machine has: a thread carries the frames from one end to the other. Needs root.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "core/time.h"
#include "os/fd.h"
#include "support/network_namespace.h"

namespace trunkline::test {

struct BadWireOptions {
  double loss = 0.0;            ///< probability, each way
  core::Milliseconds delay{0};  ///< each way
  double reordering = 0.0;      ///< probability that a packet is late by `straggling` more
  core::Milliseconds straggling{30};
  unsigned seed = 1;  ///< what happens to which packet is the same in every run
};

class BadWire {
 public:
  /// `prefix` is the first three octets of a /24: ours ends in .1, the namespace's in .2.
  BadWire(const NetworkNamespace& into, const std::string& prefix, const BadWireOptions& options);
  ~BadWire();
  BadWire(const BadWire&) = delete;
  BadWire& operator=(const BadWire&) = delete;

  std::string our_address() const { return prefix_ + ".1"; }
  std::string address() const { return prefix_ + ".2"; }
  std::uint64_t carried() const { return carried_; }
  std::uint64_t lost() const { return lost_; }

 private:
  void carry(const BadWireOptions& options);

  std::string prefix_;
  std::string our_end_;
  std::string far_end_;
  os::Fd near_;
  os::Fd far_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<std::uint64_t> carried_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::thread thread_;
};

}  // namespace trunkline::test
