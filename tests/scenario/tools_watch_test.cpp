// SPDX-License-Identifier: MIT

// What shows the exchange at work: metrics as Prometheus reads them, and top in place and as one
// picture, while a call is up and after a daemon has ended.

#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/text.h"
#include "scenario/two_phones.h"
#include "support/terminal.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

Words command(const Exchange& exchange, Words words) {
  Words all{std::string(TRUNKLINE_BIN_DIR) + "/trunkline", "--config",
            exchange.config_file().string()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

/// Read by Prometheus' own library: "name{label=value}" and the number as Python writes it.
std::map<std::string, std::string> parsed(const std::filesystem::path& metrics) {
  static const std::string kProgram =
      "import sys\n"
      "from prometheus_client.parser import text_string_to_metric_families\n"
      "for family in text_string_to_metric_families(open(sys.argv[1]).read()):\n"
      "    assert family.documentation and family.type in ('gauge', 'counter'), family\n"
      "    for name, labels, value, *rest in family.samples:\n"
      "        labels = ','.join(k + '=' + v for k, v in sorted(labels.items()))\n"
      "        print(name + '{' + labels + '}', value, sep='\\t')\n";
  const auto output = core::value_or_throw(os::run_command(
      {.arguments = {"/usr/bin/python3", "-c", kProgram, metrics.string()}}, kWait));
  INFO(output.errors);
  REQUIRE(output.exit.is_success());
  std::map<std::string, std::string> samples;
  for (const std::string_view line : core::split(output.output, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    CHECK(samples.emplace(line.substr(0, tab), line.substr(tab + 1)).second);
  }
  return samples;
}

std::map<std::string, std::string> metrics_of(const Exchange& exchange) {
  const std::filesystem::path file = exchange.directory() / "metrics.prom";
  const auto output = exchange.tool("trunkline", {"metrics", "--output", file.string()});
  INFO(output.errors);
  REQUIRE(output.exit.is_success());
  CHECK(output.output.empty());
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::others_read) !=
        std::filesystem::perms::none);
  return parsed(file);
}

TEST_CASE("metrics say what the exchange does, and Prometheus' parser reads them", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  auto metrics = metrics_of(exchange);
  CHECK(metrics.at("trunkline_up{daemon=sipd}") == "1.0");
  CHECK(metrics.at("trunkline_up{daemon=recorderd}") == "1.0");
  CHECK(metrics.at("trunkline_registrations{}") == "2.0");
  CHECK(metrics.at("trunkline_calls{}") == "1.0");
  CHECK(metrics.at("trunkline_media_sessions{}") == "1.0");
  CHECK(metrics.at("trunkline_recordings_running{}") == "1.0");
  CHECK(metrics.at("trunkline_key_ring_loaded{}") == "1.0");
  CHECK(metrics.at("trunkline_journal_healthy{daemon=recorderd}") == "1.0");
  CHECK(metrics.count("trunkline_ledger_lag_seconds{daemon=sipd}") == 1);
  CHECK(metrics.count("trunkline_port_pairs_in_use{}") == 1);
  CHECK(metrics.count("trunkline_recordings_disk_available_bytes{}") == 1);
  const std::string node =
      "{node=udp:127.0.0.1:" + std::to_string(exchange.ng_port().value()) + "}";
  CHECK(metrics.at("trunkline_media_node_up" + node) == "1.0");

  phones.hang_up();
  (void)wait_for_recording(exchange, "complete");
  check_ledger_is_complete(exchange);
  metrics = metrics_of(exchange);
  CHECK(metrics.at("trunkline_calls{}") == "0.0");
  CHECK(metrics.at("trunkline_calls_ended_total{disposition=answered}") == "1.0");
  CHECK(metrics.at("trunkline_recording_keys{}") == "1.0");
  CHECK(metrics.at("trunkline_ledger_lag_entries{daemon=sipd}") == "0.0");

  // The same numbers as objects, valid by their schema.
  const auto objects = exchange.tool("trunkline", {"metrics", "--json"});
  const auto file = exchange.directory() / "objects";
  std::ofstream(file) << objects.output;
  const auto valid = core::value_or_throw(os::run_command(
      {.arguments = {"/bin/sh", "-c", "exec \"$0\" <\"$1\"",
                     std::string(TRUNKLINE_SOURCE_DIR) + "/tests/truth/validate", file.string()}},
      kWait));
  INFO(valid.errors);
  CHECK(valid.exit.is_success());
  CHECK(objects.output.find(
            R"("name":"trunkline_registrations","type":"gauge","labels":{},"value":2)") !=
        std::string::npos);

  // Who is not there is told, and that is no failure.
  CHECK(exchange.sipd().stop().is_success());
  metrics = metrics_of(exchange);
  CHECK(metrics.at("trunkline_up{daemon=sipd}") == "0.0");
  CHECK(metrics.at("trunkline_up{daemon=recorderd}") == "1.0");
  CHECK(metrics.count("trunkline_calls{}") == 0);
}

TEST_CASE("top shows calls in place until q, and one picture on a pipe", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  const auto once = exchange.tool("trunkline", {"top", "--once"});
  INFO(once.output << once.errors);
  CHECK(once.exit.is_success());
  CHECK(once.output.find("\nphones     2 registered") != std::string::npos);
  CHECK(once.output.find("\ncalls      1 live, 0 ended (-), 0 shed;") != std::string::npos);
  CHECK(once.output.find("\nrecording  1 running, ") != std::string::npos);
  CHECK(once.output.find("\n101 alice              102 bob                connected") !=
        std::string::npos);
  CHECK(once.output.find('\x1b') == std::string::npos);
  for (const std::string_view line : core::split(once.output, '\n')) CHECK(line.size() <= 80);
  CHECK(exchange.tool("trunkline", {"top"}).output.find("1 live") != std::string::npos);
  CHECK(exchange.tool("trunkline", {"top", "--json"}).exit.code == 64);
  CHECK(exchange.tool("trunkline", {"top", "--interval", "1ms"}).exit.code == 64);

  Terminal terminal(command(exchange, {"top", "--interval", "200ms"}));
  terminal.expect("\x1b[?1049h");
  terminal.expect("101 alice");
  phones.hang_up();
  terminal.expect(" 0 live, 1 ended (");
  terminal.type("q");
  terminal.expect("\x1b[?1049l");
  CHECK(terminal.finish() == 0);
  // Every picture begins at the top: nothing scrolls.
  CHECK(terminal.shown().find("\x1b[H\x1b[K") != std::string::npos);

  Terminal interrupted(command(exchange, {"top"}));
  interrupted.expect("2 registered");
  interrupted.send_signal(SIGINT);
  interrupted.expect("\x1b[?1049l");
  CHECK(interrupted.finish() == 130);

  CHECK(exchange.recorderd().stop().is_success());
  const auto without = exchange.tool("trunkline", {"top", "--once"});
  CHECK(without.exit.code == 69);
  CHECK(without.output.find("\nrecorderd  down: cannot reach recorderd") != std::string::npos);
}

}  // namespace
}  // namespace trunkline::test
