// SPDX-License-Identifier: MIT

// Any stored open call: read, closed as interrupted, written and read back the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "call/record.h"
#include "exchange/call_name.h"
#include "exchange/open_call.h"
#include "fuzz/target.h"

FUZZ_TARGET(exchange_open_call) {
  using namespace trunkline;
  const auto open =
      exchange::parse_open_call(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!open) return 0;
  const auto record = core::parse_json(open->record);
  if (!record) std::abort();
  (void)exchange::is_named(*record, "abcd");
  const auto closed = call::interrupted(*record, core::from_microseconds(0));
  if (closed && core::text_at(*closed, "disposition") != "interrupted") std::abort();
  const std::string text = exchange::to_text(*open);
  const auto again = exchange::parse_open_call(text);
  if (!again || exchange::to_text(*again) != text) std::abort();
  return 0;
}
