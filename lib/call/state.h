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
  unsigned group = 0;        ///< those of the device dialled first, or of a redirection's
  bool is_spare = false;     ///< see Target
  bool is_followed = false;  ///< it redirected, and others were dialled instead
  bool is_ringing = false;
  bool is_cancelled = false;               ///< CANCEL was sent to it
  bool owes_bye_answer = false;            ///< its BYE waits for our 200
  bool awaits_bye_answer = false;          ///< our BYE waits for its 200
  bool awaits_acknowledgement = false;     ///< of our 2xx, to its INVITE or re-INVITE
  bool withholds_acknowledgement = false;  ///< its 2xx carries an offer not answered yet
  bool has_on_hold = false;                ///< it put the other side on hold
  int failed_with = 0;                     ///< final status of a branch that failed
  std::string failure = {};
  Reasons failure_reasons = {};

  Extensions says = {};           ///< of the extensions it knows, what it said last
  std::string sdp = {};           ///< what it described last
  std::string sdp_told = {};      ///< what was described to it last
  bool has_early_dialog = false;  ///< a reliable provisional answer of it made one (RFC 3262)
  /// The offer and answer of its INVITE are exchanged for good, though it may have no final answer.
  bool has_settled_offer = false;
  bool awaits_prack = false;   ///< of our reliable provisional answer
  bool prack_settles = false;  ///< which had the answer to its offer, or an offer
  std::optional<std::uint32_t> owed_prack =
      {};  ///< its reliable answer's offer is not answered yet

  core::Seconds session_interval{0};  ///< of its session timer; 0: it has none
  bool has_session_timers = false;
  bool is_refreshed_by_us = false;
  /// Our own request to it that only refreshes has no final answer yet.
  enum class Refresh : std::uint8_t { none, by_update, by_invite };
  Refresh refresh = Refresh::none;
};

/// An offer and answer under way inside the dialog (RFC 3261 section 14, RFC 3311).
struct Renegotiation {
  /// The request that carries the offer.
  enum class Method : std::uint8_t { invite, update, prack };
  enum class Step : std::uint8_t {
    offering,       ///< the relay rewrites the offer
    relaying,       ///< the request to the other side has no final answer yet
    answering,      ///< the relay rewrites the answer
    acknowledging,  ///< the asking side has its 200 to a re-INVITE, and must ACK
    abandoned,      ///< the asking side has its answer; the other side's is still to come
  };
  LegId from;
  LegId to;
  unsigned transaction = 0;
  unsigned media_request = 0;        ///< the relay's part under way
  bool is_offered_by_other = false;  ///< the re-INVITE came without SDP
  bool puts_on_hold = false;
  Step step = Step::offering;
  Method asked_by = Method::invite;
  Method passed_by = Method::invite;  ///< invite or update
  bool has_raised_session = false;    ///< after a 422
  Extensions says = {};               ///< of the asking request
};

/// An INFO on its way through.
struct PassedInfo {
  unsigned number = 0;
  LegId from;
  unsigned transaction = 0;
};

/// What a request to the media relay was for.
enum class MediaPurpose : std::uint8_t {
  offer,            ///< of the caller's INVITE, or of the called 2xx when that made the offer
  early_answer,     ///< of a provisional answer
  early_offer,      ///< of a reliable provisional answer to an INVITE without one
  early_completed,  ///< its answer, of the caller's PRACK
  answer,           ///< that completes the call
  reoffer,
  reanswer,
  refreshed,  ///< the answer to a re-INVITE that only refreshed: nobody waits for what it becomes
  remove,
};
struct MediaRequest {
  unsigned number = 0;
  MediaPurpose purpose = MediaPurpose::offer;
  int status = 0;              ///< early_*: the provisional status that carried it
  bool is_definitive = false;  ///< early_answer: nothing later changes it
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

/// The contacts of one device. Those of a redirection are dialled when the group before them has
/// failed, the first of them at once.
struct Group {
  Party called = {};
  std::optional<unsigned> next = {};  ///< of the same redirection
  std::optional<core::RecordingId> recording = {};
  std::string recording_rule = {};
  bool is_dialled = false;
};

struct State {
  Phase phase = Phase::fresh;
  bool is_offered_by_called = false;  ///< the caller's INVITE came without SDP
  bool is_answer_committed = false;   ///< only the caller's PRACK is waited for
  bool has_media = false;             ///< an offer was made to the relay
  bool media_removed = false;         ///< DeleteMedia was asked for
  bool is_end_settled = false;        ///< the call.ended entry is on disk, or cannot be written
  std::optional<LegId> winner = {};
  std::optional<LegId> early_media_from = {};
  Record record = {};
  std::vector<Leg> legs = {};      ///< [0] is the caller's
  std::vector<Group> groups = {};  ///< [0] is the called device's
  core::Milliseconds ring_timeout = core::Seconds(60);
  SessionPolicy session_policy = {};

  struct WaitingProgress {
    int status = 180;
    std::string sdp = {};
  };
  std::vector<WaitingProgress> waiting_progress = {};  ///< until the caller's PRACK
  std::string answer = {};  ///< SDP for the caller's 200, while its entry is being written
  /// When the called phone hung up while its answer was still on the way to the caller.
  struct EarlyHangUp {
    core::SteadyTime at;
    Reasons reasons;
  };
  std::optional<EarlyHangUp> early_hang_up = {};

  std::optional<Renegotiation> renegotiation = {};
  std::vector<PassedInfo> infos = {};
  std::vector<MediaRequest> media_requests = {};
  std::vector<std::string> passed_on = {};  ///< Reason headers of the side that ended it
  core::Seconds least_session{0};           ///< of a 422 to the caller

  unsigned next_info = 1;
  unsigned next_request = 1;
  unsigned next_ticket = 1;
  unsigned started_ticket = 0;
  unsigned answered_ticket = 0;
  unsigned ended_ticket = 0;

  const Leg& leg(LegId id) const { return legs.at(id.value()); }
  Leg& leg(LegId id) { return legs.at(id.value()); }
  bool is_live() const { return phase != Phase::fresh && phase != Phase::finished; }
};

}  // namespace trunkline::call
