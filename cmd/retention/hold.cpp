// SPDX-License-Identifier: MIT
#include "retention/hold.h"

#include <fmt/format.h>

#include "core/text.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kItemsAtOnce = 2'000;

}  // namespace

std::string state_of(const retention::Hold& hold, core::Time now) {
  if (hold.released_at) return "released";
  if (!hold.holds_at(now)) return "ended";
  return hold.first_release_by.empty() ? "held" : "waits for a second release";
}

std::string scope_of(const retention::Hold& hold, const cli::Output& out) {
  std::vector<std::string> words;
  if (!hold.numbers.empty()) words.push_back("numbers " + core::join(hold.numbers, ", "));
  if (hold.since) words.push_back("since " + out.time(*hold.since));
  if (hold.until) words.push_back("until " + out.time(*hold.until));
  if (!hold.items.empty()) words.push_back(fmt::format("{} by id", hold.items.size()));
  return core::join(words, "; ");
}

core::Json to_json(const retention::Hold& hold, const Names& names, core::Time now) {
  core::Json json{{"hold", hold.id.text()},
                  {"tenant", hold.tenant.text()},
                  {"tenant_name", names.of(hold.tenant)},
                  {"case", hold.case_name},
                  {"owner", hold.owner},
                  {"reason", hold.reason},
                  {"state", state_of(hold, now)},
                  {"items", core::Json::array()},
                  {"numbers", hold.numbers},
                  {"needs_two", hold.needs_two},
                  {"added_by", hold.added_by},
                  {"added_at", core::to_rfc3339(hold.added_at)}};
  for (const core::Uuid& item : hold.items) json["items"].push_back(item.text());
  const auto put_time = [&](const char* key, const std::optional<core::Time>& time) {
    if (time) json[key] = core::to_rfc3339(*time);
  };
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  put_time("since", hold.since);
  put_time("until", hold.until);
  put_time("ends_at", hold.ends_at);
  put("first_release_by", hold.first_release_by);
  put("released_by", hold.released_by);
  put("release_reason", hold.release_reason);
  put_time("released_at", hold.released_at);
  return json;
}

void print_hold(cli::Output& out, const retention::Hold& hold, const Names& names, core::Time now,
                const std::vector<cli::Field>& more, core::Json object) {
  std::vector<cli::Field> fields{{"case", hold.case_name},          {"state", state_of(hold, now)},
                                 {"tenant", names.of(hold.tenant)}, {"owner", hold.owner},
                                 {"reason", hold.reason},           {"holds", scope_of(hold, out)}};
  const auto add = [&](const char* label, std::string text) {
    if (!text.empty()) fields.push_back({label, std::move(text)});
  };
  add("ends", hold.ends_at ? out.time(*hold.ends_at) : "");
  add("release", hold.needs_two ? "by two persons" : "");
  add("added", fmt::format("{} by {}", out.time(hold.added_at), hold.added_by));
  add("first release", hold.first_release_by);
  if (hold.released_at)
    add("released", fmt::format("{} by {}: {}", out.time(*hold.released_at), hold.released_by,
                                hold.release_reason));
  fields.insert(fields.end(), more.begin(), more.end());
  fields.push_back({"id", hold.id.text()});
  out.record("hold.v1", fields, std::move(object));
}

Covered covered_by(db::Connection& connection, const retention::Hold& hold,
                   const retention::Rules& rules, core::Time now) {
  // This one alone, as if it held now: what the planner then calls held is what it covers.
  retention::Hold alone = hold;
  alone.released_at.reset();
  alone.ends_at.reset();
  const retention::Planner planner(
      {.policies = rules.policies, .holds = {alone}, .fallback = rules.fallback});
  Covered covered;
  for (const retention::Kind kind : {retention::Kind::recording, retention::Kind::call}) {
    std::optional<retention::Place> place;
    for (;;) {
      const auto page = retention::load_page(connection, kind, place, now, kItemsAtOnce);
      for (const retention::Item& item : page) {
        const retention::Decision decision = planner.decide(item, now);
        if (decision.holds.empty()) continue;
        const auto count = [&](retention::Total& total) {
          ++total.count;
          total.bytes += item.bytes;
        };
        count(kind == retention::Kind::call ? covered.calls : covered.recordings);
        if (decision.until && now >= *decision.until) count(covered.overdue);
      }
      if (page.size() < kItemsAtOnce) break;
      place = retention::Place{page.back().began_at, page.back().id};
    }
  }
  return covered;
}

void add_covered(const Covered& covered, const cli::Output& out, std::vector<cli::Field>& fields,
                 core::Json& object) {
  object["calls"] = covered.calls.count;
  object["recordings"] = covered.recordings.count;
  object["overdue"] = covered.overdue.count;
  fields.push_back({"covers", fmt::format("{} calls, {} recordings", out.count(covered.calls.count),
                                          out.count(covered.recordings.count))});
  fields.push_back({"beyond their time", out.count(covered.overdue.count)});
}

}  // namespace trunkline::commands
