// SPDX-License-Identifier: MIT
#pragma once

// A small site: one tenant, three phones, a relay that is none, a journal in a folder of its own,
// and the exchange, all on one loop.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/box.h"
#include "exchange/exchange.h"
#include "exchange/fake_relay.h"
#include "exchange/loop.h"
#include "exchange/open_call.h"
#include "exchange/phone.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "sip/root.h"
#include "support/free_ports.h"
#include "support/temporary_directory.h"

namespace trunkline::exchange {

class Site {
 public:
  Site() {
    const std::string address = os::Address::loopback(port_).text();
    options.agent.listen = {"udp:" + address, "tcp:" + address};
    options.agent.advertised_address = "127.0.0.1";
    options.ng_nodes = {relay.address()};
    options.control = folder.path() / "control";
    options.key = keys_.private_key;
    alice = std::make_unique<Phone>(root, "alice", "alice-secret");
    bob = std::make_unique<Phone>(root, "bob", "bob-secret");
    carol = std::make_unique<Phone>(root, "carol", "carol-secret");
  }
  ~Site() {
    alice.reset();
    bob.reset();
    carol.reset();
    stop();
    test::give_back_ports(port_);
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  void start() {
    journal = journal::Journal::open(folder.path() / "journal.db");
    exchange = std::make_unique<Exchange>(root, *journal, core::system_clock(), options, hooks);
    exchange->start(directory());
    REQUIRE(run_until(root, [this] {
      const core::Json status = exchange->status();
      return status["media"]["nodes"][0]["is_up"].get<bool>();
    }));
  }
  /// As a crash does: without a word to anybody.
  void stop() {
    exchange.reset();
    journal.reset();
  }
  /// Two registered phones.
  void register_phones() {
    REQUIRE(alice->register_at(server()) == 200);
    REQUIRE(bob->register_at(server()) == 200);
  }
  /// Alice talks to bob.
  PhoneCall& connect() {
    PhoneCall& call = alice->call("102");
    REQUIRE(
        run_until(root, [&] { return call.final() == 200 && bob->calls.back().is_acknowledged; }));
    return call;
  }
  bool becomes_idle() {
    return run_until(root, [this] { return exchange->status()["calls"] == 0; });
  }

  std::string server() const { return exchange->agent().listeners().front().address.text(); }

  /// The journal's bodies of one kind, oldest first.
  std::vector<core::Json> entries(const std::string& kind) const {
    journal->flush();
    const journal::JournalReader reader(journal->path());
    std::vector<core::Json> bodies;
    for (const auto& stored : reader.entries_after(journal::Sequence(0), 100'000)) {
      if (stored.entry.kind == kind) bodies.push_back(core::parse_json(stored.entry.body).value());
    }
    return bodies;
  }
  core::Json ended() const {
    const auto bodies = entries("call.ended");
    REQUIRE_FALSE(bodies.empty());
    return bodies.back();
  }
  /// Calls the journal would find open after a crash.
  std::size_t stored_calls() const {
    journal->flush();
    return journal::JournalReader(journal->path()).state(kOpenCallKind).size();
  }

  test::TemporaryDirectory folder;
  sip::Root root;
  FakeRelay relay{root};
  Options options;
  Hooks hooks;
  directory::RecordingMode bobs_recording = directory::RecordingMode::inherit;
  directory::RecordingMode carols_recording = directory::RecordingMode::inherit;
  std::optional<directory::Limit> alices_limit;
  std::optional<directory::Limit> tenants_limit;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<Exchange> exchange;
  std::unique_ptr<Phone> alice;
  std::unique_ptr<Phone> bob;
  std::unique_ptr<Phone> carol;

  directory::SnapshotPtr directory(bool is_carol_enabled = true) {
    std::vector<directory::Device> devices{device("alice", "101"), device("bob", "102"),
                                           device("carol", "103")};
    devices[1].recording = bobs_recording;
    devices[2].recording = carols_recording;
    devices[2].is_enabled = is_carol_enabled;
    std::vector<directory::Limit> limits;
    if (alices_limit) {
      limits.push_back(*alices_limit);
      limits.back().tenant = tenant_;
      limits.back().device = devices[0].id;
    }
    if (tenants_limit) {
      limits.push_back(*tenants_limit);
      limits.back().tenant = tenant_;
    }
    return std::make_shared<directory::Snapshot>(
        ++version_,
        std::vector<directory::Tenant>{
            {.id = tenant_, .name = "main", .domain = kDomain, .is_default = true}},
        std::move(devices), std::move(limits));
  }

 private:
  directory::Device device(const std::string& name, const std::string& extension) {
    directory::Device made{.id = {}, .tenant = tenant_, .name = name, .extension = extension};
    auto& id = ids_[name];
    if (id.is_nil()) id = core::DeviceId::make(core::system_clock().wall());
    made.id = id;
    made.display_name = name;
    const auto ha1 = sip::digest_ha1(sip::DigestHash::md5, name, kDomain, name + "-secret");
    const std::string context = directory::sealing_context(made.tenant, made.id, made.algorithm);
    made.sealed_ha1 = core::to_base64(
        crypto::seal_to(keys_.public_key, ha1.reveal(), core::as_bytes(context)).value());
    return made;
  }

  const core::Port port_ = test::free_ports();  ///< also after a restart, as a real one's
  crypto::KeyPair keys_ = crypto::make_key_pair();
  core::TenantId tenant_ = core::TenantId::make(core::system_clock().wall());
  std::map<std::string, core::DeviceId> ids_;
  std::uint64_t version_ = 0;
};

}  // namespace trunkline::exchange
