// SPDX-License-Identifier: MIT
#pragma once

// sipp as a phone that does exactly what a scenario says, also what no decent phone does. Scenarios
// lie in tests/support/sipp/: caller*, called*, register*. Keywords they share: [name] of the
// device, [dialled] what is called, [expires]; @headers@ are further lines of the message that
// matters, each with its end. @include:NAME@ stands for what parts/NAME.xml holds.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"
#include "os/process.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

struct SippOptions {
  std::string scenario;          ///< "caller"
  std::string remote = {};       ///< "127.0.0.1:5060"; empty for the called side
  core::Port local_port = {};    ///< 0: a free one
  std::string transport = "u1";  ///< "t1" for TCP
  std::string name = {};         ///< of the device, also its digest user
  core::Secret password = {};
  std::map<std::string, std::string> keys = {};  ///< further keywords
  unsigned calls = 1;
  double calls_per_second = 10;
  core::Milliseconds talk{0};  ///< a scenario's pause
  core::Milliseconds timeout = core::Seconds(30);
  std::vector<std::string> prefix = {};  ///< NetworkNamespace::inside({})
  std::string address = "127.0.0.1";     ///< its own
};

struct SippResult {
  os::Exit exit;
  unsigned successful = 0;
  unsigned failed = 0;
  unsigned retransmissions = 0;
  std::string errors;  ///< which message was not as expected

  bool is_good() const noexcept { return exit.is_success() && failed == 0 && successful > 0; }
};

class Sipp {
 public:
  /// Starts it; a called side listens when this returns.
  explicit Sipp(SippOptions options);

  core::Port local_port() const noexcept { return options_.local_port; }
  bool is_running() { return child_.is_running(); }
  /// Waits for its end, at most the timeout of its options and a little more.
  SippResult wait();
  /// Runs a scenario to its end.
  static SippResult run(SippOptions options) { return Sipp(std::move(options)).wait(); }

 private:
  std::filesystem::path write_scenario() const;

  TemporaryDirectory directory_;
  SippOptions options_;
  os::Child child_;
};

}  // namespace trunkline::test
