// SPDX-License-Identifier: MIT
#include "sip/root.h"
#include "sipd/service.h"

int main(int argc, char** argv) {
  const trunkline::daemon::Program program{
      .name = "sipd",
      .about = "register phones and connect their calls",
      .make_reactor = [] { return std::make_unique<trunkline::sip::Root>(); },
      .make_service =
          [](const trunkline::config::Config& config, trunkline::os::Reactor& reactor) {
            // The reactor is what make_reactor made.
            return std::make_unique<trunkline::sipd::Service>(
                config, static_cast<trunkline::sip::Root&>(reactor));
          }};
  return trunkline::daemon::run(argc, argv, program);
}
