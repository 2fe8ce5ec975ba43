// SPDX-License-Identifier: MIT
#pragma once

// sipp as the phones of an exchange's devices: registered, calling, called.

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/exchange.h"
#include "support/free_ports.h"
#include "support/sipp.h"

namespace trunkline::test {

/// A scenario's pause: longer than a slow disk takes to journal an answer.
inline constexpr core::Milliseconds kTalk{1000};

/// Registers the device with the port as its contact.
inline void register_at(const Exchange& exchange, const TestDevice& device, core::Port port,
                        const std::string& contact_params = "") {
  const auto registered =
      Sipp::run({.scenario = "register",
                 .remote = exchange.sip_address(),
                 .local_port = port,
                 .name = device.name,
                 .password = device.password,
                 .keys = {{"expires", "600"}, {"contact_params", contact_params}}});
  INFO(registered.errors);
  REQUIRE(registered.is_good());
}

/// A sipp that takes calls for the device: registered from the port it then listens on.
inline std::unique_ptr<Sipp> start_called(const Exchange& exchange, const TestDevice& device,
                                          const std::string& scenario, unsigned calls = 1,
                                          core::Milliseconds timeout = core::Seconds(60),
                                          std::map<std::string, std::string> keys = {},
                                          const std::string& contact_params = "") {
  const auto port = free_ports(2);
  register_at(exchange, device, port, contact_params);
  return std::make_unique<Sipp>(SippOptions{.scenario = scenario,
                                            .local_port = port,
                                            .name = device.name,
                                            .keys = std::move(keys),
                                            .calls = calls,
                                            .talk = calls > 1 ? core::Milliseconds(0) : kTalk,
                                            .timeout = timeout});
}

inline SippOptions caller_options(const Exchange& exchange, const TestDevice& device,
                                  const std::string& scenario, const std::string& dialled,
                                  const std::string& status = "") {
  return {.scenario = scenario,
          .remote = exchange.sip_address(),
          .name = device.name,
          .password = device.password,
          .keys = {{"dialled", dialled}, {"status", status}},
          .talk = kTalk,
          .timeout = core::Seconds(60)};
}

/// Nothing of a call is left in either daemon.
inline bool is_idle(const Exchange& exchange) {
  const auto sipd = exchange.ask_sipd("status").at(0);
  const auto recorderd = exchange.ask_recorderd("status").at(0);
  return sipd.at("calls") == 0 && sipd.at("calls_open") == 0 && sipd.at("timers") == 0 &&
         sipd.at("sip").at("dialogs") == 0 && recorderd.at("sessions") == 0 &&
         recorderd.at("recordings_running") == 0 && recorderd.at("ports").at("in_use") == 0;
}

/// A caller and a called phone that act out a flow, side by side with other flows.
struct Flow {
  std::string name;
  std::string caller;  ///< scenario
  std::string called;  ///< "" where nobody is called
  std::string caller_headers = {};
  std::string called_headers = {};
  std::string status = {};         ///< that the caller expects
  std::string called_status = {};  ///< that the called phone answers
  std::string disposition;
  int sip_status = 200;
  std::string ended_by;
  int q850_cause = 16;
};

/// Plays all flows at the same time, each with two devices of its own, and looks at what the
/// phones and the ledger say of them.
inline void play(const Exchange& exchange, const std::vector<Flow>& flows) {
  struct Pair {
    TestDevice caller;
    TestDevice called;
    std::unique_ptr<Sipp> called_phone = {};
    std::unique_ptr<Sipp> calling_phone = {};
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& flow = flows[i];
    INFO(flow.name);
    const auto number = std::to_string(200 + 2 * i);
    const auto dialled = std::to_string(201 + 2 * i);
    pairs.push_back({.caller = exchange.add_device("caller-" + std::to_string(i), number),
                     .called = exchange.add_device("called-" + std::to_string(i), dialled)});
    Pair& pair = pairs.back();
    if (!flow.called.empty()) {
      pair.called_phone =
          start_called(exchange, pair.called, flow.called, 1, core::Seconds(60),
                       {{"headers", flow.called_headers}, {"status", flow.called_status}});
    }
    auto options = caller_options(exchange, pair.caller, flow.caller, dialled, flow.status);
    options.keys.emplace("headers", flow.caller_headers);
    pair.calling_phone = std::make_unique<Sipp>(std::move(options));
  }
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const auto calling = pairs[i].calling_phone->wait();
    INFO(flows[i].name << ": " << calling.errors);
    CHECK(calling.is_good());
    if (!pairs[i].called_phone) continue;
    const auto called = pairs[i].called_phone->wait();
    INFO(flows[i].name << ": " << called.errors);
    CHECK(called.is_good());
  }
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& flow = flows[i];
    core::Json call;
    const auto is_told = [&] {
      for (const auto& found :
           exchange.tool_json("cdrctl", {"list", "--caller", pairs[i].caller.name})) {
        call = found;
        return core::text_at(found, "state") == "ended";
      }
      return false;
    };
    CHECK(wait_until(is_told, core::Seconds(30)));
    INFO(flow.name << ": " << core::to_line(call));
    CHECK(core::text_at(call, "disposition") == flow.disposition);
    CHECK(core::number_at(call, "sip_status") == flow.sip_status);
    CHECK(core::text_at(call, "ended_by") == flow.ended_by);
    CHECK(core::number_at(call, "q850_cause") == flow.q850_cause);
    CHECK(call.contains("talk_ms") == (flow.disposition == "answered"));
  }
}

}  // namespace trunkline::test
