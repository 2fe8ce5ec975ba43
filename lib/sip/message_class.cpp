// SPDX-License-Identifier: MIT
#include "sip/message_class.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>

#include <cassert>
#include <optional>
#include <vector>

#include "sip/doorkeeper.h"
#include "sip/header_parsers.h"
#include "sip/read.h"

namespace trunkline::sip {

namespace {

using Parse = issize_t (*)(su_home_t*, msg_header_t*, char*, isize_t) noexcept;

/// Sofia's class of a header, with a parser of ours.
template <msg_hclass_t* Original, Parse Ours>
msg_hclass_t* with_parser() {
  static const msg_hclass_s ours = [] {
    msg_hclass_s copy = *Original;
    copy.hc_parse = Ours;
    return copy;
  }();
  return &ours;
}

void replace(msg_mclass_t& clone, msg_hclass_t* original, msg_hclass_t* ours) {
  const auto size = static_cast<unsigned>(clone.mc_hash_size);
  unsigned slot = static_cast<unsigned>(original->hc_hash) % size;
  while (clone.mc_hash[slot].hr_class != original) slot = (slot + 1) % size;
  const msg_href_t original_entry = clone.mc_hash[slot];
  // Parsing takes the first entry of the name. Headers that nta makes are of the original class and
  // find their place by identity, so that one stays in the table behind it.
  clone.mc_hash[slot].hr_class = ours;
  while (clone.mc_hash[slot].hr_class != nullptr) slot = (slot + 1) % size;
  clone.mc_hash[slot] = original_entry;
  ++clone.mc_hash_used;
}

/// The classes of agents with a doorkeeper, few; one whose agent is gone has none.
struct Guarded {
  msg_mclass_t* message_class = nullptr;
  Doorkeeper* doorkeeper = nullptr;
};

std::vector<Guarded>& guarded_classes() {
  // Never destroyed: the classes in it live as long as messages of theirs may.
  static std::vector<Guarded>& classes = *new std::vector<Guarded>;
  return classes;
}

Doorkeeper* doorkeeper_of(const msg_t* message) {
  const msg_mclass_t* its_class = msg_mclass(message);
  for (const Guarded& guarded : guarded_classes()) {
    if (guarded.message_class == its_class) return guarded.doorkeeper;
  }
  return nullptr;
}

bool is_shut_out(su_home_t* home) {
  // A message is the home of its headers.
  auto* message = reinterpret_cast<msg_t*>(home);
  Doorkeeper* doorkeeper = doorkeeper_of(message);
  if (doorkeeper == nullptr) return false;
  const auto from = address_of(message);
  return from && !doorkeeper->admits(*from);
}

/// Only messages that are received are parsed by these: what nta makes itself is of Sofia's
/// classes. Without a first line nta takes it for garbage: no answer, no log.
template <Parse Admitted>
issize_t parse_first_line(su_home_t* home, msg_header_t* header, char* text,
                          isize_t size) noexcept {
  return is_shut_out(home) ? -1 : Admitted(home, header, text, size);
}
issize_t parse_status_line(su_home_t* home, msg_header_t* header, char* text,
                           isize_t size) noexcept {
  return sip_status_class->hc_parse(home, header, text, size);
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
  auto* const sip = reinterpret_cast<sip_t*>(object);
  if ((sip->sip_flags & MSG_FLG_BODY) == 0) {
    end_of_headers(*sip);
    Doorkeeper* doorkeeper = doorkeeper_of(message);
    if (doorkeeper != nullptr && is_broken(message, *sip)) {
      if (const auto from = address_of(message)) doorkeeper->malformed(*from);
    }
  }
  return sip_default_mclass()->mc_extract_body(message, object, text, size, is_end);
}

msg_mclass_t* make_class() {
  const msg_mclass_t* original = sip_default_mclass();
  msg_mclass_t* clone = msg_mclass_clone(original, 2 * original->mc_hash_size, 0);
  assert(clone != nullptr);
  msg_hclass_t* const via = with_parser<sip_via_class, parse_via>();
  replace(*clone, sip_via_class, via);
  replace(*clone, sip_cseq_class, with_parser<sip_cseq_class, parse_cseq>());
  auto* short_forms = const_cast<msg_href_t*>(clone->mc_short);
  assert(short_forms != nullptr);
  short_forms['v' - 'a'].hr_class = via;
  clone->mc_request[0].hr_class =
      with_parser<sip_request_class, parse_first_line<parse_request_line>>();
  clone->mc_status[0].hr_class =
      with_parser<sip_status_class, parse_first_line<parse_status_line>>();
  clone->mc_extract_body = extract_body;
  return clone;
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
  guarded_classes().push_back({.message_class = make_class(), .doorkeeper = doorkeeper});
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
