// SPDX-License-Identifier: MIT
#include "mediaplane/engine.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/log.h"
#include "journal/reader.h"
#include "os/credential.h"
#include "os/limits.h"

namespace trunkline::mediaplane {
namespace {

constexpr core::Seconds kDrainLimit{30};
constexpr core::Seconds kSweepEvery{60};
constexpr core::Seconds kLookAtRingEvery{1};
constexpr core::Milliseconds kJournalFlush{5000};
/// Beside the media ports: recordings, databases, whoever asks.
constexpr std::uint64_t kOtherFiles = 4096;

std::filesystem::path state_file(const config::Config& config, const char* name) {
  const std::filesystem::path folder = config.text("media.state_dir");
  std::error_code error;
  std::filesystem::create_directories(folder, error);  // what fails shows when the file is opened
  return folder / name;
}

journal::Options journal_options(std::function<void()> on_commit) {
  journal::Options options;
  if (on_commit) {
    options.on_commit = [on_commit = std::move(on_commit)](journal::Sequence) { on_commit(); };
  }
  return options;
}

os::Address local_address_of(const config::Config& config) {
  return core::value_or_throw(os::Address::parse_host(config.text("media.address")));
}

/// One a family.
std::vector<os::Address> local_addresses_of(const config::Config& config) {
  std::vector<os::Address> addresses = {local_address_of(config)};
  const auto other = core::value_or_throw(os::Address::parse_host(config.text("media.address6")));
  if (other.family() != addresses.front().family()) addresses.push_back(other);
  return addresses;
}

os::AdvertisedAddresses advertised_of(const config::Config& config) {
  return os::AdvertisedAddresses::of(config.list("media.advertised_networks"),
                                     config.text("media.advertised_address"));
}

CallsOptions calls_options(const config::Config& config) {
  CallsOptions options;
  options.ports.address = local_address_of(config);
  const auto addresses = local_addresses_of(config);
  if (addresses.size() > 1) options.other_address = addresses.back();
  options.ports.min = core::Port(static_cast<std::uint16_t>(config.integer("media.rtp_min")));
  options.ports.max = core::Port(static_cast<std::uint16_t>(config.integer("media.rtp_max")));
  options.threads = static_cast<unsigned>(config.integer("media.threads"));
  options.timeout = config.duration("media.timeout");
  return options;
}

ng::ServerOptions ng_options(const config::Config& config) {
  ng::ServerOptions options;
  for (const std::string& text : config.list("media.ng_listen")) {
    options.listen.push_back(core::value_or_throw(ng::Endpoint::parse(text)));
  }
  for (const std::string& text : config.list("media.ng_allow")) {
    options.allow.push_back(core::value_or_throw(os::Network::parse(text)));
  }
  return options;
}

/// A media port is a socket, in each family; what does not fit is refused port by port. The lanes
/// of those that have settled (two of a call's four ports) and the files of those that are recorded
/// come on top, and are done without or fail alone.
void raise_file_limit(const config::Config& config) {
  const auto ports = static_cast<std::uint64_t>(config.integer("media.rtp_max") -
                                                config.integer("media.rtp_min") + 1);
  const std::uint64_t sockets = ports * local_addresses_of(config).size();
  const std::uint64_t wanted = sockets + ports / 2 + ports / 4 + kOtherFiles;
  const std::uint64_t allowed = os::raise_open_file_limit(wanted).soft;
  if (allowed >= ports + kOtherFiles) return;
  core::log_warning("fewer files may be open than there are media ports",
                    {{"limit", allowed},
                     {"ports", ports},
                     {"hint",
                      "raise LimitNOFILE= of recorderd.service, or narrow media.rtp_min "
                      "to media.rtp_max"}});
}

}  // namespace

Engine::Engine(const config::Config& config, os::Reactor& main, const core::Clock& clock,
               std::function<void()> on_commit)
    : main_(main),
      clock_(clock),
      config_(config),
      is_alive_(std::make_shared<bool>(true)),
      journal_(journal::Journal::open(state_file(config, "journal.db"),
                                      journal_options(std::move(on_commit)))),
      keys_(state_file(config, "keys.db")),
      recordings_(config.text("recording.path")) {}

Engine::~Engine() {
  *is_alive_ = false;
  ng_.reset();
  control_.reset();
  if (calls_) calls_->close_all(MediaEnd::stopped);
}

void Engine::start() {
  raise_file_limit(config_);
  load_key_ring(config_);
  const std::string& mirror = config_.text("recording.key_mirror");
  if (!mirror.empty()) {
    mirror_ = std::make_unique<keystore::Mirror>(keys_.path(), mirror, clock_);
  }
  scribe_ = std::make_unique<Scribe>(Scribe::Parts{.recordings = config_.text("recording.path"),
                                                   .journal = *journal_,
                                                   .keys = keys_,
                                                   .clock = clock_,
                                                   .listener = *this});
  recover();
  calls_ = std::make_unique<Calls>(main_, calls_options(config_), *scribe_, clock_);
  calls_->on_timeout = [this](const Call& call, const SilentLegs& legs) {
    core::Json silent = core::Json::array();
    for (const Leg leg : {Leg::caller, Leg::called}) {
      if (legs[index_of(leg)]) silent.push_back(recording::name_of(leg));
    }
    control_->publish("media.timeout",
                      {{"call", call.call.text()}, {"call_id", call.key}, {"legs", silent}});
  };
  calls_->on_closed = [this] { look_whether_drained(); };
  playbacks_ = std::make_unique<Playbacks>(main_, keys_);
  commands_ = std::make_unique<NgCommands>(*calls_, local_addresses_of(config_), clock_);
  commands_->set_advertised(advertised_of(config_));
  serve_control();
  ng_ = std::make_unique<ng::Server>(main_, ng_options(config_), clock_);
  commands_->serve(*ng_);
  ring_timer_ = main_.every(kLookAtRingEvery, [this] { look_at_key_ring(); });
  sweep_timer_ = main_.every(kSweepEvery, [this] {
    calls_->sweep();
    forget_old_recordings();
  });
}

void Engine::look_at_key_ring() {
  const auto stamp = os::file_stamp(os::credential_path(config_.text("recording.key_ring")));
  if (stamp == ring_stamp_) return;
  const keystore::KeyId before = keys_.current_key();
  take_key_ring(config_);
  if (keys_.current_key() != before)
    core::log_info("the key ring has another current key", {{"key", keys_.current_key().value()}});
}

void Engine::take_key_ring(const config::Config& config) {
  const bool had_ring = keys_.has_ring();
  load_key_ring(config);
  if (had_ring || !keys_.has_ring()) return;
  // Recordings of a crash that waited for their keys.
  const journal::JournalReader reader(journal_->path());
  scribe_->recover(reader.state(kRecordingState), {});
}

void Engine::load_key_ring(const config::Config& config) {
  // Before it is read: what is replaced meanwhile is read once more, never missed.
  ring_stamp_ = os::file_stamp(os::credential_path(config.text("recording.key_ring")));
  auto ring = keystore::KeyRing::load(os::credential_path(config.text("recording.key_ring")));
  if (ring) {
    keys_.use_ring(std::move(*ring));
    key_fault_.clear();
    return;
  }
  key_fault_ = ring.error().message;
  core::log_error("nothing can be recorded without a key ring",
                  {{"error", ring.error().message}, {"hint", ring.error().hint}});
}

void Engine::recover() {
  const journal::JournalReader reader(journal_->path());
  const Scribe::States states = reader.state(kRecordingState);
  for (const auto& [key, text] : states) {
    const auto id = core::RecordingId::parse(key);
    auto body = core::parse_json(text);
    if (id && body) recordings_.put(*id, *body);
  }
  scribe_->recover(states, reader.state(kMediaState));
}

core::Result<void> Engine::reload(const config::Config& config) {
  config_ = config;
  calls_->set_timeout(config.duration("media.timeout"));
  commands_->set_advertised(advertised_of(config));
  take_key_ring(config);
  return {};
}

void Engine::drain(std::function<void()> drained) {
  drained_ = std::move(drained);
  commands_->set_draining(true);
  drain_timer_ = main_.after(kDrainLimit, [this] { calls_->close_all(MediaEnd::stopped); });
  look_whether_drained();
}

void Engine::look_whether_drained() {
  if (!drained_ || !calls_->all().empty()) return;
  drain_timer_.reset();
  scribe_->flush();
  if (!journal_->flush(kJournalFlush))
    core::log_error("journal could not be written before the end");
  std::exchange(drained_, nullptr)();
}

std::string Engine::status() const {
  return fmt::format("{} calls, {} recordings", calls_->all().size(), calls_->running_recordings());
}

void Engine::post_to_main(std::function<void()> work) {
  main_.post([is_alive = is_alive_, work = std::move(work)] {
    if (*is_alive) work();
  });
}

void Engine::recording_changed(core::RecordingId recording, RecordingStatus status,
                               core::Json body) {
  post_to_main([this, recording, status, body = std::move(body)] {
    recordings_.put(recording, body);
    if (status != RecordingStatus::failed && status != RecordingStatus::unsupported) return;
    calls_->recording_failed(recording);
    const std::string reason = core::text_at(body, "reason");
    core::log_error("recording failed", {{"recording", recording.text()},
                                         {"call", core::text_at(body, "call")},
                                         {"status", name_of(status)},
                                         {"reason", reason}});
    control_->publish("recording.failed", {{"recording", recording.text()},
                                           {"call", core::text_at(body, "call")},
                                           {"status", name_of(status)},
                                           {"reason", reason}});
  });
}

void Engine::media_ended(core::Json body) {
  post_to_main([this, body = std::move(body)] {
    core::log_info("media ended", {{"call", core::text_at(body, "call")},
                                   {"reason", core::text_at(body, "reason")}});
    control_->publish("media.ended", body);
  });
}

void Engine::forget_old_recordings() {
  std::vector<journal::StateChange> changes;
  for (const core::RecordingId id :
       recordings_.forget(clock_.wall() - config_.duration("ledger.keep"))) {
    changes.push_back({std::string(kRecordingState), id.text(), std::nullopt});
  }
  if (!changes.empty()) journal_->change_state(std::move(changes));
}

}  // namespace trunkline::mediaplane
