// SPDX-License-Identifier: MIT

// The guard of a real exchange: who guesses passwords is banned and told why, a phone's address is
// spared and that is said, a device has its limits, and a flood costs nobody a call. Sources are
// addresses of 127.0.0.0/8 of their own, which guard.allow leaves out here.

#include <atomic>
#include <random>

#include "os/atomic_file.h"
#include "os/socket.h"
#include "scenario/two_phones.h"
#include "support/free_ports.h"
#include "support/sipp.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

const std::string kStranger = "127.0.0.66";
const std::string kPhones = "127.0.0.1";

ExchangeOptions guarded(std::map<std::string, std::string> settings = {}) {
  settings.emplace("guard.allow", "[]");
  return {.settings = std::move(settings)};
}

SippOptions registration(const Exchange& exchange, const TestDevice& device, core::Port port,
                         const std::string& address = kPhones) {
  return {.scenario = "register",
          .remote = exchange.sip_address(),
          .local_port = port,
          .name = device.name,
          .password = device.password,
          .keys = {{"expires", "300"}},
          .timeout = Seconds(20),
          .address = address};
}

/// Tries passwords for a device, each in a call of sipp's of its own.
SippResult guess(const Exchange& exchange, const TestDevice& device, const std::string& address,
                 unsigned times) {
  auto options = registration(exchange, device, free_ports(2), address);
  options.password = core::Secret(std::string_view("wrong"));
  options.calls = times;
  options.calls_per_second = 20;
  options.timeout = Seconds(8);
  return Sipp::run(std::move(options));
}

core::Json why(const Exchange& exchange, const std::string& address) {
  return exchange.tool_json("sipctl", {"ban", "why", address}).at(0);
}

core::Json guard_status(const Exchange& exchange) {
  return exchange.ask_sipd("status").at(0).at("guard");
}

std::unique_ptr<Sipp> called_phone(const Exchange& exchange, const TestDevice& device) {
  const core::Port port = free_ports(2);
  REQUIRE(Sipp::run(registration(exchange, device, port)).is_good());
  return std::make_unique<Sipp>(SippOptions{.scenario = "called",
                                            .local_port = port,
                                            .name = device.name,
                                            .calls = 100'000,
                                            .timeout = Seconds(120)});
}

SippOptions caller(const Exchange& exchange, const TestDevice& device, unsigned calls,
                   double calls_per_second) {
  return {.scenario = "caller",
          .remote = exchange.sip_address(),
          .name = device.name,
          .password = device.password,
          .keys = {{"dialled", "102"}},
          .calls = calls,
          .calls_per_second = calls_per_second,
          .timeout = Seconds(40)};
}

/// Bad packets from one address, at a steady rate, until it is told to stop.
class Flood {
 public:
  Flood(const os::Address& target, unsigned per_second)
      : thread_([this, target, per_second] { send(target, per_second); }) {}
  ~Flood() { stop(); }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::uint64_t sent() const { return sent_; }

 private:
  static std::vector<std::string> packets() {
    std::mt19937 random(4714);
    std::vector<std::string> made{"INVITE sip:900@x SIP/2.0\r\nFrom: nobody\r\n\r\n",
                                  "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nCSeq: x\r\n\r\n",
                                  "OPTIONS sip:100@x SIP/2.0\r\n\r\n"};
    for (int i = 0; i < 20; ++i) {
      std::string garbage(20 + random() % 400, '\0');
      for (char& byte : garbage) byte = static_cast<char>(random());
      made.push_back(std::move(garbage));
    }
    return made;
  }
  void send(const os::Address& target, unsigned per_second) {
    const auto socket = core::value_or_throw(
        os::bind_udp(os::Address::parse_host(kStranger)->with_port(core::Port(0))));
    const auto bad = packets();
    const auto begin = std::chrono::steady_clock::now();
    while (!is_over_) {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
      const auto due = static_cast<std::uint64_t>(passed.count() * per_second);
      for (; sent_ < due; ++sent_) {
        (void)os::send_to(socket.get(), core::as_bytes(bad[sent_ % bad.size()]), target);
      }
      std::this_thread::sleep_for(Milliseconds(1));
    }
  }

  std::atomic<bool> is_over_ = false;
  std::atomic<std::uint64_t> sent_ = 0;
  std::thread thread_;
};

TEST_CASE("guard: brute force is banned, and why is told", "[scenario]") {
  Exchange exchange(guarded());
  const TestDevice alice = exchange.add_device("alice", "101");
  CHECK_FALSE(guess(exchange, alice, kStranger, 10).is_good());
  REQUIRE(wait_until([&] { return core::bool_at(why(exchange, kStranger), "is_banned"); }, kWait));
  const core::Json told = why(exchange, kStranger);
  CHECK(core::text_at(told, "rule") == "guard.ban.passwords");
  CHECK(core::text_at(told, "reason").find("alice") != std::string::npos);
  CHECK(core::text_at(told, "advice").find("sipctl ban remove " + kStranger) != std::string::npos);

  // The right password is not heard either, not after a restart, until somebody lifts the ban.
  exchange.sipd().kill9();
  exchange.start_sipd();
  const auto listed = exchange.tool_json("sipctl", {"ban", "list"});
  REQUIRE(listed.size() == 1);
  CHECK(core::text_at(listed[0], "address") == kStranger);
  CHECK(core::text_at(listed[0], "until") == core::text_at(told, "until"));
  auto unheard = registration(exchange, alice, free_ports(2), kStranger);
  unheard.timeout = Seconds(2);
  CHECK_FALSE(Sipp::run(unheard).is_good());
  CHECK(core::number_at(guard_status(exchange), "dropped_by_kernel") > 0);
  const auto lifted = exchange.tool_json("sipctl", {"ban", "remove", kStranger});
  CHECK_FALSE(core::bool_at(lifted.at(0), "is_banned"));
  // The device is open to whoever knows its password once it has another.
  CHECK(exchange.tool_json("sipctl", {"ban", "list"}).empty());
}

TEST_CASE("guard: the address of a phone is spared, and that is said", "[scenario]") {
  Exchange exchange(guarded());
  TwoPhones phones(exchange);
  CHECK_FALSE(guess(exchange, phones.alice(), kPhones, 8).is_good());
  REQUIRE(wait_until([&] { return !why(exchange, kPhones).at("findings").empty(); }, kWait));
  const core::Json told = why(exchange, kPhones);
  INFO(core::to_line(told));
  CHECK_FALSE(core::bool_at(told, "is_banned"));
  CHECK(core::number_at(told, "registrations") == 2);
  bool is_said = false;
  for (const core::Json& finding : told.at("findings")) {
    is_said = is_said || core::text_at(finding, "event") == "spared";
  }
  CHECK(is_said);
  CHECK(exchange.sipd().log().find("2 phones are registered from there") != std::string::npos);
  phones.whole_call();
}

TEST_CASE("guard: a device has its limits, and each refusal has its rule", "[scenario]") {
  Exchange exchange(guarded({{"guard.device_calls", "2"}, {"guard.ban_scanners", "false"}}));
  const TestDevice alice = exchange.add_device("alice", "101");
  const TestDevice carol = exchange.add_device("carol", "103");
  const auto called = called_phone(exchange, exchange.add_device("bob", "102"));
  auto options = caller(exchange, alice, 6, 50);
  options.talk = Seconds(2);
  const auto result = Sipp::run(options);
  CHECK(result.successful == 2);
  CHECK(result.failed == 4);
  CHECK(core::number_at(guard_status(exchange).at("refused"), "guard.device.calls") == 4);
  REQUIRE(wait_until([&] { return is_shipped(exchange); }, kWait));
  CHECK(count(exchange, db::Statement{"SELECT count(*) AS n FROM trunkline.cdr"
                                      " WHERE rule = 'guard.device.calls' AND sip_status = 403"
                                      "   AND disposition = 'refused'"}) == 4);
  // Another device has its own, and places come back.
  CHECK(Sipp::run(caller(exchange, carol, 1, 1)).is_good());
  CHECK(Sipp::run(caller(exchange, alice, 2, 50)).is_good());

  // One that is stored for it goes before the settings', from the moment it is stored.
  const auto version = [&] {
    return core::number_at(exchange.ask_sipd("status").at(0), "directory_version");
  };
  const auto before = version();
  exchange.tool_json("sipctl", {"limit", "set", "--device", "carol", "--calls", "1"});
  REQUIRE(wait_until([&] { return version() > before; }, kWait));
  auto two = caller(exchange, carol, 2, 50);
  two.talk = Seconds(2);
  const auto limited = Sipp::run(two);
  CHECK(limited.successful == 1);
  CHECK(limited.failed == 1);
}

TEST_CASE("guard: a user has limits over all devices of theirs", "[scenario]") {
  Exchange exchange(guarded({{"guard.ban_scanners", "false"}}));
  const TestDevice desk = exchange.add_device("desk", "101");
  const TestDevice mobile = exchange.add_device("mobile", "103");
  const auto called = called_phone(exchange, exchange.add_device("bob", "102"));
  TemporaryDirectory folder;
  const auto password = folder.path() / "password";
  REQUIRE(os::write_atomically(password, core::as_bytes("correct horse"), 0600));
  exchange.tool_json("trunkline", {"user", "add", "carol", "--role", "user", "--password-file",
                                   password.string()});
  exchange.tool_json("sipctl", {"device", "set", "desk", "--owner", "carol"});
  exchange.tool_json("sipctl", {"device", "set", "mobile", "--owner", "carol"});
  const auto version = [&] {
    return core::number_at(exchange.ask_sipd("status").at(0), "directory_version");
  };
  const auto before = version();
  exchange.tool_json("sipctl",
                     {"limit", "set", "--user", "carol", "--calls", "1", "--registrations", "1"});
  REQUIRE(wait_until([&] { return version() > before; }, kWait));

  // One device has the user's one call, so the other has none.
  auto long_call = caller(exchange, desk, 1, 1);
  long_call.talk = Seconds(4);
  Sipp talking(long_call);
  REQUIRE(wait_until([&] { return core::number_at(guard_status(exchange), "calls") == 1; }, kWait));
  CHECK(Sipp::run(caller(exchange, mobile, 1, 1)).failed == 1);
  CHECK(core::number_at(guard_status(exchange).at("refused"), "guard.user.calls") == 1);
  CHECK(talking.wait().is_good());
  CHECK(Sipp::run(caller(exchange, mobile, 1, 1)).is_good());

  // And the same for registrations.
  CHECK(Sipp::run(registration(exchange, desk, free_ports(2))).is_good());
  CHECK(Sipp::run(registration(exchange, mobile, free_ports(2))).failed == 1);
  exchange.tool_json("sipctl", {"device", "set", "desk", "--owner", ""});
  REQUIRE(wait_until(
      [&] { return Sipp::run(registration(exchange, mobile, free_ports(2))).is_good(); }, kWait));
}

TEST_CASE("guard: a flood of bad packets costs nobody a call", "[scenario]") {
  // Calls take longer on a busy machine: ports for many at the same time.
  constexpr std::uint16_t kPorts = 1200;
  const core::Port first = free_ports(kPorts);
  auto settings = guarded({{"log.level", "\"info\""},
                           {"media.rtp_min", std::to_string(first.value())},
                           {"media.rtp_max", std::to_string(first.value() + kPorts - 1)}});
  settings.is_recording = false;
  Exchange exchange(std::move(settings));
  const TestDevice alice = exchange.add_device("alice", "101");
  const auto called = called_phone(exchange, exchange.add_device("bob", "102"));
  CHECK(Sipp::run(registration(exchange, alice, free_ports(2))).is_good());
  const std::size_t log_before = exchange.sipd().log().size();

  constexpr unsigned kRate = 20'000;
  Flood flood(os::Address::loopback(exchange.sip_port()), kRate);
  auto options = caller(exchange, alice, 500, 50);
  const auto began = std::chrono::steady_clock::now();
  const auto result = Sipp::run(options);
  flood.stop();
  const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - began;

  INFO(result.errors);
  CHECK(result.successful == 500);
  CHECK(result.failed == 0);
  CHECK(static_cast<double>(flood.sent()) > 0.9 * kRate * lasted.count());
  const core::Json status = guard_status(exchange);
  INFO(core::to_line(status));
  CHECK(core::number_at(status, "banned") == 1);
  CHECK(core::number_at(status, "dropped_by_kernel") > 100'000);
  CHECK(core::bool_at(why(exchange, kStranger), "is_banned"));
  // Counted, not logged: the calls have their line each, the flood one.
  CHECK(exchange.sipd().log().size() - log_before < 600 * 500);
}

}  // namespace
}  // namespace trunkline::test
