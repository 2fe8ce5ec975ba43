// SPDX-License-Identifier: MIT
#include "journal/entry.h"

#include <catch2/catch.hpp>

#include "journal/samples.h"

namespace trunkline::journal {
namespace {

// Both values were computed by an independent implementation (Python's hashlib) of entry.h's words.
TEST_CASE("entry: the chain is the documented one", "[journal]") {
  std::array<std::byte, 16> node_bytes;
  for (std::size_t i = 0; i < node_bytes.size(); ++i) node_bytes[i] = static_cast<std::byte>(i);
  const ChainHash first = first_link(core::NodeId(core::Uuid(node_bytes)));
  CHECK(core::to_hex(first) == "6fd6353604342a5d43a559762162308b4927520888f7eac97acd19ffb6d7aa0c");
  const Entry entry{.kind = "call.ended",
                    .tenant = kTenant,
                    .call = kCall,
                    .body = "{\"n\":1}",
                    .at = core::from_microseconds(1'700'000'000'000'001)};
  CHECK(core::to_hex(next_link(first, Sequence(1), entry)) ==
        "6bf4947af0278743299c2714edb1a831e09543b95fa543aec8fbd77d7758353c");
}

TEST_CASE("entry: a link depends on everything in it", "[journal]") {
  const ChainHash previous = first_link(core::NodeId(uuid_of(1)));
  const Entry entry = sample(1);
  const ChainHash link = next_link(previous, Sequence(1), entry);

  CHECK(next_link(first_link(core::NodeId(uuid_of(2))), Sequence(1), entry) != link);
  CHECK(next_link(previous, Sequence(2), entry) != link);
  Entry changed = entry;
  SECTION("kind") {
    changed.kind = "call.ended";
  }
  SECTION("tenant") {
    changed.tenant = core::TenantId(uuid_of(1));
  }
  SECTION("call") {
    changed.call = core::CallRef();
  }
  SECTION("body") {
    changed.body += " ";
  }
  SECTION("time") {
    changed.at += core::Microseconds(1);
  }
  SECTION("where the kind ends and the body begins") {
    changed.kind = entry.kind.substr(0, entry.kind.size() - 1);
    changed.body = entry.kind.back() + entry.body;
  }
  CHECK(next_link(previous, Sequence(1), changed) != link);
}

}  // namespace
}  // namespace trunkline::journal
