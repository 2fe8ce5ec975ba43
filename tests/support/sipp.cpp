// SPDX-License-Identifier: MIT
#include "support/sipp.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "core/text.h"
#include "os/address.h"
#include "os/socket.h"
#include "support/free_ports.h"
#include "support/program.h"

namespace trunkline::test {
namespace {

/// The last value of a column of sipp's statistics, a table with ';' between its fields.
unsigned last_value(const std::string& table, std::string_view column) {
  std::vector<std::string_view> lines;
  for (const auto line : core::split(table, '\n')) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.size() < 2) return 0;
  const auto names = core::split(lines.front(), ';');
  const auto values = core::split(lines.back(), ';');
  for (std::size_t i = 0; i < names.size() && i < values.size(); ++i) {
    if (names[i] == column) {
      return static_cast<unsigned>(core::parse_unsigned(core::trim(values[i])).value_or(0));
    }
  }
  return 0;
}

std::string scenario_text(const std::string& name) {
  auto text = text_of(fmt::format("{}/tests/support/sipp/{}.xml", TRUNKLINE_SOURCE_DIR, name));
  if (text.empty()) throw std::runtime_error("no sipp scenario " + name);
  return text;
}

}  // namespace

Sipp::Sipp(SippOptions options) : options_(std::move(options)) {
  if (options_.local_port.value() == 0) options_.local_port = free_ports(2);
  auto arguments = options_.prefix;
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  add({"sipp",
       "-sf",
       write_scenario(),
       "-i",
       options_.address,
       "-p",
       fmt::format("{}", options_.local_port.value()),
       "-t",
       options_.transport,
       "-m",
       fmt::format("{}", options_.calls),
       "-l",  // by itself sipp waits for ends where its scenario is longer than its pauses
       fmt::format("{}", options_.calls),
       "-r",
       fmt::format("{}", options_.calls_per_second),
       "-d",
       fmt::format("{}", options_.talk.count()),
       "-timeout",
       fmt::format("{}ms", options_.timeout.count()),
       "-timeout_error",
       "-nostdin",
       "-trace_err",
       "-error_file",
       directory_.path() / "errors",
       "-trace_stat",
       "-stf",
       directory_.path() / "statistics",
       "-fd",
       "1"});
  if (!options_.name.empty()) add({"-key", "name", options_.name, "-au", options_.name});
  if (!options_.password.empty()) add({"-ap", std::string(options_.password.reveal_text())});
  for (const auto& [key, value] : options_.keys) add({"-key", key, value});
  const auto dialled = options_.keys.find("dialled");
  if (dialled != options_.keys.end()) {
    // By itself sipp signs for the server's address, not for what it requests (RFC 7616 3.4.6).
    add({"-auth_uri", fmt::format("{}@{}", dialled->second, options_.remote)});
  }
  if (!options_.remote.empty()) add({options_.remote});

  child_ = core::value_or_throw(
      os::Child::spawn({.arguments = arguments,
                        .directory = directory_.path(),
                        .output = os::Stream::null(),
                        .errors = os::Stream::file(directory_.path() / "stderr"),
                        .has_own_group = true}));
  if (!options_.remote.empty() || !options_.prefix.empty()) return;
  const auto own =
      os::Address::parse(fmt::format("{}:{}", options_.address, options_.local_port.value()));
  const bool is_listening = wait_until([&] {
    return !is_running() || (options_.transport.starts_with('t') ? !os::listen_tcp(own.value())
                                                                 : !os::bind_udp(own.value()));
  });
  if (!is_listening || !is_running()) {
    throw std::runtime_error("sipp does not listen: " + text_of(directory_.path() / "stderr"));
  }
}

std::filesystem::path Sipp::write_scenario() const {
  auto text = scenario_text(options_.scenario);
  constexpr std::string_view kInclude = "@include:";
  for (auto at = text.find(kInclude); at != std::string::npos; at = text.find(kInclude)) {
    const auto end = text.find('@', at + 1);
    if (end == std::string::npos) throw std::runtime_error("an open @include:");
    const auto name = text.substr(at + kInclude.size(), end - at - kInclude.size());
    text.replace(at, end + 1 - at, scenario_text("parts/" + name));
  }
  auto keys = options_.keys;
  keys.emplace("headers", "");
  keys.emplace("contact_params", "");
  for (const auto& [key, value] : keys) {
    const auto place = "@" + key + "@";
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place)) {
      text.replace(at, place.size(), value);
    }
  }
  const auto path = directory_.path() / "scenario.xml";
  std::ofstream(path) << text;
  return path;
}

SippResult Sipp::wait() {
  auto exit = child_.wait(options_.timeout + core::Seconds(5));
  if (!exit) exit = child_.terminate();
  const auto table = text_of(directory_.path() / "statistics");
  return {.exit = *exit,
          .successful = last_value(table, "SuccessfulCall(C)"),
          .failed = last_value(table, "FailedCall(C)"),
          .retransmissions = last_value(table, "Retransmissions(C)"),
          .errors = text_of(directory_.path() / "errors") + text_of(directory_.path() / "stderr")};
}

}  // namespace trunkline::test
