// SPDX-License-Identifier: MIT
// A journal's body and a time typed by somebody: each reads or gives a fault, and what was read
// writes back the same.
#include <cstdint>
#include <cstdlib>

#include "cdr/call.h"
#include "cdr/period.h"
#include "fuzz/target.h"

FUZZ_TARGET(cdr_call) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)cdr::parse_when(text, core::Time{});
  const core::Result<core::Json> json = core::parse_json(text);
  if (!json) return 0;
  const core::Result<cdr::Call> call = cdr::parse_call(*json);
  if (!call) return 0;
  const core::Json written = cdr::to_json(*call);
  const core::Result<cdr::Call> again = cdr::parse_call(written);
  if (!again || cdr::to_json(*again) != written) std::abort();
  return 0;
}
