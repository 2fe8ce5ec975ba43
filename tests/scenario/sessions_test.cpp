// SPDX-License-Identifier: MIT

// What phones really say, by sipp: session timers (RFC 4028), reliable provisional answers (RFC
// 3262), UPDATE (RFC 3311), late offers.

#include "scenario/sipp_phones.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

TEST_CASE("sessions: timers, PRACK, UPDATE and late offers on the wire", "[scenario]") {
  Exchange exchange({.settings = {{"sip.min_se", "\"4s\""}}});
  const std::string kSession = "Supported: timer\nSession-Expires: ";
  play(exchange, {{.name = "no PRACK",
                   .caller = "caller_never_pracks",
                   .called = "called_rings_reliably_for_ever",
                   .caller_headers = "Supported: 100rel\n",
                   .disposition = "failed",
                   .sip_status = 504,
                   .ended_by = "system",
                   .q850_cause = 102},
                  {.name = "no refresh",
                   .caller = "caller_forgets_session",
                   .called = "called",
                   .caller_headers = kSession + "6;refresher=uac\n",
                   .disposition = "answered",
                   .ended_by = "system",
                   .q850_cause = 102},
                  {.name = "refreshed by the caller",
                   .caller = "caller_refreshes",
                   .called = "called",
                   .caller_headers = kSession + "12;refresher=uac\n",
                   .disposition = "answered",
                   .ended_by = "caller"},
                  {.name = "refreshed by us",
                   .caller = "caller_is_hung_up",
                   .called = "called_is_refreshed",
                   .disposition = "answered",
                   .ended_by = "called"},
                  {.name = "interval too small",
                   .caller = "caller_refused",
                   .called = "",
                   .caller_headers = kSession + "2\n",
                   .status = "422",
                   .disposition = "refused",
                   .sip_status = 422,
                   .ended_by = "system",
                   .q850_cause = 31},
                  {.name = "PRACK and UPDATE",
                   .caller = "caller_pracks",
                   .called = "called_rings_reliably",
                   .caller_headers = "Supported: 100rel\n",
                   .disposition = "answered",
                   .ended_by = "caller"},
                  {.name = "late offer",
                   .caller = "caller_late_offer",
                   .called = "called_late_offer",
                   .disposition = "answered",
                   .ended_by = "caller"}});
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
