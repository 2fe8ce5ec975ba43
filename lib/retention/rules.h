// SPDX-License-Identifier: MIT
#pragma once

// What decides how long something lives: policies, holds, and the things they are about. Values
// only; the planner (planner.h) decides, stores load and keep them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::retention {

/// What is kept. Recordings and calls (their ledger entries) exist; the others have their place in
/// policies and plans before they have a table.
enum class Kind : std::uint8_t { recording, call, voicemail, transcript, message };
/// Whose policy: the first that applies in this order decides.
enum class Level : std::uint8_t { campaign, agent, tenant };

std::string_view name_of(Kind kind);
std::string_view name_of(Level level);
[[nodiscard]] core::Result<Kind> parse_kind(std::string_view text);
[[nodiscard]] core::Result<Level> parse_level(std::string_view text);

/// Each of 24 hours.
using Days = std::chrono::duration<std::int32_t, std::ratio<86'400>>;
inline constexpr Days kLongest{36'500};

struct Policy {
  core::Uuid id = {};
  core::TenantId tenant = {};
  std::string name = {};
  Kind kind = Kind::recording;
  Level level = Level::tenant;
  core::Uuid subject = {};        ///< the campaign or agent; nil for a tenant
  std::optional<Days> keep = {};  ///< nothing: for ever
  /// A duty to keep (WORM): its time can only be lengthened, it cannot be removed, and no policy of
  /// a nearer level makes what it covers go earlier.
  bool is_increase_only = false;
  bool operator==(const Policy&) const = default;
};

/// "90 days", "for ever".
std::string shown(const std::optional<Days>& keep);

/// A case for which things must stay, whatever policies say.
struct Hold {
  core::Uuid id = {};
  core::TenantId tenant = {};
  std::string case_name = {};
  std::string owner = {};
  std::string reason = {};
  /// The scope: these ids (of calls or of what belongs to them), and the calls of these numbers and
  /// of this campaign in this time. A number with no time means always; a time with neither number
  /// nor campaign means every call of the tenant in it.
  std::vector<core::Uuid> items = {};
  std::vector<std::string> numbers = {};
  std::optional<core::Uuid> campaign = {};
  std::optional<core::Time> since = {};
  std::optional<core::Time> until = {};
  std::optional<core::Time> ends_at = {};
  bool needs_two = false;  ///< two persons release it
  std::string added_by = {};
  core::Time added_at = {};
  std::string first_release_by = {};
  std::string released_by = {};
  std::string release_reason = {};
  std::optional<core::Time> released_at = {};

  /// When it stops or stopped holding; nothing: not yet known.
  std::optional<core::Time> end() const;
  bool holds_at(core::Time now) const;
};

/// Something that lives until a policy ends it.
struct Item {
  Kind kind = Kind::recording;
  core::Uuid id = {};
  core::CallRef call = {};
  core::TenantId tenant = {};
  core::Time began_at = {};
  core::Time ended_at = {};  ///< what periods count from
  bool is_live = false;      ///< still being made
  /// Whether the call's own entry is known. Where it is not, the parties are not known either.
  bool has_call = true;
  std::optional<core::Uuid> campaign = {};
  std::vector<core::Uuid> agents = {};    ///< devices and persons of both ends
  std::vector<std::string> numbers = {};  ///< of both ends, and what was dialled
  std::int64_t bytes = 0;
  std::string path = {};   ///< of its object in the storage; empty: none
  std::string month = {};  ///< "2024-01" of a call that is archived; empty: it is not
  /// What was made of it and still exists: a call's recordings, a recording's transcripts.
  std::vector<Item> derived = {};
};

struct Rules {
  std::vector<Policy> policies = {};
  /// Released ones, too: they explain why something stayed beyond its time.
  std::vector<Hold> holds = {};
  /// Where the tenant has no policy. Calls without one are kept for ever.
  Days fallback{90};
};

/// The least that any policy keeps a thing of this kind; nothing: no policy lets one go.
std::optional<Days> shortest(const std::vector<Policy>& policies, Kind kind);

/// Whether two texts may be the same number: digits are compared without what people put between
/// them, and one may lack the other's prefix. For holds, where too much is better than too little.
bool may_be_same_number(std::string_view left, std::string_view right);
/// Whether they are surely the same: "+1 555 0100", "15550100" and "0015550100" are. For erasures.
bool is_same_number(std::string_view left, std::string_view right);
/// The forms in which the ledger may hold this number: as given, and with +, 00 and bare.
std::vector<std::string> forms_of(std::string_view number);

}  // namespace trunkline::retention
