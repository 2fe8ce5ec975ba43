// SPDX-License-Identifier: MIT
#include "sipd/service.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "core/log.h"
#include "exchange/options.h"

namespace trunkline::sipd {
namespace {

/// With the daemon still answering systemd's watchdog, so no longer than that allows.
constexpr core::Milliseconds kLastCommit = core::Seconds(5);

/// A busy exchange wakes once for all messages of this time (tests/bench/README.md has the
/// figures).
constexpr core::Milliseconds kGather{5};

/// Of registrations, which nobody waits for: what a crash may lose of them, and a phone says again.
constexpr core::Milliseconds kUnawaitedLinger{100};

exchange::Options options_with_key(const config::Config& config) {
  exchange::Options options = exchange::options_from(config);
  options.key = core::value_or_throw(exchange::read_key(config.text("sip.key_file")));
  options.agent.tls = exchange::read_tls(config);
  return options;
}

db::Options database(const config::Config& config) {
  db::Options options;
  options.url = config.text("db.url");
  options.application = "sipd";
  options.role = "trunkline_sipd";
  return options;
}

}  // namespace

Service::Service(const config::Config& config, sip::Root& root)
    : config_(config),
      folder_(config.text("sip.state_dir")),
      journal_(open_journal()),
      exchange_(root, *journal_, core::system_clock(), options_with_key(config),
                {.reload = [this] { return host_->reload(); },
                 .describe = [this](core::Json& status) { describe(status); }}) {
  root.gather(kGather);
}

Service::~Service() {
  woken_.with([](ledger::Shipper*& shipper) { shipper = nullptr; });
}

std::unique_ptr<journal::Journal> Service::open_journal() {
  std::error_code failure;
  std::filesystem::create_directories(folder_, failure);
  if (failure) {
    throw core::Error(
        core::ExitCode::cannot_create,
        fmt::format("cannot make the folder {}: {}", folder_.string(), failure.message()),
        "sip.state_dir names a folder that this user may write");
  }
  return journal::Journal::open(folder_ / "journal.db",
                                {.unawaited_linger = kUnawaitedLinger,
                                 .on_commit = [this](journal::Sequence) { wake_shipper(); }});
}

void Service::start() {
  watcher_ = std::make_unique<directory::Watcher>(
      directory::WatcherOptions{.database = database(config_), .file = folder_ / "directory.json"},
      [this](directory::SnapshotPtr directory) { exchange_.set_directory(std::move(directory)); });
  exchange_.start(watcher_->current());
  if (!config_.boolean("ledger.enabled")) return;
  ledger::ShipperOptions options;
  options.database = database(config_);
  options.daemon = "sipd";
  options.keep = config_.duration("ledger.keep");
  shipper_ = std::make_unique<ledger::Shipper>(std::move(options), *journal_);
  woken_.with([this](ledger::Shipper*& shipper) { shipper = shipper_.get(); });
}

void Service::wake_shipper() {
  woken_.with([](ledger::Shipper* shipper) {
    if (shipper != nullptr) shipper->notify();
  });
}

core::Result<void> Service::reload(const config::Config& config) {
  exchange::Options options = exchange::options_from(config);
  try {
    options.agent.tls = exchange::read_tls(config);
  } catch (const core::Error& error) {
    return tl::unexpected(error.fault());
  }
  exchange_.reconfigure(options);
  watcher_->reload();
  return {};
}

void Service::drain(std::function<void()> drained) {
  exchange_.drain([this, drained = std::move(drained)] {
    if (!journal_->flush(kLastCommit)) core::log_error("the journal cannot be written at the end");
    drained();
  });
}

std::string Service::status() {
  return exchange_.summary();
}

void Service::describe(core::Json& status) const {
  const directory::WatcherStatus directory = watcher_->status();
  status["directory"] = {{"is_connected", directory.is_connected},
                         {"version", directory.version},
                         {"is_from_file", directory.is_from_file},
                         {"error", directory.last_error}};
  if (!shipper_) return;
  const ledger::ShipperStatus ledger = shipper_->status();
  status["ledger"] = {{"is_connected", ledger.is_connected},
                      {"shipped", ledger.shipped},
                      {"last", ledger.last},
                      {"lag_ms", ledger.lag.count()},
                      {"rejected", ledger.rejected},
                      {"error", ledger.last_error}};
}

}  // namespace trunkline::sipd
