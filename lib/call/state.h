// SPDX-License-Identifier: MIT
#pragma once

// Everything a call is, as one value. Only call::step() changes it; others read it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "call/event.h"

namespace trunkline::call {

/// A leg's dialog, from both sides' view.
enum class Dialog : std::uint8_t {
  none,            ///< not dialled yet
  invited,         ///< the INVITE has no final answer yet
  unacknowledged,  ///< it has a 2xx, whose ACK is outstanding
  confirmed,
  over,
};
std::string_view name_of(Dialog dialog);

struct Leg {
  Dialog dialog = Dialog::none;
  std::string call_id = {};
  std::string address = {};
  bool is_ringing = false;
  bool is_cancelled = false;               ///< CANCEL was sent to it
  bool owes_bye_answer = false;            ///< its BYE waits for our 200
  bool awaits_bye_answer = false;          ///< our BYE waits for its 200
  bool awaits_acknowledgement = false;     ///< of our 2xx, to its INVITE or re-INVITE
  bool withholds_acknowledgement = false;  ///< its 2xx carries an offer not answered yet
  bool has_on_hold = false;                ///< it put the other side on hold
  int failed_with = 0;                     ///< final status of a branch that failed
  std::string failure = {};
};

/// An offer and answer under way inside the dialog (RFC 3261 section 14).
struct Renegotiation {
  enum class Step : std::uint8_t {
    offering,       ///< the relay rewrites the offer
    relaying,       ///< the re-INVITE to the other side has no final answer yet
    answering,      ///< the relay rewrites the answer
    acknowledging,  ///< the asking side has its 200, and must ACK
    abandoned,      ///< the asking side has its answer; the other side's is still to come
  };
  LegId from;
  LegId to;
  unsigned transaction = 0;
  unsigned media_request = 0;        ///< the relay's part under way
  bool is_offered_by_other = false;  ///< the re-INVITE came without SDP
  bool puts_on_hold = false;
  Step step = Step::offering;
};

/// What a request to the media relay was for.
enum class MediaPurpose : std::uint8_t {
  offer,         ///< of the caller's INVITE, or of the called 2xx when that made the offer
  early_answer,  ///< of a provisional answer
  answer,        ///< that completes the call
  reoffer,
  reanswer,
  remove,
};
struct MediaRequest {
  unsigned number = 0;
  MediaPurpose purpose = MediaPurpose::offer;
  int status = 0;  ///< early_answer: the provisional status that carried it
};

enum class Phase : std::uint8_t {
  fresh,      ///< nothing happened yet
  offering,   ///< the relay rewrites the caller's offer
  dialling,   ///< called legs are invited
  answering,  ///< one has answered; the relay and the journal are at work
  connected,  ///< the caller has its 200
  ending,     ///< the record is closed; legs, media and journal are still to be settled
  finished,
};
std::string_view name_of(Phase phase);

struct State {
  Phase phase = Phase::fresh;
  Record record = {};
  std::vector<Leg> legs = {};  ///< [0] is the caller's
  std::optional<LegId> winner = {};
  bool is_offered_by_called = false;  ///< the caller's INVITE came without SDP
  core::Milliseconds ring_timeout = core::Seconds(60);

  std::optional<Renegotiation> renegotiation = {};
  std::vector<MediaRequest> media_requests = {};
  bool has_media = false;      ///< an offer was made to the relay
  bool media_removed = false;  ///< DeleteMedia was asked for
  std::optional<LegId> early_media_from = {};
  std::string answer = {};  ///< SDP for the caller's 200, while its entry is being written

  /// When the called phone hung up while its answer was still on the way to the caller.
  std::optional<core::SteadyTime> early_hang_up = {};

  unsigned next_request = 1;
  unsigned next_ticket = 1;
  unsigned started_ticket = 0;
  unsigned answered_ticket = 0;
  unsigned ended_ticket = 0;
  bool is_end_settled = false;  ///< the call.ended entry is on disk, or cannot be written

  const Leg& leg(LegId id) const { return legs.at(id.value()); }
  Leg& leg(LegId id) { return legs.at(id.value()); }
  bool is_live() const { return phase != Phase::fresh && phase != Phase::finished; }
};

}  // namespace trunkline::call
