// SPDX-License-Identifier: MIT

// Any datagram: what is read as a plain REGISTER is what Sofia reads, and its answer is one
// message.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "fuzz/target.h"
#include "sip/plain_register.h"
#include "sip/plain_reply.h"
#include "sip/plain_requests.h"
#include "sip/read.h"

FUZZ_TARGET(sip_plain_register) {
  using namespace trunkline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto plain = sip::read_plain_register(bytes);
  if (!plain) return 0;
  const sip::MessageRef message = sip::parse_datagram(bytes);
  if (!message) std::abort();
  const sip_t* parsed = sip_object(message.get());
  if ((parsed->sip_flags & MSG_FLG_ERROR) != 0 || sip_sanity_check(parsed) < 0) std::abort();
  const std::string difference = sip_test::difference(plain->request, sip::read_request(*parsed));
  if (!difference.empty()) {
    std::cerr << difference << '\n';
    std::abort();
  }
  const sip::RepeatedLines lines(plain->repeated, sip::Endpoint{.host = "192.0.2.1", .port = 5060});
  const std::string answer =
      lines.answer({.status = 200, .content = {.headers = plain->request.headers}}, "t", "s");
  if (answer.find("\r\n\r\n") != answer.size() - 4) std::abort();
  return 0;
}
