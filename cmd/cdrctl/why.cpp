// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "catalogue/recordings.h"
#include "cdr/history.h"
#include "cdr/notes.h"
#include "cdr/query.h"
#include "cdr/tariff.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "retention/items.h"

namespace trunkline::commands {
namespace {

/// The story of one call, line by line and as JSON.
class Story {
 public:
  Story(cli::Context& context, db::Connection& connection, cdr::Call call)
      : context_(context), out_(context.out()), connection_(connection), call_(std::move(call)) {}

  void print() {
    const cdr::CallFacts facts = cdr::facts_of(connection_, call_.call);
    call_.recording_rule = facts.recording_rule;
    tell_outcome();
    tell_history();
    tell_times();
    tell_media(facts);
    tell_recordings();
    tell_cost();
    tell_notes();
    tell_keeping(retention::Kind::call, call_.call.uuid(), "kept");
    out_.record("call_story.v1", fields_, std::move(object_));
  }

 private:
  void add(std::string label, cli::Cell cell) {
    fields_.push_back({std::move(label), std::move(cell)});
  }

  void tell_outcome() {
    object_["call"] = cdr::to_json(call_);
    const std::string tenant = cdr::tenant_name(connection_, call_.tenant);
    object_["tenant"] = tenant;
    add("call", call_.call.text());
    add("tenant", tenant);
    add("outcome", outcome(call_));
    if (!call_.country.empty()) add("country", call_.country);
    if (!call_.trunk.empty()) add("trunk", call_.trunk);
    if (!call_.did.empty()) add("DID", call_.did);
    if (!call_.campaign.empty()) add("campaign", call_.campaign);
  }

  void tell_history() {
    core::Json& list = object_["history"] = core::Json::array();
    core::Time last{};
    for (const cdr::Happening& one : cdr::told(cdr::history_of(connection_, call_.call))) {
      const auto after =
          std::chrono::duration_cast<core::Milliseconds>(one.at - call_.started_at).count();
      list.push_back({{"at", core::to_rfc3339(one.at)},
                      {"after_ms", after},
                      {"daemon", one.daemon},
                      {"kind", one.kind},
                      {"words", one.words}});
      // The first with its date, the others by how long after.
      const bool is_first = last == core::Time{};
      last = one.at;
      add(is_first
              ? out_.time(one.at)
              : fmt::format("{}{:.3f} s", after < 0 ? "" : "+", static_cast<double>(after) / 1'000),
          one.words);
    }
  }

  void tell_times() {
    std::vector<std::string> words;
    const auto time = [&](std::string_view name, const std::optional<std::int64_t>& ms) {
      if (ms) words.push_back(fmt::format("{} {:.3f} s", name, static_cast<double>(*ms) / 1'000));
    };
    if (call_.answered_at)
      time("set up in",
           std::chrono::duration_cast<core::Milliseconds>(*call_.answered_at - call_.started_at)
               .count());
    time("post-dial delay", call_.pdd_ms);
    time("rang", call_.ring_ms);
    time("talked", call_.talk_ms);
    if (!words.empty()) add("times", fmt::format("{}", fmt::join(words, ", ")));
  }

  void tell_media(const cdr::CallFacts& facts) {
    if (!facts.media) {
      if (call_.answered_at && !call_.is_live()) add("media", "no account of it came");
      return;
    }
    object_["media"] = *facts.media;
    if (const std::string verdict = cdr::media_verdict(*facts.media); !verdict.empty()) {
      object_["media_verdict"] = verdict;
      add("media", {verdict, verdict == "both ways" ? cli::Color::none : cli::Color::red});
    }
    for (cli::Field& field : media_fields(out_, *facts.media)) fields_.push_back(std::move(field));
  }

  void tell_recordings() {
    if (!call_.recording_mode.empty())
      add("recording", call_.recording_rule.empty()
                           ? call_.recording_mode
                           : fmt::format("{}, by {}", call_.recording_mode, call_.recording_rule));
    core::Json& list = object_["recordings"] = core::Json::array();
    if (!call_.recording) return;
    const auto recording = catalogue::find_recording(connection_, call_.recording->text());
    if (!recording) {
      add("", {"no recording of it is in the ledger", cli::Color::yellow});
      return;
    }
    core::Json object = catalogue::to_json(*recording);
    object["accesses"] = core::Json::array();
    add("", fmt::format("{}{}, {}: {}", recording->status,
                        recording->reason.empty() ? "" : " (" + recording->reason + ")",
                        out_.duration(core::Milliseconds(recording->duration_ms.value_or(0))),
                        recording->recording.text()));
    for (const catalogue::Access& access :
         catalogue::accesses_of(connection_, recording->recording)) {
      object["accesses"].push_back({{"at", core::to_rfc3339(access.at)},
                                    {"who", access.who},
                                    {"why", access.why},
                                    {"from", access.from}});
      add("accessed", fmt::format("{} by {}: {}", out_.time(access.at), access.who, access.why));
    }
    list.push_back(std::move(object));
    tell_keeping(retention::Kind::recording, recording->recording.uuid(), "recording kept");
  }

  void tell_cost() {
    core::Json& list = object_["ratings"] = core::Json::array();
    for (const cdr::Rating& one : cdr::ratings_of(connection_, call_.call)) {
      list.push_back({{"at", core::to_rfc3339(one.at)},
                      {"who", one.who},
                      {"tariff", one.tariff},
                      {"prefix", one.prefix},
                      {"description", one.description},
                      {"billed_s", one.billed_s},
                      {"cost", one.amount.text()},
                      {"currency", one.currency}});
      add(list.size() == 1 ? "cost" : "then",
          fmt::format("{} {} for {} s by prefix {}{} of tariff {}, rated {}", one.amount.text(),
                      one.currency, one.billed_s, one.prefix,
                      one.description.empty() ? "" : " " + one.description, one.tariff,
                      out_.time(one.at)));
    }
  }

  void tell_notes() {
    core::Json& list = object_["notes"] = core::Json::array();
    for (const cdr::Note& note : cdr::notes_of(connection_, call_.call)) {
      list.push_back(cdr::to_json(note));
      add("note", fmt::format("{} by {}: {}", out_.time(note.at), note.who, note.text));
    }
  }

  /// Until when, and why, in one line.
  void tell_keeping(retention::Kind kind, const core::Uuid& id, std::string label) {
    if (!planner_)
      planner_.emplace(retention::load_rules(
          connection_, retention::Days(context_.config().integer("retention.default_days"))));
    const auto item = retention::load_item(connection_, kind, id);
    if (!item) return;
    const retention::Decision decision = planner_->decide(*item, core::system_clock().wall());
    const std::vector<std::string> reasons = planner_->reasons(*item, decision);
    const std::string name(retention::name_of(kind));
    core::Json& keeping = object_["keeping"][name];
    keeping["fate"] = retention::name_of(decision.fate);
    if (decision.until) keeping["until"] = core::to_rfc3339(*decision.until);
    keeping["because"] = reasons;
    std::string words = std::string(retention::name_of(decision.fate));
    if (decision.fate == retention::Fate::kept)
      words = decision.until ? "until " + out_.time(*decision.until) : "for ever";
    add(std::move(label),
        fmt::format("{}{}{}", words, reasons.empty() ? "" : ": ", fmt::join(reasons, "; ")));
  }

  cli::Context& context_;
  cli::Output& out_;
  db::Connection& connection_;
  cdr::Call call_;
  std::vector<cli::Field> fields_;
  core::Json object_ = core::Json::object();
  std::optional<retention::Planner> planner_;
};

core::ExitCode tell_story(cli::Context& context) {
  with_ledger(
      context, "why",
      [&](db::Connection& connection) {
        Story(context, connection,
              core::value_or_throw(cdr::find_call(connection, context.value("CALL"))))
            .print();
      },
      [] {
        throw core::Error(core::ExitCode::unavailable,
                          "cannot tell the whole of a call without PostgreSQL",
                          "what sipd has of it: cdrctl show CALL");
      });
  return core::ExitCode::done;
}

}  // namespace

cli::Command why() {
  return {
      .path = "why",
      .summary = "tell the whole life of a call, and why it went so",
      .description =
          "Tells a call from its journal entries in their order: who called, the rule that routed "
          "it, phones that redirected it, ringing, answer and end with SIP status, cause (ITU-T "
          "Q.850) and reason, each with its time since the INVITE. Then how long each part took, "
          "what recorderd saw of the media and whether it went both ways, who decided whether it "
          "is recorded, the recording and who accessed it, what it cost and how that came about, "
          "notes, and until when call and recording are kept and by which policy or hold.\n\n"
          "sipctl explain asks the same of a call that might come.",
      .arguments = {{.name = "CALL",
                     .help = "id or its end, SIP Call-ID, number (its last call), or last"}},
      .exits = {{core::ExitCode::no_input, "there is no such call"},
                {core::ExitCode::usage, "the end of the id fits several calls"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl why last", "the call that began last"},
                   {"cdrctl why 101 --json | jq -r '.history[].words'",
                    "what happened in 101's last call, for a ticket"}},
      .is_paged = true,
      .run = tell_story};
}

}  // namespace trunkline::commands
