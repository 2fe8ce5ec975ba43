// SPDX-License-Identifier: MIT
#pragma once

// One call between a caller and the contacts of a called device, as a pure function: no socket, no
// clock, no disk. What it promises, whatever the order of events:
//
//  - the caller's INVITE gets exactly one final answer, and so does every re-INVITE;
//  - no final answer leaves before the entry that tells of it is on disk (or, when the journal
//    cannot write, is known not to be: then the caller gets 503);
//  - every dialled leg is cancelled, acknowledged or hung up until it is over;
//  - exactly one call.ended; the media session is deleted exactly once if it was ever asked for;
//  - Finish is the last action, and after it none follows.
//
// Events that do not fit (late, doubled, of a leg that is over) change nothing.

#include "call/action.h"
#include "call/event.h"
#include "call/state.h"

namespace trunkline::call {

struct Step {
  State state;
  Actions actions;
};

[[nodiscard]] Step step(State state, const Event& event);

}  // namespace trunkline::call
