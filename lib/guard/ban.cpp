// SPDX-License-Identifier: MIT
#include "guard/ban.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace trunkline::guard {
namespace {

using core::Json;

constexpr std::array<std::pair<Outcome, std::string_view>, 5> kOutcomes{{
    {Outcome::banned, "banned"},
    {Outcome::spared, "spared"},
    {Outcome::locked, "locked"},
    {Outcome::lifted, "lifted"},
    {Outcome::expired, "expired"},
}};
constexpr std::uint32_t kGrowth = 4;

Json time_or_null(core::Time time) {
  return time == core::Time{} || time == core::Time::max() ? Json() : Json(core::to_rfc3339(time));
}

/// null is `otherwise`.
core::Result<core::Time> time_at(const Json& json, std::string_view key, core::Time otherwise) {
  const std::string text = core::text_at(json, key);
  if (text.empty()) return otherwise;
  return core::parse_rfc3339(text);
}

core::Result<Finding> finding_from(const Json& json) {
  const auto source = Source::parse(core::text_at(json, "address"));
  if (!source) return tl::unexpected(source.error());
  const auto rule = parse_rule(core::text_at(json, "rule"));
  if (!rule) return tl::unexpected(rule.error());
  const std::string word = core::text_at(json, "event");
  const auto outcome =
      std::ranges::find(kOutcomes, word, &std::pair<Outcome, std::string_view>::second);
  if (outcome == kOutcomes.end()) return core::fault(core::ExitCode::data, "an unknown event");
  const auto at = time_at(json, "at", {});
  if (!at) return tl::unexpected(at.error());
  const auto until = time_at(
      json, "until", core::bool_at(json, "is_permanent") ? core::Time::max() : core::Time{});
  if (!until) return tl::unexpected(until.error());
  return Finding{.at = *at,
                 .source = *source,
                 .rule = *rule,
                 .outcome = outcome->first,
                 .detail = core::text_at(json, "detail"),
                 .by = core::text_at(json, "by"),
                 .until = *until};
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return std::ranges::find(kOutcomes, outcome, &std::pair<Outcome, std::string_view>::first)
      ->second;
}

Json to_json(const Finding& finding) {
  return {{"at", core::to_rfc3339(finding.at)},
          {"address", finding.source.text()},
          {"event", name_of(finding.outcome)},
          {"rule", name_of(finding.rule)},
          {"detail", finding.detail},
          {"by", finding.by},
          {"until", time_or_null(finding.until)},
          {"is_permanent", finding.until == core::Time::max()}};
}

Json to_json(const Record& record, core::Time now) {
  Json findings = Json::array();
  for (const Finding& finding : record.findings) findings.push_back(to_json(finding));
  const bool is_banned = record.is_banned(now);
  const auto ban = std::find_if(record.findings.rbegin(), record.findings.rend(),
                                [](const Finding& f) { return f.outcome == Outcome::banned; });
  const bool has_ban = ban != record.findings.rend();
  return {{"address", record.source.text()},
          {"is_banned", is_banned},
          {"rule", is_banned ? Json(name_of(record.rule)) : Json()},
          {"reason", is_banned && has_ban ? ban->detail : std::string()},
          {"by", is_banned && has_ban ? ban->by : std::string()},
          {"since", is_banned ? time_or_null(record.banned_at) : Json()},
          {"until", is_banned ? time_or_null(record.until) : Json()},
          {"is_permanent", is_banned && record.until == core::Time::max()},
          {"offences", record.offences},
          {"findings", std::move(findings)}};
}

std::string to_text(const Record& record) {
  Json json{{"address", record.source.text()},
            {"rule", name_of(record.rule)},
            {"since", time_or_null(record.banned_at)},
            {"until", time_or_null(record.until)},
            {"is_permanent", record.until == core::Time::max()},
            {"offences", record.offences},
            {"findings", Json::array()}};
  for (const Finding& finding : record.findings) json["findings"].push_back(to_json(finding));
  return core::to_line(json);
}

core::Result<Record> parse_record(std::string_view text) {
  const auto json = core::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  const auto source = Source::parse(core::text_at(*json, "address"));
  if (!source) return tl::unexpected(source.error());
  const auto rule = parse_rule(core::text_at(*json, "rule"));
  if (!rule) return tl::unexpected(rule.error());
  const auto since = time_at(*json, "since", {});
  if (!since) return tl::unexpected(since.error());
  const auto until = time_at(
      *json, "until", core::bool_at(*json, "is_permanent") ? core::Time::max() : core::Time{});
  if (!until) return tl::unexpected(until.error());
  Record record{.source = *source,
                .rule = *rule,
                .banned_at = *since,
                .until = *until,
                .offences = static_cast<std::uint32_t>(
                    std::clamp<std::int64_t>(core::number_at(*json, "offences"), 0, 1'000'000))};
  const auto findings = json->find("findings");
  if (findings == json->end() || !findings->is_array()) return record;
  for (const Json& member : *findings) {
    auto finding = finding_from(member);
    if (!finding) return tl::unexpected(finding.error());
    if (record.findings.size() == Record::kMostFindings) break;
    record.findings.push_back(std::move(*finding));
  }
  return record;
}

core::Milliseconds ban_length(std::uint32_t offences_before, const Settings& settings) {
  core::Milliseconds length = std::min(settings.ban_time, settings.ban_time_max);
  for (std::uint32_t i = 0; i < offences_before && length < settings.ban_time_max; ++i) {
    length = std::min(length * kGrowth, settings.ban_time_max);
  }
  return length;
}

bool BanList::is_banned(const Source& source, core::Time now) const noexcept {
  const auto found = records_.find(source);
  return found != records_.end() && found->second.is_banned(now);
}

const Record* BanList::find(const Source& source) const {
  const auto found = records_.find(source);
  return found == records_.end() ? nullptr : &found->second;
}

void BanList::make_room() {
  if (records_.size() < most_) return;
  const auto last_seen = [](const Record& record) {
    return record.findings.empty() ? core::Time{} : record.findings.back().at;
  };
  // A ban that somebody ordered goes last of all.
  const auto order = [&](const auto& entry) {
    const Record& record = entry.second;
    const core::Time seen = last_seen(record);
    const bool is_held = record.until > seen;
    return std::pair(is_held ? 1 + static_cast<int>(record.rule == Rule::ban_operator) : 0, seen);
  };
  const auto least = std::ranges::min_element(records_, {}, order);
  forgotten_.push_back(least->first);
  records_.erase(least);
}

void BanList::note(const Finding& finding) {
  if (!records_.contains(finding.source)) make_room();
  Record& record = records_[finding.source];
  record.source = finding.source;
  if (record.findings.size() == Record::kMostFindings)
    record.findings.erase(record.findings.begin());
  record.findings.push_back(finding);
  switch (finding.outcome) {
    case Outcome::banned:
      record.rule = finding.rule;
      record.banned_at = finding.at;
      record.until = finding.until;
      if (finding.rule != Rule::ban_operator) ++record.offences;
      earliest_end_ = std::min(earliest_end_, finding.until);
      break;
    case Outcome::lifted:
      record.until = finding.at;
      record.offences = 0;
      break;
    case Outcome::spared:
    case Outcome::locked:
    case Outcome::expired:
      break;
  }
}

void BanList::restore(Record record) {
  earliest_end_ = std::min(earliest_end_, record.until);
  const Source source = record.source;
  if (!records_.contains(source)) make_room();
  records_[source] = std::move(record);
}

std::vector<Source> BanList::take_expired(core::Time now) {
  std::vector<Source> expired;
  if (now < earliest_end_) return expired;
  earliest_end_ = core::Time::max();
  for (const auto& [source, record] : records_) {
    if (record.is_banned(now)) {
      earliest_end_ = std::min(earliest_end_, record.until);
      continue;
    }
    const core::Time until = record.until;
    const bool was_banned =
        !record.findings.empty() && until != core::Time{} &&
        std::none_of(record.findings.begin(), record.findings.end(), [&](const Finding& finding) {
          return finding.at >= until &&
                 (finding.outcome == Outcome::expired || finding.outcome == Outcome::lifted);
        });
    if (was_banned) expired.push_back(source);
  }
  return expired;
}

std::vector<Source> BanList::banned_sources(core::Time now) const {
  std::vector<Source> found;
  found.reserve(records_.size());
  for (const auto& [source, record] : records_) {
    if (record.is_banned(now)) found.push_back(source);
  }
  return found;
}

std::vector<Record> BanList::banned(core::Time now) const {
  std::vector<Record> found;
  for (const auto& [source, record] : records_) {
    if (record.is_banned(now)) found.push_back(record);
  }
  std::ranges::sort(found, std::ranges::greater{}, &Record::banned_at);
  return found;
}

}  // namespace trunkline::guard
