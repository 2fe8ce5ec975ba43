// SPDX-License-Identifier: MIT

// Any datagram and any stream: what is understood must be written and read back the same, and both
// ways of finding a message's end must agree.

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "ng/message.h"

FUZZ_TARGET(ng_message) {
  using namespace trunkline::ng;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto message = parse_message(bytes)) {
    const auto wire = to_wire(message->cookie, message->body, message->form);
    const auto again = parse_message(wire);
    if (!again || again->cookie != message->cookie || again->body != message->body) std::abort();
    (void)message->body.integer("limit");
    (void)message->body.texts("flags");
    (void)accepted(std::move(message->body));
  }
  if (const auto value = parse_bencode(bytes)) {
    const auto length = bencode_length(bytes);
    if (!length || *length != size) std::abort();
  }
  std::string_view stream = bytes;
  while (true) {
    const auto next = next_message(stream);
    if (!next || !*next) break;
    if ((*next)->bytes == 0 || (*next)->bytes > stream.size()) std::abort();
    stream.remove_prefix((*next)->bytes);
  }
  return 0;
}
