// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdr/notes.h"
#include "cdr/query.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "db/tool.h"
#include "os/atomic_file.h"

namespace trunkline::commands {
namespace {

constexpr core::ByteCount kLongestInput{100'000};

core::ExitCode add_note(cli::Context& context) {
  std::string text = context.value("TEXT");
  if (text == "-") text = core::value_or_throw(os::read_text_file("/dev/stdin", kLongestInput));
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl note");
  const cdr::Call call = core::value_or_throw(cdr::find_call(connection, context.value("CALL")));
  const cdr::Note note =
      core::value_or_throw(cdr::add_note(connection, call.call, text, core::system_clock().wall()));
  cli::Output& out = context.out();
  out.record("note.v1",
             {{"call", note.call.text()}, {"noted", out.time(note.at)}, {"by", note.who}},
             cdr::to_json(note));
  return core::ExitCode::done;
}

}  // namespace

cli::Command note() {
  return {
      .path = "note",
      .summary = "note something on a call",
      .description =
          "Adds a note to a call, with your name and the time. Notes are never changed; they go "
          "when the call goes. That there was a note is in the audit log, its text is not. "
          "cdrctl show and cdrctl why print the notes of a call.",
      .arguments = {{.name = "CALL",
                     .help = "id or its end, SIP Call-ID, number (its last call), or last"},
                    {.name = "TEXT", .help = "up to 4000 letters; - reads standard input"}},
      .exits = {{core::ExitCode::no_input, "there is no such call"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl note last 'customer asks to be called back'", "on the last call"},
                   {"cdrctl note 7a3f09c2 - <letter.txt", "a longer one"}},
      .run = add_note};
}

}  // namespace trunkline::commands
