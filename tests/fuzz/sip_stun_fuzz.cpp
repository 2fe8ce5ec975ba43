// SPDX-License-Identifier: MIT

// Any datagram that might be STUN: an answer is small, and none to what is no request.

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "sip/stun.h"

FUZZ_TARGET(sip_stun) {
  using namespace trunkline;
  const core::ByteView datagram(reinterpret_cast<const std::byte*>(data), size);
  const core::Bytes answer = sip::stun_answer(datagram, os::Address::loopback(core::Port(5060)));
  if (answer.size() > 44 || answer.size() % 4 != 0) std::abort();
  if (!answer.empty() && size < 20) std::abort();
  return 0;
}
