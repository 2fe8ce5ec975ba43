// SPDX-License-Identifier: MIT
#include "daemon/run.h"

#include <sys/stat.h>

#include <csignal>

#include "cli/context.h"
#include "cli/program.h"
#include "core/log.h"
#include "core/log_numbers.h"
#include "daemon/log_writer.h"
#include "daemon/supervisor.h"
#include "daemon/systemd.h"
#include "os/limits.h"
#include "os/signals.h"

namespace trunkline::daemon {
namespace {

constexpr int kStandardError = 2;
/// What a unit asks for too (LimitNOFILE=); a call costs five descriptors.
constexpr std::uint64_t kWantedDescriptors = 65536;
/// What a daemon writes is its own: keys, recordings, journals. Sockets set their mode themselves.
constexpr mode_t kUmask = 0077;

LogFormat log_format(const config::Config& config) {
  const std::string& wanted = config.text("log.format");
  if (wanted == "journal") return LogFormat::journal;
  if (wanted == "logfmt") return LogFormat::logfmt;
  return is_journal(kStandardError) ? LogFormat::journal : LogFormat::logfmt;
}

/// Makes the sink the process's for as long as it lives.
class Logging {
 public:
  explicit Logging(LogWriter& writer) { core::set_log_sink(&writer); }
  ~Logging() { core::set_log_sink(nullptr); }
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
};

core::ExitCode serve(const Program& program, cli::Context& context) {
  const config::Config& config = context.config();
  if (context.has("--check")) {
    context.out().line("the configuration is valid");
    return core::ExitCode::done;
  }
  // Before the first thread: each inherits the mask, so that signals only reach the reactor.
  os::block_signals({SIGTERM, SIGINT, SIGHUP});
  os::ignore_sigpipe();
  ::umask(kUmask);
  (void)os::raise_open_file_limit(kWantedDescriptors);

  LogWriter writer({.identifier = program.name, .format = log_format(config)},
                   core::value_or_throw(core::parse_log_level(config.text("log.level"))));
  const Logging logging(writer);
  core::show_numbers_in_full(config.text("log.numbers") == "full");
  const auto load = [flags = context.flags()] {
    return config::Config::load(config::Sources::of_process(flags.config_file, flags.overrides));
  };
  Supervisor supervisor(program, config, load, writer);
  return supervisor.run();
}

}  // namespace

int run(int argc, char** argv, const Program& program) {
  cli::Command command{
      .path = "",
      .summary = program.about,
      .description = program.description,
      .options = {{.name = "--check",
                   .help = "read the configuration, say whether it is valid, and end"}},
      .exits = {{core::ExitCode::config, "the configuration is not valid"}},
      .examples = {{program.name + " --check", "the configuration, before a restart"},
                   {program.name + " --set log.level=debug",
                    "in the foreground, with more to read"}},
      .run = [&](cli::Context& context) { return serve(program, context); }};
  constexpr int kManualSection = 8;
  return cli::run_program({.name = program.name,
                           .section = kManualSection,
                           .summary = program.about,
                           .commands = {std::move(command)},
                           .is_daemon = true},
                          argc, argv);
}

}  // namespace trunkline::daemon
