// SPDX-License-Identifier: MIT
#pragma once

// A site with recordings of two days ago: file, key and row of each, as recorderd and the shipper
// leave them, without daemons.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>

#include "keystore/key_store.h"
#include "scenario/tools_site.h"
#include "sealed/writer.h"
#include "support/ledger_rows.h"

namespace trunkline::test {

struct RecordedSite {
  Site site;
  sealed::Format format;
  core::TenantId tenant;
  std::filesystem::path root = site.path("recordings");
  std::unique_ptr<keystore::KeyStore> keys;
  std::unique_ptr<LedgerRows> rows;
  std::vector<core::RecordingId> ids;
  std::vector<std::filesystem::path> files;

  /// Each of three segments, 20 ms long where nothing else is said.
  explicit RecordedSite(int recordings, std::uint16_t segment_ms = 20)
      : format{.codec = sealed::Codec::mulaw,
               .channels = 2,
               .sample_rate = 8000,
               .segment_ms = segment_ms} {
    site.json("trunkline", {"init", "--tenant", "acme", "--domain", "acme.example"});
    tenant = core::value_or_throw(core::TenantId::parse(
        core::text_at(site.json("trunkline", {"tenant", "list"}).at(0), "tenant")));
    std::filesystem::create_directories(root);
    std::filesystem::create_directories(site.path("recorderd"));
    keys = std::make_unique<keystore::KeyStore>(
        site.path("recorderd/keys.db"),
        keystore::KeyRing::load(site.path("keys/recording.keyring")).value());
    rows = std::make_unique<LedgerRows>(site.database());
    for (int i = 0; i < recordings; ++i) add();
  }

  void add() {
    const core::Time at = core::system_clock().wall() - std::chrono::hours(48);
    const auto id = core::RecordingId::make(at);
    const auto call = core::CallRef::make(at);
    auto writer =
        sealed::Writer::create(root, {.recording = id, .format = format, .started_at = at}, *keys)
            .value();
    const core::Bytes plain(format.segment_size(), std::byte{0x55});
    for (int segment = 0; segment < 3; ++segment) REQUIRE(writer.append(plain));
    REQUIRE(writer.finalise({}));
    rows->add("recording.finished", tenant, call,
              {{"schema", "recording.v1"},
               {"recording", id.text()},
               {"call", call.text()},
               {"tenant", tenant.text()},
               {"status", "complete"},
               {"path", writer.relative_path().string()},
               {"key_id", writer.key_id().value()},
               {"codec", "mulaw"},
               {"channels", 2},
               {"sample_rate", 8000},
               {"segment_ms", format.segment_ms},
               {"started_at", core::to_rfc3339(at)},
               {"ended_at", core::to_rfc3339(at)},
               {"duration_ms", 3 * format.segment_ms},
               {"bytes", writer.bytes().value()},
               {"legs", core::Json::array()}});
    ids.push_back(id);
    files.push_back(root / writer.relative_path());
  }

  void flip(std::size_t i) const {
    std::fstream stream(files[i], std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(300);
    const int byte = stream.get();
    stream.seekp(300);
    stream.put(static_cast<char>(byte ^ 1));
    REQUIRE(stream.good());
  }

  /// Starts the verb and kills it (SIGKILL) after so long, if it has not ended by then.
  void kill_after(const Words& words, core::Milliseconds moment) const {
    auto child =
        core::value_or_throw(os::Child::spawn({.arguments = site.command("retention", words),
                                               .output = os::Stream::null(),
                                               .errors = os::Stream::null()}));
    // Waits for an end that mostly does not come: the moment is the test's.
    if (child.wait(moment)) return;
    child.send_signal(SIGKILL);
    REQUIRE(child.wait(core::Seconds(10)));
  }
};

}  // namespace trunkline::test
