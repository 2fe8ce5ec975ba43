// SPDX-License-Identifier: MIT
#include "support/failure.h"

#include <atomic>
// Catch's way to ask for its listeners' interface.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <exception>

namespace trunkline::test {
namespace {

std::atomic<bool> is_failed{false};

class Listener final : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo&) override { is_failed = false; }
  bool assertionEnded(const Catch::AssertionStats& stats) override {
    if (!stats.assertionResult.isOk()) is_failed = true;
    return true;
  }
};

CATCH_REGISTER_LISTENER(Listener)

}  // namespace

bool has_failed() noexcept {
  return is_failed || std::uncaught_exceptions() > 0;
}

}  // namespace trunkline::test
