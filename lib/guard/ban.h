// SPDX-License-Identifier: MIT
#pragma once

// What is known against a source: the ban it is under, how often it was banned, and its last
// findings, which is what `sipctl ban why` tells. A record is a value with a text form for the
// journal's state of kind "ban", so that bans survive a restart. The list is bounded: a newcomer
// takes the place of the source whose last finding is oldest, first among those that are free.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/json.h"
#include "core/time.h"
#include "guard/rule.h"
#include "guard/settings.h"
#include "guard/source.h"

namespace trunkline::guard {

enum class Outcome : std::uint8_t {
  banned,
  spared,  ///< it would have been banned, but a phone of ours is registered from there
  locked,  ///< a device of ours is locked, because of this source
  lifted,  ///< by somebody
  expired,
};
std::string_view name_of(Outcome outcome);

struct Finding {
  core::Time at{};
  Source source = {};
  Rule rule = Rule::ban_operator;
  Outcome outcome = Outcome::banned;
  std::string detail = {};  ///< "5 wrong passwords within 1m, the last for alice"
  std::string by = "guard";
  core::Time until{};  ///< of a ban or lock; Time::max() where only a person ends it

  bool operator==(const Finding&) const = default;
};

struct Record {
  /// The longest history kept.
  static constexpr std::size_t kMostFindings = 10;

  Source source = {};
  Rule rule = Rule::ban_operator;  ///< of the last ban
  core::Time banned_at{};
  core::Time until{};                  ///< in the past: not banned
  std::uint32_t offences = 0;          ///< bans by ourselves so far
  std::vector<Finding> findings = {};  ///< oldest first

  bool is_banned(core::Time now) const noexcept { return until > now; }
  bool operator==(const Record&) const = default;
};

/// "ban.v1", what the control verb, the tool and the journal's state say of it.
core::Json to_json(const Record& record, core::Time now);
core::Json to_json(const Finding& finding);
std::string to_text(const Record& record);
core::Result<Record> parse_record(std::string_view text);

/// first, 4 x first, 16 x first, ... at most `most`.
core::Milliseconds ban_length(std::uint32_t offences_before, const Settings& settings);

class BanList {
 public:
  explicit BanList(std::size_t most = 4'096) : most_(most) {}

  bool is_banned(const Source& source, core::Time now) const noexcept;
  /// nullptr where nothing is known.
  const Record* find(const Source& source) const;

  /// Notes the finding; a ban or its end changes the record.
  void note(const Finding& finding);
  /// A stored record; whatever it held before is replaced.
  void restore(Record record);

  /// Those whose ban ended since the last call.
  std::vector<Source> take_expired(core::Time now);
  /// Those who had to go for newcomers since the last call.
  std::vector<Source> take_forgotten() { return std::exchange(forgotten_, {}); }
  std::vector<Source> banned_sources(core::Time now) const;
  /// Newest ban first.
  std::vector<Record> banned(core::Time now) const;
  std::size_t size() const noexcept { return records_.size(); }

 private:
  void make_room();

  std::size_t most_;
  std::unordered_map<Source, Record> records_;
  std::vector<Source> forgotten_;
  core::Time earliest_end_ = core::Time::max();
};

}  // namespace trunkline::guard
