// SPDX-License-Identifier: MIT
#pragma once

// A recorderd of the test's own: the real engine on a thread, NG over UDP, the control socket,
// files in a temporary directory.

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "config/config.h"
#include "control/client.h"
#include "journal/reader.h"
#include "keystore/key_ring.h"
#include "mediaplane/engine.h"
#include "mediaplane/loop_thread.h"
#include "mediaplane/phone.h"
#include "ng/keys.h"
#include "ng/message.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

template <class Condition>
bool eventually(Condition condition, core::Milliseconds timeout = core::Seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// An exchange that commands media.
class NgCaller {
 public:
  explicit NgCaller(const os::Address& server)
      : server_(server), socket_(core::value_or_throw(os::bind_udp(os::Address::loopback()))) {}

  ng::Dictionary call(std::string_view command, ng::Dictionary body) {
    body.set("command", command);
    const std::string cookie = "c" + std::to_string(++cookie_);
    (void)os::send_to(socket_.get(), core::as_bytes(ng::to_wire(cookie, body)), server_);
    core::Bytes buffer(65536);
    std::optional<os::Datagram> datagram;
    if (!eventually([&] { return (datagram = os::receive_from(socket_.get(), buffer)); })) {
      return {{"result", "silence"}};
    }
    const auto reply =
        ng::parse_message(core::as_text(core::ByteView(buffer).first(datagram->size)));
    return reply ? reply->body : ng::Dictionary{{"result", "not NG"}};
  }

 private:
  os::Address server_;
  os::Fd socket_;
  int cookie_ = 0;
};

struct WorldOptions {
  std::vector<config::Assignment> settings = {};
  bool has_key_ring = true;
};

/// Where a world's files are and how it is configured.
inline config::Config world_config(const std::filesystem::path& root,
                                   const std::vector<config::Assignment>& more) {
  std::vector<config::Assignment> settings = {{"media.ng_listen", "udp:127.0.0.1:0"},
                                              {"media.address", "127.0.0.1"},
                                              {"media.state_dir", (root / "state").string()},
                                              {"media.control", (root / "control").string()},
                                              {"recording.path", (root / "recordings").string()},
                                              {"recording.key_ring", (root / "keyring").string()},
                                              {"ledger.enabled", "false"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return core::value_or_throw(config::Config::of(settings));
}

class World {
 public:
  explicit World(WorldOptions options = {}) {
    if (options.has_key_ring) make_key_ring();
    // An operator makes (or mounts) it; recorderd does not, so that a missing disk shows.
    std::filesystem::create_directories(root() / "recordings");
    config_ = std::make_unique<config::Config>(world_config(root(), options.settings));
    start();
  }
  ~World() { stop(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& root() const { return directory_.path(); }
  void make_key_ring() const {
    core::value_or_throw(
        keystore::KeyRing::generate(core::system_clock().wall()).save(root() / "keyring"));
  }
  void start() {
    main_ = std::make_unique<mediaplane::LoopThread>("main");
    main_->run([this] {
      engine_ =
          std::make_unique<mediaplane::Engine>(*config_, main_->reactor(), core::system_clock());
      engine_->start();
    });
    ng = std::make_unique<NgCaller>(engine_->listening().at(0).address);
  }
  void stop() {
    if (!main_) return;
    main_->run([this] { engine_.reset(); });
    main_.reset();
  }
  mediaplane::Engine& engine() { return *engine_; }
  mediaplane::LoopThread& main() { return *main_; }
  const config::Config& config() const { return *config_; }

  control::Client control() const {
    return core::value_or_throw(
        control::Client::connect(config_->text("media.control"), core::Seconds(10)));
  }
  core::Json status() const { return core::value_or_throw(control().call("status")); }
  /// The recording of a call once it is over, whatever became of it.
  core::Json settled_recording(core::CallRef call) const {
    core::Json body;
    const bool is_settled = eventually([&] {
      auto shown = control().call("recording.show", {{"call", call.text()}});
      if (!shown || core::text_at(*shown, "status") == "recording") return false;
      body = std::move(*shown);
      return true;
    });
    if (!is_settled) FAIL("the recording did not settle");
    return body;
  }

  /// The body of the call's newest entry of that kind, once it is in the journal.
  core::Json last_entry(core::CallRef call, std::string_view kind) const {
    const journal::JournalReader reader(root() / "state" / "journal.db");
    std::optional<journal::StoredEntry> entry;
    if (!eventually([&] { return (entry = reader.last_of(call, kind)).has_value(); })) {
      FAIL("no entry " << kind);
    }
    return core::value_or_throw(core::parse_json(entry->entry.body));
  }

  std::unique_ptr<NgCaller> ng;

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<config::Config> config_;
  std::unique_ptr<mediaplane::LoopThread> main_;
  std::unique_ptr<mediaplane::Engine> engine_;
};

/// A call that sipd would set up: offer and answer, so that both phones know where to send.
struct TestCall {
  core::CallRef id = core::CallRef::make(core::system_clock().wall());
  core::TenantId tenant = core::TenantId::make(core::system_clock().wall());
  core::RecordingId recording = core::RecordingId::make(core::system_clock().wall());

  ng::Dictionary offer_body(const std::string& sdp, bool is_recorded) const {
    ng::Dictionary body{{"call-id", id.text()},
                        {"from-tag", ng::kCallerTag},
                        {"sdp", sdp},
                        {"replace", ng::List{"origin"}}};
    body.set(ng::kCallKey, id.text());
    body.set(ng::kTenantKey, tenant.text());
    body.set(ng::kRecordKey, is_recorded ? "always" : "off");
    body.set(ng::kRecordingKey, recording.text());
    return body;
  }
  ng::Dictionary answer_body(const std::string& sdp) const {
    return {
        {"call-id", id.text()}, {"from-tag", ng::kCallerTag}, {"to-tag", "called-1"}, {"sdp", sdp}};
  }
  ng::Dictionary named() const { return {{"call-id", id.text()}, {"from-tag", ng::kCallerTag}}; }

  void establish(World& world, Phone& caller, Phone& called, bool is_recorded,
                 const std::string& formats = "0 8 101") const {
    const auto offered = world.ng->call("offer", offer_body(caller.sdp(formats), is_recorded));
    REQUIRE(offered.text("result") == "ok");
    called.learn(offered.text("sdp"));
    const auto answered = world.ng->call("answer", answer_body(called.sdp(formats)));
    REQUIRE(answered.text("result") == "ok");
    caller.learn(answered.text("sdp"));
  }
  ng::Dictionary hang_up(World& world) const { return world.ng->call("delete", named()); }
};

}  // namespace trunkline::test
