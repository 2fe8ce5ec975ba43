// SPDX-License-Identifier: MIT
#include "os/loop.h"
#include "recorderd/service.h"

int main(int argc, char** argv) {
  const trunkline::daemon::Program program{
      .name = "recorderd",
      .about = "relay and record the media of calls",
      .make_reactor = [] { return std::make_unique<trunkline::os::Loop>(); },
      .make_service =
          [](const trunkline::config::Config& config, trunkline::os::Reactor& reactor) {
            return std::make_unique<trunkline::recorderd::Service>(config, reactor);
          }};
  return trunkline::daemon::run(argc, argv, program);
}
