// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "archive/calls.h"
#include "cdr/notes.h"
#include "cdr/query.h"
#include "cdrctl/archive.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"

namespace trunkline::commands {
namespace {

void print_call_facts(cli::Context& context, const cdr::Call& call, const cdr::CallFacts& facts,
                      const std::string& tenant, const std::vector<cdr::Note>& notes = {}) {
  cli::Output& out = context.out();
  core::Json object = cdr::to_json(call);
  std::vector<cli::Field> fields = fields_of(out, call);
  fields.push_back({"tenant", tenant});
  if (facts.media) {
    object["media"] = *facts.media;
    for (cli::Field& field : media_fields(out, *facts.media)) fields.push_back(std::move(field));
  }
  if (!facts.recordings.empty()) object["recordings"] = facts.recordings;
  for (const core::Json& recording : facts.recordings) {
    const std::string reason = core::text_at(recording, "reason");
    fields.push_back(
        {"recorded",
         fmt::format("{}, {}{}{}", core::text_at(recording, "status"),
                     out.duration(core::Milliseconds(core::number_at(recording, "duration_ms"))),
                     reason.empty() ? "" : ", ", reason)});
  }
  for (const cdr::Note& note : notes) {
    object["notes"].push_back(cdr::to_json(note));
    fields.push_back({"note", fmt::format("{} by {}: {}", out.time(note.at), note.who, note.text)});
  }
  out.record("cdr.v1", fields, std::move(object));
}

/// sipd knows its calls by journal also while PostgreSQL is away; recorderd its recordings.
void show_from_journal(cli::Context& context) {
  const core::Json body =
      core::value_or_throw(sipd(context).call("journal.call", {{"call", context.value("CALL")}}));
  const cdr::Call call = core::value_or_throw(cdr::parse_call(body));
  cdr::CallFacts facts;
  if (call.recording) {
    auto recording =
        recorderd(context).call("recording.show", {{"recording", call.recording->text()}});
    if (recording) facts.recordings.push_back(std::move(*recording));
  }
  print_call_facts(context, call, facts, call.tenant.text());
}

core::ExitCode show_call(cli::Context& context) {
  with_ledger(
      context, "show",
      [&](db::Connection& connection) {
        auto found = cdr::find_call(connection, context.value("CALL"));
        if (!found && found.error().code == core::ExitCode::no_input &&
            context.has("--from-archive"))
          found = archive::find_archived(archive_folder(context), archive::archives(connection),
                                         context.value("CALL"));
        cdr::Call call = core::value_or_throw(std::move(found));
        const cdr::CallFacts facts = cdr::facts_of(connection, call.call);
        call.recording_rule = facts.recording_rule;
        print_call_facts(context, call, facts, cdr::tenant_name(connection, call.tenant),
                         cdr::notes_of(connection, call.call));
      },
      [&] { show_from_journal(context); });
  return core::ExitCode::done;
}

}  // namespace

cli::Command show() {
  return {.path = "show",
          .summary = "show a call: how it went, its media and its recordings",
          .description =
              "Shows what the ledger knows of a call, live or ended: who, when, how it ended, what "
              "recorderd saw of its media, its recordings and notes on it. While PostgreSQL is "
              "away, sipd's "
              "journal is asked.",
          .arguments = {{.name = "CALL",
                         .help = "id or its end, SIP Call-ID, number (its last call), or last"}},
          .options = {from_archive_option()},
          .exits = {{core::ExitCode::no_input, "there is no such call"},
                    {core::ExitCode::usage, "the end of the id fits several calls"}},
          .examples = {{"cdrctl show last", "the call that began last"},
                       {"cdrctl show 101 --json | jq .media", "media of 101's last call"}},
          .is_paged = true,
          .run = show_call};
}

}  // namespace trunkline::commands
