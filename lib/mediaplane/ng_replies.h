// SPDX-License-Identifier: MIT
#pragma once

// The dictionaries that rtpengine 10.5 answers to query and delete, made of a call and its figures.
// Pure.

#include "mediaplane/call.h"
#include "mediaplane/counters.h"
#include "ng/bencode.h"

namespace trunkline::mediaplane {

/// created, created_us, "last signal", SSRC, tags with their medias and streams, totals.
ng::Dictionary call_dictionary(const Call& call, const SessionCounters& counters, core::Time now);

}  // namespace trunkline::mediaplane
