// SPDX-License-Identifier: MIT

// Any value of Session-Expires and Reason: read within its bounds, and what we write of it is read
// the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "exchange/extensions.h"
#include "fuzz/target.h"

FUZZ_TARGET(exchange_extensions) {
  using namespace trunkline;
  const std::string value(reinterpret_cast<const char*>(data), size);
  const call::SessionTerms terms = exchange::parse_session_expires(value);
  if (terms.expires.count() < 0 || terms.expires.count() > UINT32_MAX) std::abort();
  const auto written = exchange::session_headers(terms);
  if (const auto again = sip::find_header(written, "Session-Expires")) {
    if (!(exchange::parse_session_expires(*again) == terms)) std::abort();
  } else if (terms.expires.count() != 0) {
    std::abort();
  }
  const auto reasons = exchange::reasons_of({{"Reason", value}, {"Min-SE", value}});
  if (reasons.values.size() > 1) std::abort();
  if (exchange::reason_headers(16, "", reasons.values).size() > 2) std::abort();
  if (exchange::least_session_of({{"Min-SE", value}}).count() > UINT32_MAX) std::abort();
  return 0;
}
