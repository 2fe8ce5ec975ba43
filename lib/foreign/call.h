// SPDX-License-Identifier: MIT
#pragma once

// One call as another system recorded it: an Asterisk, a FreeSWITCH, a carrier. Texts are as they
// were written there; numbers become E.164 only on their way into the ledger.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::foreign {

struct Call {
  /// What makes it the same call when it is read again: all of a record that its source calls
  /// unique.
  std::string identity = {};
  std::string key = {};  ///< what people call it there: uniqueid, UUID, SID
  std::string caller_name = {};
  std::string caller = {};
  std::string called_name = {};
  std::string dialled = {};
  std::string called = {};     ///< who was reached, where that is not what was dialled
  std::string direction = {};  ///< inbound, outbound, internal; "": not said
  std::string trunk = {};      ///< what the line to the world is called there
  std::string did = {};        ///< the house's own number that was called, or shown
  std::string campaign = {};
  std::string disposition = {};  ///< ours: answered, busy, missed, ...
  std::optional<int> q850_cause = {};
  std::string reason = {};
  core::Time started_at = {};
  std::optional<core::Time> answered_at = {};
  core::Time ended_at = {};
  /// Answer to end, where the source counts it itself.
  std::optional<core::Milliseconds> talk = {};
};

/// Ends before it starts, is answered outside of its time, has no caller and nobody called: a fault
/// (data) that says which.
[[nodiscard]] core::Result<void> check(const Call& call);

/// The ITU-T Q.850 cause a name of FreeSWITCH or Asterisk stands for: "NORMAL_CLEARING" is 16.
std::optional<int> q850_of(std::string_view name);
/// How a call without an answer ended, by its cause; an unknown one has failed.
std::string disposition_of(std::optional<int> q850_cause);

/// Ours for another system's word: "NO ANSWER", "no-answer" and "missed" are missed. Nothing for a
/// word nobody uses.
std::optional<std::string> disposition_word(std::string_view word);

/// Who was reached, or else what was dialled.
const std::string& reached(const Call& call);
/// Whether it is a phone of the house: digits, six at the most.
bool is_extension(std::string_view number);
/// By the lengths of the numbers, where the source does not say: extensions have six digits at the
/// most. "unknown" where nothing can be said.
std::string guessed_direction(std::string_view caller, std::string_view called);
/// What a call from outside dialled, where it is a number of the public network and so the house's
/// DID; "" for an extension, a name, "s".
std::string did_of(std::string_view dialled);

}  // namespace trunkline::foreign
