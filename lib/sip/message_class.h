// SPDX-License-Identifier: MIT
#pragma once

// What Sofia parses our messages with: its own SIP class, but for the headers of header_parsers.h.
// With a Via's maddr, and for some answers without a received, Sofia would resolve a name of the
// sender's while the loop waits, and send the answer there instead of where the request came from.
// An agent with a doorkeeper has a class of its own, whose first lines and ends of headers pass by
// that doorkeeper.

#include "sip/sofia.h"

namespace trunkline::sip {

class Doorkeeper;

/// Lives as long as the process.
const msg_mclass_t* message_class();

/// The class of an agent with a doorkeeper. When this ends everybody is admitted; the class itself
/// lives on, since messages and transactions refer to it, and is used again by another agent.
class GuardedMessageClass {
 public:
  explicit GuardedMessageClass(Doorkeeper* doorkeeper);
  ~GuardedMessageClass();
  GuardedMessageClass(const GuardedMessageClass&) = delete;
  GuardedMessageClass& operator=(const GuardedMessageClass&) = delete;

  const msg_mclass_t* get() const noexcept { return message_class_; }

 private:
  const msg_mclass_t* message_class_;
};

}  // namespace trunkline::sip
