// SPDX-License-Identifier: MIT

// Any bytes as NG's JSON: what is understood must be written and read back the same, and where the
// object ends must be found where it did end.

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "ng/json.h"

FUZZ_TARGET(ng_json) {
  using namespace trunkline::ng;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto length = json_length(bytes);
  if (length && *length && (**length == 0 || **length > size)) std::abort();
  const auto read = parse_json_dictionary(bytes);
  if (!read) return 0;
  const auto written = to_json(*read);
  const auto again = parse_json_dictionary(written);
  if (!again || *again != *read) std::abort();
  const auto whole = json_length(written);
  if (!whole || *whole != written.size()) std::abort();
  return 0;
}
