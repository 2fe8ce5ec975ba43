// SPDX-License-Identifier: MIT
#pragma once

// The exchange's view of the media relays: sessions offered, answered, deleted and asked about over
// NG, and what recorderd tells on its own (a session without media) over its control socket.
//
// A deletion that no relay answered is kept and sent again when one is back, so that a relay that
// was frozen for a while does not keep sessions of calls that ended meanwhile.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/event.h"
#include "control/subscriber.h"
#include "core/json.h"
#include "core/uuid.h"
#include "ng/client.h"
#include "os/address.h"

namespace trunkline::exchange {

/// Whose session it is, and whether it is recorded.
struct MediaSession {
  core::CallRef call;
  core::TenantId tenant;
  std::optional<core::RecordingId> recording = {};  ///< empty: not recorded
};

/// A session description, whose it is, and where that party's SIP came from ("192.0.2.7:5060"): the
/// relay knows a phone behind a NAT by that.
struct Described {
  call::LegId author;
  std::string_view sdp;
  std::string_view address;
};

enum class SessionFate : std::uint8_t { known, unknown, unreachable };

class Media {
 public:
  using Rewritten = std::function<void(core::Result<std::string> sdp)>;

  struct Events {
    std::function<void(core::CallRef)> timed_out = {};  ///< neither side sends any more
    /// A relay came (back): sessions may be gone.
    std::function<void()> relay_returned = {};
  };

  /// Throws core::Error where a node's address cannot be read.
  /// `own` names this sipd to the relays: what an earlier start of it left there, they end.
  Media(os::Reactor& reactor, core::NodeId own, const std::vector<std::string>& nodes,
        const std::filesystem::path& control, Events events);

  /// `reader` is the address of the party that will read the offer, in whose family it is then
  /// written; "" leaves that to the relay.
  void offer(const MediaSession& session, const Described& offer, std::optional<call::LegId> to,
             std::string_view reader, Rewritten done);
  void answer(const MediaSession& session, call::LegId offerer, const Described& answer,
              Rewritten done);
  /// Begins the session's recording or goes on with it; off, it has silence instead of speech. The
  /// fault says why it is not so: a foreign relay, a codec that cannot be recorded.
  using Switched = std::function<void(core::Result<void> done)>;
  void record(const MediaSession& session, bool is_on, Switched done);
  /// `done` may be empty.
  void remove(core::CallRef call, Rewritten done);
  void query(core::CallRef call, std::function<void(SessionFate)> done);

  /// For the journal, so that another process finds the session again.
  std::optional<std::string> node_of(core::CallRef call) const;
  void adopt(core::CallRef call, std::string_view node);

  core::Json status() const;

 private:
  struct Owed {
    std::string call;
    ng::Endpoint node;
  };
  void retry_deletions();

  Events events_;
  const ng::Dictionary introduction_;
  ng::Client client_;
  std::deque<Owed> owed_deletions_;
  std::unique_ptr<control::Subscriber> subscriber_;
};

}  // namespace trunkline::exchange
