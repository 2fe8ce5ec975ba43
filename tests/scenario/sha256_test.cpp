// SPDX-License-Identifier: MIT

// A device whose challenge is SHA-256 (RFC 7616, RFC 8760), with the phone among the real ones that
// speaks it: linphone-daemon registers and calls; both requests are challenged.

#include <fmt/format.h>
#include <unistd.h>

#include "os/atomic_file.h"
#include "os/fd.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

/// A linphone-daemon that registers as the device, and takes orders.
class Linphone {
 public:
  Linphone(const Exchange& exchange, const TestDevice& device) {
    // Without this folder it has no database, and without one it never registers.
    std::filesystem::create_directories(folder_.path() / ".local/share/linphone");
    const auto settings = fmt::format(
        "[sip]\nsip_port=-1\nsip_tcp_port=0\nsip_tls_port=0\ndefault_proxy=0\nmedia_encryption="
        "none\n"
        "[sound]\nplayback_dev_id=none\ncapture_dev_id=none\n"
        "[proxy_0]\nreg_proxy=<sip:{0};transport=udp>\nreg_route=<sip:{0};transport=udp;lr>\n"
        "reg_identity=sip:{1}@{2}\nreg_sendregister=1\nreg_expires=600\n"
        "[auth_info_0]\nusername={1}\npasswd={3}\nrealm={2}\nalgorithm=SHA-256\n"
        "available_algorithms=SHA-256\n",
        exchange.sip_address(), device.name, device.domain, device.password.reveal_text());
    const auto file = folder_.path() / "linphonerc";
    REQUIRE(os::write_atomically(file, core::as_bytes(settings), 0600));
    os::Pipe orders = os::make_pipe();
    auto child = os::Child::spawn(
        {.arguments = {"linphone-daemon", "--config", file.string(), "--log", log().string()},
         .environment = {{"HOME", folder_.path().string()}},
         .directory = folder_.path(),
         .input = os::Stream::of(orders.read_end.get()),
         .output = os::Stream::file(folder_.path() / "said"),
         .errors = os::Stream::file(folder_.path() / "said")});
    child_ = core::value_or_throw(std::move(child));
    orders_ = std::move(orders.write_end);
  }

  void order(const std::string& words) {
    const std::string line = words + "\n";
    REQUIRE(::write(orders_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  }
  std::filesystem::path log() const { return folder_.path() / "log"; }
  std::string said() const { return text_of(folder_.path() / "said"); }

 private:
  TemporaryDirectory folder_;
  os::Fd orders_;
  os::Child child_;
};

TEST_CASE("sha256: linphone registers and calls with it", "[scenario]") {
  Exchange exchange;
  const TestDevice alice = exchange.add_device("alice", "101", {"--algorithm", "sha256"});
  const TestDevice bob = exchange.add_device("bob", "102");
  auto called = exchange.start_phone(bob, kCalledTone);
  Linphone phone(exchange, alice);
  const auto registered = [&] { return exchange.ask_sipd("registration.list"); };
  INFO(phone.said());
  REQUIRE(wait_until([&] { return registered().size() == 2; }, kWait));

  phone.order(fmt::format("call sip:102@{}", alice.domain));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(wait_until(
      [&] { return text_of(phone.log()).find("CallStreamsRunning") != std::string::npos; }, kWait));
  phone.order("terminate");
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));
  const auto calls = [&] { return exchange.tool_json("cdrctl", {"list"}); };
  REQUIRE(wait_until(
      [&] {
        const auto listed = calls();
        return listed.size() == 1 && core::text_at(listed[0], "disposition") == "answered";
      },
      kWait));
  CHECK(core::text_at(calls()[0].at("caller"), "name") == "alice");

  // The challenge names SHA-256 alone, and the answer to it is SHA-256's.
  const std::string log = text_of(phone.log());
  CHECK(log.find("algorithm=SHA-256") != std::string::npos);
  CHECK(log.find("algorithm=MD5") == std::string::npos);
  phone.order("quit");
}

}  // namespace
}  // namespace trunkline::test
