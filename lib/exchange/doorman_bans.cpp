// SPDX-License-Identifier: MIT

// The doorman's bans: kept in the journal, told to everybody, dropped by the kernel, and what the
// verbs ban.* show and change.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/log.h"
#include "exchange/doorman.h"
#include "os/source_filter.h"

namespace trunkline::exchange {
namespace {

constexpr std::string_view kStateKind = "ban";
/// Many bans at once become one filter.
constexpr core::Milliseconds kFilterDelay{50};
/// Less is no step of the wall clock.
constexpr core::Microseconds kNoStep = core::Milliseconds(500);

core::Json body_of(const guard::Finding& finding) {
  core::Json body{{"schema", "ban.v1"}};
  body.update(guard::to_json(finding));
  return body;
}

}  // namespace

void Doorman::restore(const std::vector<std::pair<std::string, std::string>>& bans) {
  std::vector<journal::StateChange> unreadable;
  for (const auto& [key, value] : bans) {
    auto record = guard::parse_record(value);
    if (!record) {
      core::log_warning("a stored ban was dropped",
                        {{"peer", key}, {"error", record.error().message}});
      unreadable.push_back({std::string(kStateKind), key, std::nullopt});
      continue;
    }
    guard_.bans().restore(std::move(*record));
  }
  if (!unreadable.empty()) journal_.change_state(std::move(unreadable));
}

core::Microseconds Doorman::wall_step() const {
  const core::Microseconds step = even_clock_.step();
  // Reading two clocks takes a moment, too.
  return step < kNoStep && step > -kNoStep ? core::Microseconds{0} : step;
}

guard::Finding Doorman::for_record(guard::Finding finding) const {
  const core::Microseconds step = wall_step();
  finding.at += step;
  if (finding.until != core::Time{} && finding.until != core::Time::max()) finding.until += step;
  return finding;
}

guard::Record Doorman::for_record(guard::Record record) const {
  const core::Microseconds step = wall_step();
  const auto move = [&](core::Time& time) {
    if (time != core::Time{} && time != core::Time::max()) time += step;
  };
  move(record.banned_at);
  move(record.until);
  for (guard::Finding& finding : record.findings) finding = for_record(std::move(finding));
  return record;
}

void Doorman::told(const guard::Finding& told) {
  if (told.outcome == guard::Outcome::locked) locks_until_ = std::max(locks_until_, told.until);
  const guard::Finding finding = for_record(told);
  const std::string event = "ban." + std::string(guard::name_of(finding.outcome));
  const core::Json body = body_of(finding);
  const bool is_end =
      finding.outcome == guard::Outcome::lifted || finding.outcome == guard::Outcome::expired;
  core::log(is_end ? core::LogLevel::info : core::LogLevel::warning, "guard",
            {{"event", event},
             {"peer", finding.source.text()},
             {"rule", guard::name_of(finding.rule)},
             {"reason", finding.detail}});
  std::vector<journal::StateChange> changes;
  if (const guard::Record* record = guard_.bans().find(told.source)) {
    changes.push_back(
        {std::string(kStateKind), told.source.text(), guard::to_text(for_record(*record))});
  }
  for (const guard::Source& gone : guard_.bans().take_forgotten()) {
    changes.push_back({std::string(kStateKind), gone.text(), std::nullopt});
  }
  journal_.append(
      {.kind = event, .tenant = {}, .call = {}, .body = core::to_line(body), .at = finding.at},
      std::move(changes));
  if (publish_) publish_(event, body);
  // Not now: it may be Sofia's parser that told, and there may be many.
  if (!filter_timer_) {
    filter_timer_ = reactor_.after(kFilterDelay, [this] {
      filter_timer_.reset();
      filter();
    });
  }
}

void Doorman::filter() {
  os::UnwantedSources unwanted;
  for (const guard::Source& source : guard_.bans().banned_sources(now())) {
    if (source.is_ipv4()) {
      unwanted.ipv4.push_back(source.ipv4());
    } else {
      unwanted.ipv6_64.push_back(source.prefix());
    }
  }
  filtered_ = 0;
  for (const auto* sockets : {&udp_sockets_, &tcp_sockets_}) {
    for (const int socket : *sockets) {
      const auto count = os::drop_from(socket, unwanted);
      if (!count) {
        // What the kernel does not drop, admits() does.
        core::log_debug("no packet filter", {{"error", count.error().message}});
        continue;
      }
      filtered_ = std::max(filtered_, *count);
    }
  }
}

std::vector<core::Json> Doorman::list() const {
  std::vector<core::Json> bans;
  for (const guard::Record& record : guard_.bans().banned(now())) {
    bans.push_back(guard::to_json(for_record(record), clock_.wall()));
  }
  return bans;
}

core::Json Doorman::why(const guard::Source& source) {
  const guard::Record* record = guard_.bans().find(source);
  guard::Record unknown;
  unknown.source = source;
  core::Json json =
      guard::to_json(for_record(record == nullptr ? unknown : *record), clock_.wall());
  const guard::Behaviour seen = guard_.behaviour(source, now());
  json["registrations"] = guard_.census().from(source);
  json["is_allowed"] = guard_.is_allowed(source);
  json["last_minute"] = {{"wrong_passwords", seen.wrong_passwords},
                         {"unknown_users", seen.unknown_users},
                         {"probed_numbers", seen.probed_numbers},
                         {"malformed", seen.malformed},
                         {"dropped", seen.dropped}};
  if (record == nullptr || record->findings.empty()) return json;
  const guard::RuleRow& row =
      guard::row_of(record->is_banned(now()) ? record->rule : record->findings.back().rule);
  json["meaning"] = row.meaning;
  std::string advice(row.advice);
  for (std::size_t at = advice.find("ADDRESS"); at != std::string::npos;
       at = advice.find("ADDRESS")) {
    advice.replace(at, std::strlen("ADDRESS"), source.text());
  }
  json["advice"] = advice;
  return json;
}

std::optional<core::Fault> Doorman::refusal_to_ban(const guard::Source& source,
                                                   bool is_forced) const {
  const std::uint32_t phones = guard_.census().from(source);
  const bool is_allowed = guard_.is_allowed(source);
  if (is_forced || (phones == 0 && !is_allowed)) return std::nullopt;
  const std::string why = is_allowed ? "guard.allow holds it"
                          : phones == 1
                              ? std::string("a phone is registered from there")
                              : fmt::format("{} phones are registered from there", phones);
  return core::Fault{.code = core::ExitCode::no_permission,
                     .message = fmt::format("cannot ban {}: {}", source.text(), why),
                     .hint = "if you mean it: --force"};
}

core::Json Doorman::ban(const guard::Source& source, std::string_view reason, std::string_view by,
                        std::optional<core::Milliseconds> length) {
  const core::Time at = now();
  (void)guard_.ban(source, reason, by, length ? at + *length : core::Time::max(), at);
  return guard::to_json(for_record(*guard_.bans().find(source)), clock_.wall());
}

core::Result<core::Json> Doorman::lift(const guard::Source& source, std::string_view reason,
                                       std::string_view by) {
  if (!guard_.lift(source, reason, by, now())) {
    return core::fault(core::ExitCode::no_input,
                       fmt::format("cannot lift the ban of {}: it is not banned", source.text()),
                       "list them: sipctl ban list");
  }
  return guard::to_json(for_record(*guard_.bans().find(source)), clock_.wall());
}

}  // namespace trunkline::exchange
