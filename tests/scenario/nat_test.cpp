// SPDX-License-Identifier: MIT

// Phones behind NATs, each a network namespace that masquerades: its ports are drawn at random for
// every peer (a symmetric NAT), and nothing gets in that was not asked for.

#include <fmt/format.h>

#include "scenario/two_phones.h"
#include "support/free_ports.h"
#include "support/network_namespace.h"

namespace trunkline::test {
namespace {

using core::Seconds;
using softphone::Phone;
using softphone::PhoneOptions;

constexpr int kMappingSeconds = 3;

/// A router between us and phones, which only it can reach.
class Nat {
 public:
  explicit Nat(const std::string& prefix) : router_(prefix) {
    router_.run({"sysctl", "-qw", "net.ipv4.ip_forward=1"});
    router_.run({"iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE",
                 "--random-fully"});
    router_.run({"iptables", "-A", "FORWARD", "-i", "eth0", "-m", "conntrack", "--ctstate",
                 "ESTABLISHED,RELATED", "-j", "ACCEPT"});
    router_.run({"iptables", "-A", "FORWARD", "-i", "eth0", "-j", "DROP"});
  }
  std::string address() const { return router_.address(); }
  const std::string& name() const { return router_.name(); }
  /// How long its mappings of UDP last.
  void forget_after(int seconds) const {
    for (const char* const which : {"udp_timeout", "udp_timeout_stream"}) {
      router_.run(
          {"sysctl", "-qw", fmt::format("net.netfilter.nf_conntrack_{}={}", which, seconds)});
    }
  }
  void run(std::vector<std::string> command) const { router_.run(std::move(command)); }

 private:
  NetworkNamespace router_;
};

/// A host behind a NAT. We command its phone over a cable of its own, which is no way to the
/// exchange.
class Host {
 public:
  Host(const Nat& nat, const std::string& commands, const std::string& lan)
      : host_(commands), lan_(lan) {
    const std::string cable = "lan" + lan.substr(lan.rfind('.') + 1);
    host_.run(
        {"ip", "link", "add", "lan0", "type", "veth", "peer", "name", cable, "netns", nat.name()});
    host_.run({"ip", "addr", "add", address() + "/24", "dev", "lan0"});
    host_.run({"ip", "link", "set", "lan0", "up"});
    nat.run({"ip", "addr", "add", lan_ + ".1/24", "dev", cable});
    nat.run({"ip", "link", "set", cable, "up"});
    host_.run({"ip", "route", "replace", "default", "via", lan_ + ".1"});
  }
  std::string address() const { return lan_ + ".9"; }
  void put(PhoneOptions& options, const std::string& server) const {
    options.launcher = host_.inside({});
    options.address = address();
    options.control_address = host_.address();
    options.server = server;
  }

 private:
  NetworkNamespace host_;
  std::string lan_;
};

/// An exchange at an address that NATs can reach.
class NatSite {
 public:
  explicit NatSite(const std::string& address, std::map<std::string, std::string> more = {})
      : address_(address),
        port_(free_ports(2)),
        exchange_({.settings = settings(std::move(more))}) {}

  Exchange& exchange() { return exchange_; }
  std::string server() const { return fmt::format("{}:{}", address_, port_.value()); }
  Phone phone(const std::string& name, const std::string& extension, double tone,
              const Host& host) {
    return exchange_.start_phone(exchange_.add_device(name, extension), tone,
                                 [&](PhoneOptions& options) { host.put(options, server()); });
  }
  /// Where the exchange sees its phone.
  std::string seen_at(const std::string& name) {
    for (const auto& registration : exchange_.ask_sipd("registration.list")) {
      if (core::text_at(registration, "name") == name)
        return core::text_at(registration, "address");
    }
    return {};
  }

 private:
  std::map<std::string, std::string> settings(std::map<std::string, std::string> more) const {
    more["sip.listen"] = fmt::format("[\"udp:{0}:{1}\", \"tcp:{0}:{1}\"]", address_, port_.value());
    more["media.address"] = fmt::format("\"{}\"", address_);
    return more;
  }

  std::string address_;
  core::Port port_;
  Exchange exchange_;
};

void change_setting(const std::filesystem::path& file, const std::string& from,
                    const std::string& to) {
  std::ifstream before(file);
  std::string text{std::istreambuf_iterator<char>(before), std::istreambuf_iterator<char>()};
  text.replace(text.find(from), from.size(), to);
  std::ofstream(file) << text;
}

void call_and_hear(NatSite& site, Phone& caller, Phone& called, const std::string& dialled) {
  talk_for_a_while(caller, called, dialled);
  check_they_heard_each_other(caller, called);
  check_both_are_recorded(site.exchange());
}

TEST_CASE("nat: phones behind one NAT, and behind two, call each other both ways, recorded",
          "[scenario][nat]") {
  const Nat left(own_network(0));
  const Nat right(own_network(1));
  const Host first(left, own_network(2), "192.168.71");
  const Host second(left, own_network(3), "192.168.72");
  const Host third(right, own_network(4), "192.168.73");
  NatSite site(own_network(0) + ".1");
  auto alice = site.phone("alice", "101", kCallerTone, first);
  auto bob = site.phone("bob", "102", kCalledTone, second);
  CHECK(site.seen_at("alice").starts_with(left.address() + ":"));
  CHECK(site.seen_at("bob").starts_with(left.address() + ":"));
  CHECK(site.seen_at("alice") != site.seen_at("bob"));
  call_and_hear(site, alice, bob, "102");
  bob.stop();
  auto carol = site.phone("carol", "103", kCalledTone, third);
  CHECK(site.seen_at("carol").starts_with(right.address() + ":"));
  call_and_hear(site, alice, carol, "103");
}

TEST_CASE("nat: a phone whose mapping would be forgotten is kept reachable by OPTIONS",
          "[scenario][nat]") {
  const Nat nat(own_network(5));
  nat.forget_after(kMappingSeconds);
  const Host host(nat, own_network(6), "192.168.74");
  NatSite site(own_network(5) + ".1", {{"sip.nat_keepalive", "\"1s\""}});
  Exchange& exchange = site.exchange();
  auto called = site.phone("bob", "102", kCalledTone, host);
  auto caller = exchange.start_phone(exchange.add_device("alice", "101"), kCallerTone,
                                     [&](PhoneOptions& options) {
                                       options.server = site.server();
                                       options.address = own_network(5) + ".1";
                                     });
  // Time is all that makes a NAT forget.
  TwoPhones::talk(Seconds(3 * kMappingSeconds));
  REQUIRE(caller.dial("102"));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));

  // Without, the same phone cannot be reached: the NAT does forget.
  caller.forget_events();
  called.forget_events();
  exchange.sipd().stop();
  change_setting(exchange.config_file(), "sip.nat_keepalive = \"1s\"",
                 "sip.nat_keepalive = \"0s\"");
  exchange.start_sipd();
  TwoPhones::talk(Seconds(3 * kMappingSeconds));
  REQUIRE(caller.dial("102"));
  CHECK_FALSE(called.wait_for("CALL_INCOMING", Seconds(3)));
}

}  // namespace
}  // namespace trunkline::test
