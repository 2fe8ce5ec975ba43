// SPDX-License-Identifier: MIT
#include "cdr/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

using core::Json;
using core::text_at;

const Json& member(const Json& body, std::string_view key) {
  static const Json kNothing = Json::object();
  const auto found = body.find(key);
  return found == body.end() ? kNothing : *found;
}

/// "102 bob", or what was dialled.
std::string party(const Json& body, std::string_view side) {
  const Json& one = member(body, side);
  const std::string name = text_at(one, "name");
  const std::string number = text_at(one, "number");
  if (name.empty() && number.empty()) return text_at(one, "dialled", "nobody");
  if (name.empty() || name == number) return number.empty() ? name : number;
  return number.empty() ? name : number + " " + name;
}

std::string at_address(const Json& one) {
  const std::string address = text_at(one, "address");
  return address.empty() ? std::string() : " at " + address;
}

std::string cause_of(const Json& body) {
  std::string words;
  if (const auto status = core::number_at(body, "sip_status"); status > 0)
    words = fmt::format("SIP {}", status);
  const auto cause = body.find("q850_cause");
  if (cause != body.end() && cause->is_number_integer())
    words += fmt::format("{}Q.850 {}", words.empty() ? "" : ", ", cause->get<std::int64_t>());
  return words;
}

std::string recording_words(const Json& body) {
  const std::string rule = text_at(body, "recording_rule");
  return fmt::format("recording {}{}", text_at(body, "recording_mode"),
                     rule.empty() ? "" : " (" + rule + ")");
}

/// Tells of one call, entry by entry.
class Teller {
 public:
  std::vector<Happening> tell(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      entry_ = &entry;
      const std::string_view kind = entry.kind;
      if (text_at(entry.body, "schema") == "erased.v1") {
        say("erased: what it said is gone");
      } else if (kind.starts_with("call.")) {
        tell_call(entry.body);
        before_ = &entry.body;
      } else if (kind.starts_with("recording.")) {
        tell_recording(entry.body);
      } else if (kind == "media.ended") {
        tell_media(entry.body);
      } else {
        say(fmt::format("{} (see cdrctl why --json)", core::printable(kind)));
      }
    }
    return std::move(told_);
  }

 private:
  void say(std::string words, std::optional<core::Time> at = {}) {
    told_.push_back({at.value_or(entry_->at), entry_->daemon, entry_->kind, std::move(words)});
  }

  /// True where the entry has this, and another than the one before.
  bool is_new(const Json& body, std::string_view key) const {
    const auto found = body.find(key);
    if (found == body.end()) return false;
    if (before_ == nullptr) return true;
    const auto before = before_->find(key);
    return before == before_->end() || *before != *found;
  }

  static std::optional<core::Time> moment(const Json& body, std::string_view key) {
    const auto time = core::parse_rfc3339(text_at(body, key));
    return time ? std::optional(*time) : std::nullopt;
  }

  /// The whole record stands in each entry: what is new in it happened since the last.
  void tell_call(const Json& body) {
    if (before_ == nullptr)
      say(fmt::format("INVITE from {}{} for {}", party(body, "caller"),
                      at_address(member(body, "caller")),
                      text_at(member(body, "called"), "dialled", "nobody")),
          moment(body, "started_at"));
    if (is_new(body, "rule")) {
      const bool is_reached = member(body, "called").contains("name");
      say(is_reached
              ? fmt::format("routed by rule {} to {}", text_at(body, "rule"), party(body, "called"))
              : fmt::format("routed by rule {}", text_at(body, "rule")),
          before_ == nullptr ? moment(body, "started_at") : std::nullopt);
    }
    tell_redirections(body);
    if (is_new(body, "recording_mode") || (before_ != nullptr && is_new(body, "recording_rule")))
      say(recording_words(body), before_ == nullptr ? moment(body, "started_at") : std::nullopt);
    if (is_new(body, "ringing_at"))
      say(fmt::format("{}{} is ringing", party(body, "called"), at_address(member(body, "called"))),
          moment(body, "ringing_at"));
    if (is_new(body, "answered_at"))
      say(fmt::format("answered by {}", party(body, "called")), moment(body, "answered_at"));
    if (text_at(body, "state") == "ended" &&
        (before_ == nullptr || text_at(*before_, "state") != "ended"))
      tell_end(body);
  }

  void tell_end(const Json& body) {
    std::string words = text_at(body, "disposition");
    if (const std::string by = text_at(body, "ended_by"); !by.empty())
      words += fmt::format(", ended by {}", by == "system" ? "us" : "the " + by);
    if (const std::string cause = cause_of(body); !cause.empty()) words += ": " + cause;
    if (const std::string reason = text_at(body, "reason"); !reason.empty())
      words += fmt::format(" ({})", reason);
    say(std::move(words), moment(body, "ended_at"));
  }

  void tell_redirections(const Json& body) {
    const auto all = body.find("redirected");
    if (all == body.end() || !all->is_array()) return;
    const std::size_t known = redirections_;
    redirections_ = std::max(redirections_, all->size());
    for (std::size_t i = known; i < all->size(); ++i) {
      const Json& one = (*all)[i];
      const std::string refusal = text_at(one, "refusal");
      const std::string rule = text_at(one, "rule");
      say(fmt::format("{} answered {} and named {}: {}", text_at(one, "by"),
                      core::number_at(one, "status"), text_at(one, "to"),
                      refusal.empty() ? (rule.empty() ? "followed" : "followed by rule " + rule)
                                      : "not followed, " + refusal));
    }
  }

  void tell_recording(const Json& body) {
    const std::string reason = text_at(body, "reason");
    if (entry_->kind == "recording.accessed")
      return say(fmt::format("recording read by {}: {}", text_at(body, "who", "unknown"),
                             text_at(body, "why", "no reason given")));
    if (entry_->kind == "recording.started") return say("recording began");
    const std::int64_t seconds = core::number_at(body, "duration_ms") / 1'000;
    std::string words = "recording " + text_at(body, "status");
    if (body.contains("duration_ms")) words += ", " + core::to_clock_text(core::Seconds(seconds));
    if (!reason.empty()) words += fmt::format(" ({})", reason);
    say(std::move(words));
  }

  void tell_media(const Json& body) {
    const std::string verdict = media_verdict(body);
    say(fmt::format("media ended ({}){}", text_at(body, "reason", "no reason given"),
                    verdict.empty() ? "" : ": " + verdict));
  }

  const Entry* entry_ = nullptr;
  const Json* before_ = nullptr;
  std::size_t redirections_ = 0;
  std::vector<Happening> told_;
};

}  // namespace

std::vector<Entry> history_of(db::Connection& connection, const core::CallRef& call) {
  static constexpr db::Statement kEntries{
      "SELECT e.at, coalesce(n.daemon, '') AS daemon, e.kind, e.body"
      "  FROM trunkline.ledger_entry e LEFT JOIN trunkline.ledger_node n ON n.node_id = e.node_id"
      " WHERE e.call = $1 ORDER BY e.at, e.node_id, e.seq"};
  std::vector<Entry> entries;
  for (const db::Row row : connection.query(kEntries, {call}))
    entries.push_back({.at = row.get<core::Time>("at"),
                       .daemon = row.get<std::string>("daemon"),
                       .kind = row.get<std::string>("kind"),
                       .body = row.get<Json>("body")});
  return entries;
}

std::vector<Happening> told(const std::vector<Entry>& entries) {
  std::vector<Happening> happenings = Teller().tell(entries);
  std::stable_sort(
      happenings.begin(), happenings.end(),
      [](const Happening& left, const Happening& right) { return left.at < right.at; });
  return happenings;
}

std::string media_verdict(const Json& media) {
  const auto legs = media.find("legs");
  if (legs == media.end() || !legs->is_array() || legs->size() != 2) return {};
  std::vector<std::string> silent;
  for (const Json& leg : *legs)
    if (core::number_at(leg, "packets_received") == 0) silent.push_back(text_at(leg, "leg"));
  if (silent.empty()) return "both ways";
  if (silent.size() == 2) return "none: no packet came from either";
  return fmt::format("one way: nothing came from the {}", silent[0]);
}

}  // namespace trunkline::cdr
