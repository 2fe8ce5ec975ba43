// SPDX-License-Identifier: MIT
#include "ledger/prove.h"

#include <fmt/format.h>

#include <filesystem>

#include "archive/entries.h"
#include "cdrctl/archive.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

void print_proved(cli::Output& out, const ledger::Proved& proved) {
  core::Json object{{"result", ledger::name_of(proved.finding)},
                    {"node", proved.node.text()},
                    {"daemon", proved.daemon},
                    {"first", proved.first},
                    {"last", proved.last}};
  if (proved.after) object["after"] = core::to_rfc3339(*proved.after);
  if (proved.before) object["before"] = core::to_rfc3339(*proved.before);
  if (!proved.detail.empty()) object["detail"] = proved.detail;
  const cli::Color color = ledger::is_hole(proved.finding) ? cli::Color::red : cli::Color::green;
  out.row({{std::string(ledger::name_of(proved.finding)), color},
           proved.daemon,
           proved.node.text(),
           std::to_string(proved.first),
           std::to_string(proved.last),
           proved.after ? out.time(*proved.after) : "",
           proved.before ? out.time(*proved.before) : "",
           proved.detail},
          std::move(object));
}

core::ExitCode prove_journals(cli::Context& context) {
  const core::Milliseconds patience = context.duration("--lag").value_or(core::Milliseconds(0));
  db::Connection connection = db::open_to_read(context.config(), "cdrctl prove");
  context.out().table("proof.v1", {{"RESULT"},
                                   {"DAEMON"},
                                   {"NODE"},
                                   {"FROM", cli::Align::right},
                                   {"TO", cli::Align::right},
                                   {"AFTER"},
                                   {"BEFORE"},
                                   {"DETAIL"}});
  const ledger::Tell tell = [&](const ledger::Proved& proved) {
    print_proved(context.out(), proved);
  };
  archive::Entries archived(connection, archive_folder(context));
  bool is_unread = false;
  bool is_whole = ledger::prove_ledger(connection, archived, [&](const ledger::Proved& proved) {
    if (proved.finding == ledger::Finding::archived) is_unread = true;
    tell(proved);
  });
  for (const auto& [daemon, setting] :
       {std::pair{"sipd", "sip.state_dir"}, std::pair{"recorderd", "media.state_dir"}}) {
    const auto file = std::filesystem::path(context.config().text(setting)) / "journal.db";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      context.note(fmt::format("{}: no journal to compare with at {}", daemon, file.string()));
      continue;
    }
    is_whole = ledger::prove_journal(connection, file, daemon, core::system_clock().wall(),
                                     patience, tell) &&
               is_whole;
  }
  if (is_unread)
    context.note("archived entries were not walked: their files are not in ledger.archive_dir");
  context.note(is_whole ? "the ledger is whole" : "the ledger has holes");
  return is_whole ? core::ExitCode::done : core::ExitCode::failed;
}

}  // namespace

cli::Command prove() {
  return {
      .path = "prove",
      .summary = "prove that the ledger is whole, or show the hole",
      .description =
          "Walks every journal in PostgreSQL: no number is missing, each link of the hash chain "
          "fits, it ends where the daemon was told it ended, every call has its row and every row "
          "its entry with the same content. Journals of this host's daemons that can be read are "
          "proved, too, and compared entry by entry.\n\n"
          "Prints one line of each journal that is intact, with the numbers proved, and one of "
          "each hole: missing and changed entries, the time of the entry before and behind, calls "
          "without a row (unlisted), rows without an entry (unfounded) or that differ from it. "
          "Numbers that were given up by an operator are accepted, entries of calls that "
          "retention erased or masked are erased, where the audit log says so and their hashes "
          "still link, and those the daemon has not shipped yet wait; none of these is a hole.\n\n"
          "Entries of archived months are read from their files and proved like the others; where "
          "a file is not here, its numbers are told as archived, and nothing is claimed of them. "
          "Imported calls are in no chain: a line of each source says how many there are, and "
          "whether as many are here as its batches added.",
      .options = {{.name = "--lag",
                   .help = "how old an entry of this host may be without being shipped",
                   .value = "DURATION",
                   .fallback = "1m"}},
      .exits = {{core::ExitCode::failed, "there is a hole: it is printed"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl prove", "proof or hole, for people"},
                   {"cdrctl prove --json --quiet || mail -s 'ledger' root", "as a nightly job"}},
      .run = prove_journals};
}

}  // namespace trunkline::commands
