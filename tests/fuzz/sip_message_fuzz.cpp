// SPDX-License-Identifier: MIT

// Any datagram: parsed as nta parses it, checked as nta checks it, then read into our values and
// those written again.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "sip/compose.h"
#include "sip/read.h"

FUZZ_TARGET(sip_message) {
  using namespace trunkline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const sip::MessageRef message = sip::parse_datagram(bytes);
  if (!message) return 0;
  const sip_t* parsed = sip_object(message.get());
  if ((parsed->sip_flags & MSG_FLG_ERROR) != 0 || sip_sanity_check(parsed) < 0) return 0;
  for (const sip_via_t* via = parsed->sip_via; via != nullptr; via = via->v_next) {
    if (via->v_maddr != nullptr) std::abort();
  }
  if (parsed->sip_request != nullptr) {
    const sip::Request request = sip::read_request(*parsed);
    const std::string party = sip::party_text(request.from);
    if (party.find_first_of("\r\n") != std::string::npos) std::abort();
    (void)sip::q850_cause(request.headers);
    for (const sip::Contact& contact : request.contacts) {
      // What we write we can read again.
      const auto again = sip::Uri::parse(contact.uri.text());
      if (again) (void)sip::is_equivalent(*again, contact.uri);
    }
    const sip::Composed composed(sip::Content{.headers = request.headers, .body = request.body});
    if (composed.headers() != nullptr) (void)std::string_view(composed.headers()).size();
  } else if (parsed->sip_status != nullptr) {
    (void)sip::read_response(*parsed);
  }
  return 0;
}
