// SPDX-License-Identifier: MIT

// Anchors and exported lines of any bytes: what is accepted is written and read back the same.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalogue/audit.h"
#include "fuzz/target.h"

FUZZ_TARGET(catalogue_audit) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto anchors = catalogue::parse_anchors(text)) {
    for (const auto& anchor : *anchors) {
      core::Json line = catalogue::to_json(anchor);
      line["schema"] = "audit_anchor.v1";
      const auto again = catalogue::parse_anchors(core::to_line(line));
      assert(again && again->size() == 1 && again->front().hash == anchor.hash);
    }
  }
  const auto json = core::parse_json(text);
  if (!json) return 0;
  if (const auto entry = catalogue::parse_audit_entry(*json)) {
    const auto again = catalogue::parse_audit_entry(catalogue::to_json(*entry));
    assert(again && again->seq == entry->seq && again->hash == entry->hash);
    catalogue::AuditProof proof;
    proof.take(*entry);
    assert(proof.rows() + (proof.first_broken() ? 1U : 0U) == 1U);
  }
  return 0;
}
