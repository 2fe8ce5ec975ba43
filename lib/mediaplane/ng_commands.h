// SPDX-License-Identifier: MIT
#pragma once

// What NG's commands do here: ping, offer, answer, delete, query, list, start, stop and pause
// recording, as rtpengine 10.5 answers them. Flags that concern what we do not do are ignored.
//
// Words of NG: from-tag names the party that offers, so a re-offer by the called party has its tag
// there, also in the answer to it. A delete with a to-tag ends one branch of a forked call; the
// last branch, or none named, ends the call.

#include <functional>
#include <string>

#include "mediaplane/calls.h"
#include "ng/server.h"
#include "os/advertised.h"
#include "os/routes.h"

namespace trunkline::mediaplane {

class NgCommands {
 public:
  /// `local` are the addresses RTP is bound to, one a family.
  NgCommands(Calls& calls, std::vector<os::Address> local, const core::Clock& clock);

  void serve(ng::Server& server);
  /// What is written into SDP; where there is none, the local address that leads to the party.
  void set_advertised(os::AdvertisedAddresses advertised) { advertised_ = std::move(advertised); }
  /// While draining, new calls are turned away: "load limit".
  void set_draining(bool is_draining) { is_draining_ = is_draining; }

  // One function a command; public for tests.
  /// A sipd that says who it is ends what it left here before it was started anew.
  ng::Dictionary ping(const ng::Dictionary& body);
  ng::Dictionary offer(const ng::Dictionary& body);
  ng::Dictionary answer(const ng::Dictionary& body);
  void remove(const ng::Dictionary& body, const ng::Respond& respond);
  void query(const ng::Dictionary& body, const ng::Respond& respond);
  ng::Dictionary list(const ng::Dictionary& body) const;
  /// Begins a recording or goes on with the one that was paused.
  ng::Dictionary start_recording(const ng::Dictionary& body);

 private:
  ng::Dictionary change_recording(const ng::Dictionary& body,
                                  const std::function<void(Call&)>& change);
  void respond_settled(const ng::Request& request, ng::Dictionary reply,
                       const ng::Respond& respond);
  ng::Dictionary describe(Call& call, Leg leg, sdp::Session description,
                          const ng::Dictionary& body);
  std::string rewritten(const Call& call, Leg author, const ng::Dictionary& body);
  std::string address_towards(const Call& call, Leg reader, const ng::Dictionary& body);
  Call& open(const std::string& key, const ng::Dictionary& body);

  Calls& calls_;
  std::vector<os::Address> local_;
  const core::Clock& clock_;
  os::AdvertisedAddresses advertised_;
  os::Routes routes_;
  Commander last_pinged_;  ///< several sipds take turns: a look is cheap
  bool is_draining_ = false;
};

}  // namespace trunkline::mediaplane
