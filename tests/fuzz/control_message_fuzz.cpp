// SPDX-License-Identifier: MIT
// Any bytes as one line of the control protocol: read or refused, and what was read is written so
// that it reads the same.

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "control/message.h"
#include "fuzz/target.h"

namespace {

namespace control = trunkline::control;

std::string_view without_newline(const std::string& wire) {
  return std::string_view(wire).substr(0, wire.size() - 1);
}

void check_request(std::string_view line) {
  (void)control::id_of(line);
  const auto request = control::parse_request(line);
  if (!request) return;
  const std::string wire = control::to_wire(*request);
  const auto again = control::parse_request(without_newline(wire));
  assert(again && again->id == request->id && again->verb == request->verb);
  assert(control::to_wire(*again) == wire);
}

void check_incoming(std::string_view line) {
  const auto incoming = control::parse_incoming(line);
  if (!incoming) return;
  assert(incoming->answer.has_value() != incoming->event.has_value());
  if (incoming->event) {
    const std::string wire = control::to_wire(*incoming->event);
    assert(control::parse_incoming(without_newline(wire)));
    return;
  }
  const std::string wire = control::to_wire(*incoming->answer);
  const auto again = control::parse_incoming(without_newline(wire));
  assert(again && again->answer && control::to_wire(*again->answer) == wire);
}

}  // namespace

FUZZ_TARGET(control_message) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  check_request(line);
  check_incoming(line);
  return 0;
}
