// SPDX-License-Identifier: MIT
#include "journal/entry.h"

namespace trunkline::journal {

ChainHash first_link(core::NodeId node) {
  crypto::Sha256Stream hash;
  hash.add("trunkline journal 1");
  hash.add(node.uuid().bytes());
  return hash.finish();
}

ChainHash next_link(const ChainHash& previous, Sequence sequence, const Entry& entry) {
  // Making a digest context costs more than hashing an entry: one for each thread that links.
  thread_local crypto::Sha256Stream hash;
  hash.add(previous);
  hash.add_u64(sequence.value());
  hash.add_u64(static_cast<std::uint64_t>(core::to_microseconds(entry.at)));
  hash.add_u32(static_cast<std::uint32_t>(entry.kind.size()));
  hash.add(entry.kind);
  hash.add(entry.tenant.uuid().bytes());
  hash.add(entry.call.uuid().bytes());
  hash.add_u32(static_cast<std::uint32_t>(entry.body.size()));
  hash.add(entry.body);
  return hash.finish();
}

}  // namespace trunkline::journal
