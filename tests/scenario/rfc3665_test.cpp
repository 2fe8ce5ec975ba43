// SPDX-License-Identifier: MIT

// The flows of RFC 3665 as a registrar and a B2BUA sees them. Section numbers are the RFC's; what
// differs by our nature (one exchange stands for both proxies, and it authenticates) is as in 3.3.

#include <fmt/format.h>

#include "scenario/sipp_phones.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

TEST_CASE("rfc3665: registration flows (section 2)", "[scenario]") {
  Exchange exchange;
  const auto bob = exchange.add_device("bob", "102");
  const auto port = free_ports(2);
  const std::string here = "Contact: <sip:bob@[local_ip]:[local_port]>\n";
  const std::string there = "Contact: <sip:bob@[local_ip]:5999>\n";
  const auto says = [&](const std::string& contact, const std::string& expected,
                        const core::Secret& password, const std::string& status = "200") {
    const auto result =
        Sipp::run({.scenario = "register_says",
                   .remote = exchange.sip_address(),
                   .local_port = port,
                   .name = "bob",
                   .password = password,
                   .keys = {{"contact", contact}, {"expected", expected}, {"status", status}}});
    INFO(contact << result.errors);
    CHECK(result.is_good());
  };
  const auto bindings = [&] {
    return core::number_at(exchange.ask_sipd("status").at(0), "registrations");
  };
  const std::string own = fmt::format("sip:bob@127.0.0.1:{}", port.value());
  // 2.1 Successful New Registration
  says(here + "Expires: 600\n", own + ".*expires=600", bob.password);
  CHECK(bindings() == 1);
  // 2.2 Update of Contact List
  says(there + "Expires: 600\n", "sip:bob@127.0.0.1:5999", bob.password);
  CHECK(bindings() == 2);
  // 2.3 Request for Current Contact List
  says("", own, bob.password);
  CHECK(bindings() == 2);
  // 2.4 Cancellation of Registration
  says("Contact: *\nExpires: 0\n", "200 OK", bob.password);
  CHECK(bindings() == 0);
  // 2.5 Unsuccessful Registration
  says(here + "Expires: 600\n", "403 ", core::Secret("not the password"), "403");
  CHECK(bindings() == 0);
}

TEST_CASE("rfc3665: session flows (section 3)", "[scenario]") {
  Exchange exchange({.settings = {{"sip.ring_timeout", "\"3s\""}}});
  play(exchange, {{.name = "3.10 Unsuccessful No Response from User Agent",
                   .caller = "caller_refused",
                   .called = "called_is_silent",
                   .status = "480",
                   .disposition = "failed",
                   .sip_status = 480,
                   .ended_by = "system",
                   .q850_cause = 18},
                  {.name = "3.1, 3.3 Session Establishment, with Proxy Authentication",
                   .caller = "caller",
                   .called = "called",
                   .disposition = "answered",
                   .ended_by = "caller"},
                  {.name = "3.1 with the called side hanging up",
                   .caller = "caller_is_hung_up",
                   .called = "called_hangs_up",
                   .disposition = "answered",
                   .ended_by = "called"},
                  {.name = "3.6 Session with SDP in ACK",
                   .caller = "caller_late_offer",
                   .called = "called_late_offer",
                   .disposition = "answered",
                   .ended_by = "caller"},
                  {.name = "3.7 Session with re-INVITE",
                   .caller = "caller_is_reinvited",
                   .called = "called_reinvites",
                   .disposition = "answered",
                   .ended_by = "caller"},
                  {.name = "3.8 Unsuccessful No Answer",
                   .caller = "caller_cancels",
                   .called = "called_rings",
                   .disposition = "cancelled",
                   .sip_status = 487,
                   .ended_by = "caller"},
                  {.name = "3.9 Unsuccessful Busy",
                   .caller = "caller_refused",
                   .called = "called_busy",
                   .status = "486",
                   .disposition = "busy",
                   .sip_status = 486,
                   .ended_by = "called",
                   .q850_cause = 17},
                  {.name = "3.11 Unsuccessful Temporarily Unavailable",
                   .caller = "caller_refused",
                   .called = "called_refuses",
                   .status = "480",
                   .called_status = "480",
                   .disposition = "failed",
                   .sip_status = 480,
                   .ended_by = "called",
                   .q850_cause = 18}});
}

}  // namespace
}  // namespace trunkline::test
