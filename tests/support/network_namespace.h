// SPDX-License-Identifier: MIT
#pragma once

// A host of a test's own: a network namespace that a veth pair connects to ours. Its name is
// unique, it is removed at the end. Needs root: where it cannot be made the test fails with a hint,
// it is never skipped.
//
//   NetworkNamespace phone("10.77.1");       // we are 10.77.1.1, it is 10.77.1.2
//   phone.run({"sipsak", "-s", "sip:10.77.1.1"});

#include <string>
#include <vector>

#include "core/time.h"
#include "os/process.h"

namespace trunkline::test {

/// First three octets of a /24 that no other test on this machine is likely to use; `number` is 0
/// to 9, ten belong to each process.
std::string own_network(int number);

class NetworkNamespace {
 public:
  /// `prefix` is the first three octets of a /24: ours ends in .1, its in .2.
  explicit NetworkNamespace(const std::string& prefix);
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  const std::string& name() const noexcept { return name_; }
  std::string our_address() const { return prefix_ + ".1"; }
  std::string address() const { return prefix_ + ".2"; }
  /// Our end of the cable.
  const std::string& interface() const noexcept { return interface_; }

  /// The command as it is run inside.
  std::vector<std::string> inside(std::vector<std::string> command) const;
  /// Runs it inside to its end; throws when it fails.
  std::string run(std::vector<std::string> command,
                  core::Milliseconds timeout = core::Seconds(30)) const;
  /// Adds an address to its end, "10.99.0.1/24".
  void add_address(const std::string& address_and_bits) const;
  /// Pulls the cable, and plugs it in again.
  void disconnect() const;
  void connect() const;

 private:
  std::string prefix_;
  std::string name_;
  std::string interface_;
};

}  // namespace trunkline::test
