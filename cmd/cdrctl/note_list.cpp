// SPDX-License-Identifier: MIT
#include "cdr/notes.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_notes(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl note list");
  cli::Output& out = context.out();
  std::vector<cdr::Note> notes;
  if (context.has("CALL")) {
    const cdr::Call call = core::value_or_throw(cdr::find_call(connection, context.value("CALL")));
    notes = cdr::notes_of(connection, call.call);
  } else {
    notes = cdr::list_notes(connection, {.since = moment(context, "--since"),
                                         .until = moment(context, "--until"),
                                         .who = context.value("--who"),
                                         .tenant = chosen_tenant(context, connection),
                                         .limit = context.number("--limit").value_or(0)});
  }
  out.table("note.v1", {{"NOTED"}, {"BY"}, {"CALL"}, {"NOTE"}});
  for (const cdr::Note& note : notes)
    out.row({out.time(note.at), note.who, short_id(out, note.call.text()), note.text},
            cdr::to_json(note));
  return core::ExitCode::done;
}

}  // namespace

cli::Command note_list() {
  return {.path = "note list",
          .summary = "list notes: of a call, or of all, newest first",
          .arguments = {{.name = "CALL",
                         .help = "only of this call, oldest first: id or its end, SIP Call-ID, "
                                 "number, or last",
                         .is_optional = true}},
          .options = {{.name = "--since", .help = "noted at or after", .value = "TIME"},
                      {.name = "--until", .help = "noted before", .value = "TIME"},
                      {.name = "--who", .help = "by whose name has this in it", .value = "NAME"},
                      {.name = "--tenant", .help = "only of this tenant", .value = "NAME"},
                      {.name = "-n,--limit",
                       .help = "at most so many; 0 for all",
                       .value = "COUNT",
                       .fallback = "50"}},
          .exits = {{core::ExitCode::no_input, "there is no such call or tenant"},
                    {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl note list last", "the notes on the last call"},
                       {"cdrctl note list --since today --who alice --json",
                        "what alice noted today, for a script"}},
          .is_paged = true,
          .run = list_notes};
}

}  // namespace trunkline::commands
