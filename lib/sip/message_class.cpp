// SPDX-License-Identifier: MIT
#include "sip/message_class.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <strings.h>

#include <array>
#include <cassert>
#include <optional>
#include <vector>

#include "sip/doorkeeper.h"

namespace trunkline::sip {

namespace {

void drop_maddr(sip_via_t& via) {
  if (via.v_params == nullptr) return;
  // The list is this message's own, of pointers into its buffer; Sofia types it const.
  auto** kept = const_cast<msg_param_t*>(via.v_params);
  for (const msg_param_t* param = via.v_params; *param != nullptr; ++param) {
    if (strncasecmp(*param, "maddr", 5) != 0) *kept++ = *param;
  }
  *kept = nullptr;
  via.v_maddr = nullptr;
}

/// RFC 3261 18.2.1, before anything else: answers that nta makes to what it cannot use (400, 413,
/// 505) would go to the host that the Via names, found by a look-up that stops the loop.
void set_received(su_home_t* home, sip_via_t& via) {
  const su_sockaddr_t* from = msg_addr(reinterpret_cast<msg_t*>(home));
  if (from->su_family != AF_INET && from->su_family != AF_INET6) return;
  std::array<char, SU_ADDRSIZE> address{};
  su_inet_ntop(from->su_family, SU_ADDR(from), address.data(), address.size());
  msg_header_replace_param(home, via.v_common, su_sprintf(home, "received=%s", address.data()));
}

/// A message is the home of its headers. Values behind a comma are parsed inside their first.
issize_t parse_via(su_home_t* home, msg_header_t* header, char* text, isize_t size) noexcept {
  thread_local int depth = 0;
  ++depth;
  const issize_t result = sip_via_class->hc_parse(home, header, text, size);
  --depth;
  if (result < 0) return result;
  auto& via = *reinterpret_cast<sip_via_t*>(header);
  drop_maddr(via);
  if (depth > 0) return result;
  const sip_t* sip = sip_object(reinterpret_cast<msg_t*>(home));
  if (sip->sip_request != nullptr && sip->sip_via == nullptr) set_received(home, via);
  return result;
}

msg_hclass_t* guarded_via_class() {
  static const msg_hclass_s via_class = [] {
    msg_hclass_s copy = *sip_via_class;
    copy.hc_parse = parse_via;
    return copy;
  }();
  return &via_class;
}

msg_mclass_t* make_class() {
  const msg_mclass_t* original = sip_default_mclass();
  msg_mclass_t* clone = msg_mclass_clone(original, 2 * original->mc_hash_size, 0);
  assert(clone != nullptr);
  const auto size = static_cast<unsigned>(clone->mc_hash_size);
  unsigned slot = static_cast<unsigned>(sip_via_class->hc_hash) % size;
  while (clone->mc_hash[slot].hr_class != sip_via_class) slot = (slot + 1) % size;
  const msg_href_t original_via = clone->mc_hash[slot];
  // Parsing takes the first entry of the name. Headers that nta makes are of the original class and
  // find their place by identity, so that one stays in the table behind it.
  clone->mc_hash[slot].hr_class = guarded_via_class();
  while (clone->mc_hash[slot].hr_class != nullptr) slot = (slot + 1) % size;
  clone->mc_hash[slot] = original_via;
  ++clone->mc_hash_used;
  auto* short_forms = const_cast<msg_href_t*>(clone->mc_short);
  assert(short_forms != nullptr);
  short_forms['v' - 'a'].hr_class = guarded_via_class();
  return clone;
}

/// The classes of agents with a doorkeeper, few; one whose agent is gone has none.
struct Guarded {
  msg_mclass_t* message_class = nullptr;
  Doorkeeper* doorkeeper = nullptr;
};

std::vector<Guarded>& guarded_classes() {
  static std::vector<Guarded> classes;
  return classes;
}

Doorkeeper* doorkeeper_of(const msg_t* message) {
  const msg_mclass_t* its_class = msg_mclass(message);
  for (const Guarded& guarded : guarded_classes()) {
    if (guarded.message_class == its_class) return guarded.doorkeeper;
  }
  return nullptr;
}

std::optional<os::Address> sender_of(msg_t* message) {
  const su_sockaddr_t* from = msg_addr(message);
  const auto length = static_cast<socklen_t>(from->su_family == AF_INET6 ? sizeof(sockaddr_in6)
                                                                         : sizeof(sockaddr_in));
  return os::Address::from_raw(from->su_sa, length);
}

/// Only messages that are received are parsed by these: what nta makes itself is of Sofia's
/// classes.
template <msg_hclass_t* Original>
issize_t parse_first_line(su_home_t* home, msg_header_t* header, char* text,
                          isize_t size) noexcept {
  // A message is the home of its headers.
  auto* message = reinterpret_cast<msg_t*>(home);
  if (Doorkeeper* doorkeeper = doorkeeper_of(message)) {
    const auto from = sender_of(message);
    // Without a first line nta takes it for garbage: no answer, no log.
    if (from && !doorkeeper->admits(*from)) return -1;
  }
  return Original->hc_parse(home, header, text, size);
}

bool is_broken(const msg_t* message, const sip_t& sip) {
  const bool has_all = sip.sip_via != nullptr && sip.sip_from != nullptr && sip.sip_to != nullptr &&
                       sip.sip_call_id != nullptr && sip.sip_cseq != nullptr;
  return !has_all || sip.sip_error != nullptr || (sip.sip_flags & MSG_FLG_ERROR) != 0 ||
         msg_extract_errors(message) != 0;
}

/// Sofia comes here once at the empty line behind the headers, and again for the body.
issize_t extract_body(msg_t* message, msg_pub_t* object, char* text, isize_t size,
                      int is_end) noexcept {
  const auto* sip = reinterpret_cast<const sip_t*>(object);
  if ((sip->sip_flags & MSG_FLG_BODY) == 0 && is_broken(message, *sip)) {
    Doorkeeper* doorkeeper = doorkeeper_of(message);
    const auto from = sender_of(message);
    if (doorkeeper != nullptr && from) doorkeeper->malformed(*from);
  }
  return sip_default_mclass()->mc_extract_body(message, object, text, size, is_end);
}

template <msg_hclass_t* Original>
msg_hclass_t* guarded_first_line() {
  static const msg_hclass_s guarded = [] {
    msg_hclass_s copy = *Original;
    copy.hc_parse = parse_first_line<Original>;
    return copy;
  }();
  return &guarded;
}

msg_mclass_t* make_guarded_class() {
  msg_mclass_t* made = make_class();
  made->mc_request[0].hr_class = guarded_first_line<sip_request_class>();
  made->mc_status[0].hr_class = guarded_first_line<sip_status_class>();
  made->mc_extract_body = extract_body;
  return made;
}

}  // namespace

GuardedMessageClass::GuardedMessageClass(Doorkeeper* doorkeeper) : message_class_(nullptr) {
  if (doorkeeper == nullptr) {
    message_class_ = message_class();
    return;
  }
  for (Guarded& guarded : guarded_classes()) {
    if (guarded.doorkeeper != nullptr) continue;
    guarded.doorkeeper = doorkeeper;
    message_class_ = guarded.message_class;
    return;
  }
  guarded_classes().push_back({.message_class = make_guarded_class(), .doorkeeper = doorkeeper});
  message_class_ = guarded_classes().back().message_class;
}

GuardedMessageClass::~GuardedMessageClass() {
  for (Guarded& guarded : guarded_classes()) {
    if (guarded.message_class == message_class_) guarded.doorkeeper = nullptr;
  }
}

const msg_mclass_t* message_class() {
  static const msg_mclass_t* const message_class = make_class();
  return message_class;
}

}  // namespace trunkline::sip
