// SPDX-License-Identifier: MIT
#include "sip/message_class.h"

#include <sofia-sip/msg_mclass.h>
#include <strings.h>

#include <cassert>

namespace trunkline::sip {

namespace {

issize_t parse_via(su_home_t* home, msg_header_t* header, char* text, isize_t size) noexcept {
  const issize_t result = sip_via_class->hc_parse(home, header, text, size);
  auto* via = reinterpret_cast<sip_via_t*>(header);
  if (result < 0 || via->v_params == nullptr) return result;
  // The list is this message's own, of pointers into its buffer; Sofia types it const.
  auto** kept = const_cast<msg_param_t*>(via->v_params);
  for (const msg_param_t* param = via->v_params; *param != nullptr; ++param) {
    if (strncasecmp(*param, "maddr", 5) != 0) *kept++ = *param;
  }
  *kept = nullptr;
  via->v_maddr = nullptr;
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

const msg_mclass_t* make_class() {
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

}  // namespace

const msg_mclass_t* message_class() {
  static const msg_mclass_t* const message_class = make_class();
  return message_class;
}

}  // namespace trunkline::sip
