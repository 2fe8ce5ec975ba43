// SPDX-License-Identifier: MIT

// A body of any type: the first line is its Content-Type, the rest the body. A description that is
// found lies within the body, and a body that is found whole has nothing unknown.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "sip/body.h"

FUZZ_TARGET(sip_body) {
  using namespace trunkline;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const std::string_view type = input.substr(0, end);
  const std::string_view body =
      end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  const sip::Body found = sip::read_body(type, {{"Accept", std::string(type)}}, body);
  if (body.find(found.sdp) == std::string_view::npos) std::abort();
  if (body.empty() && !(found == sip::Body{})) std::abort();
  (void)sip::accepts_sdp({{"Accept", std::string(type)}});
  return 0;
}
