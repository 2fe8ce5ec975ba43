// SPDX-License-Identifier: MIT
#pragma once

// The one header that includes Sofia-SIP. Its "magic" types, the contexts Sofia hands back to
// callbacks, are macros that must be the same in every translation unit; they are our own classes,
// so that no callback casts. Owned handles follow.

namespace trunkline::sip {
class AgentCore;
class ClientCore;
class DialogCore;
class ServerCore;
}  // namespace trunkline::sip

#define NTA_AGENT_MAGIC_T ::trunkline::sip::AgentCore
#define NTA_LEG_MAGIC_T ::trunkline::sip::DialogCore
#define NTA_INCOMING_MAGIC_T ::trunkline::sip::ServerCore
#define NTA_OUTGOING_MAGIC_T ::trunkline::sip::ClientCore
#define NTA_RELIABLE_MAGIC_T ::trunkline::sip::ServerCore

// clang-format off: nta.h wants su.h first
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_parser.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>
#include <sofia-sip/url.h>
// The only one of its headers that forgets it is C.
extern "C" {
#include <sofia-sip/tport_plugins.h>
}
// clang-format on

#include "core/cptr.h"

namespace trunkline::sip {

struct Uri;
Uri from_sofia(const url_t& url);

using RootRef = core::CPtr<su_root_t, su_root_destroy>;
using TimerRef = core::CPtr<su_timer_t, su_timer_destroy>;
using AgentRef = core::CPtr<nta_agent_t, nta_agent_destroy>;
using LegRef = core::CPtr<nta_leg_t, nta_leg_destroy>;
using IncomingRef = core::CPtr<nta_incoming_t, nta_incoming_destroy>;
using OutgoingRef = core::CPtr<nta_outgoing_t, nta_outgoing_destroy>;
using MessageRef = core::CPtr<msg_t, msg_destroy>;
using TransportRef = core::CPtr<tport_t, tport_unref>;

/// A Sofia memory home for what lives as long as one call of a function.
inline void release_home(su_home_t* home) {
  su_home_unref(home);
}
using HomeRef = core::CPtr<su_home_t, release_home>;
inline HomeRef make_home() {
  return HomeRef(static_cast<su_home_t*>(su_home_new(sizeof(su_home_t))));
}

}  // namespace trunkline::sip
