// SPDX-License-Identifier: MIT
#include "metrics/collection.h"

#include "cli/context.h"
#include "os/atomic_file.h"
#include "trunkline/commands.h"
#include "trunkline/daemons.h"

namespace trunkline::commands {
namespace {

constexpr mode_t kReadableByAll = 0644;  // node_exporter runs as another user

std::vector<metrics::Family> collect_metrics(const config::Config& config) {
  metrics::Collection collection;
  for (const Daemon& daemon : kDaemons) {
    const auto status = ask_daemon(config, daemon, "status");
    status ? collection.add(daemon.name, *status) : collection.add_down(daemon.name);
  }
  return collection.families();
}

void print_objects(cli::Output& out, const std::vector<metrics::Family>& families) {
  for (const metrics::Family& family : families) {
    for (const metrics::Sample& sample : family.samples) {
      core::Json labels = core::Json::object();
      for (const auto& [label, value] : sample.labels) labels[label] = value;
      out.json_line("metric.v1", {{"name", family.name},
                                  {"type", metrics::name_of(family.type)},
                                  {"labels", std::move(labels)},
                                  {"value", sample.value}});
    }
  }
}

core::ExitCode print_metrics(cli::Context& context) {
  cli::Output& out = context.out();
  const std::vector<metrics::Family> families = collect_metrics(context.config());
  if (context.has("--output")) {
    core::value_or_throw(os::write_atomically(
        context.value("--output"), core::as_bytes(metrics::to_text(families)), kReadableByAll));
  } else if (out.is_json()) {
    print_objects(out, families);
  } else {
    out.bytes(core::as_bytes(metrics::to_text(families)));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command metrics() {
  return {
      .path = "metrics",
      .summary = "print what the daemons count, for Prometheus",
      .description =
          "Asks sipd and recorderd and prints calls, registrations, how calls ended, recording "
          "and ledger lag, ports, disks and what the guard kept out, in Prometheus' text format "
          "(0.0.4). A daemon that does not answer has trunkline_up 0, and that is no error here: "
          "who watches must hear of it.\n\n"
          "With --output the file is replaced as a whole, for the textfile collector of "
          "node_exporter.",
      .options = {{.name = "--output",
                   .help = "replace this file by the metrics, readable by everybody",
                   .value = "FILE",
                   .complete = cli::Complete::file}},
      .exits = {{core::ExitCode::io, "the file cannot be written"}},
      .examples = {{"trunkline metrics | grep trunkline_calls", "a look"},
                   {"trunkline metrics --output "
                    "/var/lib/prometheus/node-exporter/trunkline.prom",
                    "for a timer that runs every 15 seconds"}},
      .run = print_metrics};
}

}  // namespace trunkline::commands
