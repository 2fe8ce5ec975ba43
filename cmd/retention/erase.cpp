// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "db/tool.h"
#include "retention/certificate.h"
#include "retention/commands.h"
#include "retention/locations.h"
#include "retention/sweep.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;
using retention::Held;

retention::CallsFate calls_fate(std::string_view word) {
  if (word == "erase") return retention::CallsFate::erase;
  return word == "keep" ? retention::CallsFate::keep : retention::CallsFate::mask;
}

/// "goes", "masked", "kept", "withheld"
std::string_view fate_of(const Held& held, retention::CallsFate calls) {
  if (!held.because.empty()) return "withheld";
  if (held.item.kind == retention::Kind::recording) return "goes";
  switch (calls) {
    case retention::CallsFate::erase:
      return "goes";
    case retention::CallsFate::mask:
      return "masked";
    case retention::CallsFate::keep:
      break;
  }
  return "kept";
}

void print(cli::Output& out, const std::vector<Held>& all, retention::CallsFate calls) {
  out.table("erase_item.v1",
            {{"ENDED"}, {"KIND"}, {"FATE"}, {"SIZE", cli::Align::right}, {"ID"}, {"BECAUSE"}});
  for (const Held& held : all) {
    const retention::Item& item = held.item;
    const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, item.bytes));
    out.row({out.time(item.ended_at), name_of(item.kind), fate_of(held, calls),
             out.size(core::ByteCount(bytes)), item.id.text(), core::join(held.because, "; ")},
            {{"kind", name_of(item.kind)},
             {"id", item.id.text()},
             {"call", item.call.text()},
             {"tenant", item.tenant.text()},
             {"fate", fate_of(held, calls)},
             {"ended_at", core::to_rfc3339(item.ended_at)},
             {"bytes", item.bytes},
             {"because", held.because}});
  }
  out.flush();
}

std::vector<Held> look(cli::Context& context, db::Connection& connection, core::Time now) {
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  return retention::held_about(connection, planner, context.value("--number"),
                               narrowed_tenant(context, connection), now);
}

/// Decides once more under the lock, and erases that.
retention::Erased erase_held(cli::Context& context, Workplace& place, const core::Uuid& run,
                             core::Time now, std::vector<Held>& held) {
  db::Transaction page(place.database());
  retention::lock_rules(place.database());
  held = look(context, place.database(), now);
  const auto erasures = retention::erasures_of(held, calls_fate(context.value("--calls")),
                                               context.value("--request"));
  if (erasures.empty()) return {};
  return retention::Eraser(place.parts(), run, retention::RunKind::request).erase(erasures, page);
}

void tell_archived(cli::Context& context, db::Connection& connection) {
  const auto months = retention::archived_months(connection);
  if (months.empty()) return;
  context.warn(fmt::format("calls of {} months are archived as files and not reached: {}",
                           months.size(), core::join(months, ", ")),
               "cdrctl archive restore MONTH, erase again, then cdrctl archive add");
}

std::uint64_t count_withheld(const std::vector<Held>& held) {
  return static_cast<std::uint64_t>(std::count_if(
      held.begin(), held.end(), [](const Held& one) { return !one.because.empty(); }));
}

ExitCode apply(cli::Context& context, core::Time now) {
  Workplace place(context, "erase");
  place.resume(now);
  std::vector<Held> held = look(context, place.database(), now);
  tell_archived(context, place.database());
  if (context.has("--export")) export_held(place.database(), context.value("--export"), held);
  const std::uint64_t withheld = count_withheld(held);
  if (!context.confirm(fmt::format("erase what is held about this number for good ({} things, {} "
                                   "withheld)?",
                                   held.size() - withheld, withheld)))
    return ExitCode::failed;
  const auto run = core::Uuid::make(now);
  const retention::Erased erased = place.run(run, retention::RunKind::request, now, withheld, [&] {
    return erase_held(context, place, run, now, held);
  });
  const bool is_mirrored = place.refresh_mirror();
  print_certificate(context, place.database(), {.run = run, .held = held, .erased = erased});
  return erased.failed > 0 || !is_mirrored ? ExitCode::partly : ExitCode::done;
}

ExitCode run(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  if (context.has("--apply")) return apply(context, now);
  db::Connection connection = db::open_to_read(context.config(), "retention erase");
  const std::vector<Held> held = look(context, connection, now);
  if (context.has("--export")) export_held(connection, context.value("--export"), held);
  print(context.out(), held, calls_fate(context.value("--calls")));
  tell_archived(context, connection);
  context.note(
      fmt::format("{} things are held about this number, {} of them have to stay; "
                  "nothing was changed: --apply erases",
                  held.size(), count_withheld(held)));
  return ExitCode::done;
}

}  // namespace

cli::Command erase() {
  std::vector<cli::ExitNote> exits = erasing_exits();
  exits.push_back({ExitCode::cannot_create, "the export or the certificate cannot be written"});
  return {
      .path = "erase",
      .summary = "erase what is held about a person's number, at their request",
      .description =
          "Shows the calls of that number and their recordings, what would go, and what has to "
          "stay and why; --apply does it. Recordings go whatever their policy says. In calls the "
          "name, number and address of that party are replaced by the word erased, and the journal "
          "entries lose their content; --calls erase takes the whole call, keep leaves it. What a "
          "case holds, and what an increase-only policy still keeps, is withheld.\n\n"
          "Numbers have to be the same, not only alike: give it with the country's prefix. The "
          "audit log names the request and the ids, never the number. The certificate says what "
          "was erased and withheld, under which line of the audit log. The daemons' own journals "
          "forget a call after ledger.keep.",
      .options = {{.name = "--number",
                   .help = "whose: as +15550100",
                   .value = "NUMBER",
                   .is_required = true},
                  {.name = "--request",
                   .help = "what the request is called, in the audit log, too",
                   .value = "NAME",
                   .is_required = true},
                  {.name = "--calls",
                   .help = "what happens to the calls themselves",
                   .value = "HOW",
                   .fallback = "mask",
                   .choices = {"mask", "erase", "keep"}},
                  {.name = "--export",
                   .help = "write what is held into this new folder first",
                   .value = "FOLDER",
                   .complete = cli::Complete::directory},
                  {.name = "--apply", .help = "erase, and print the certificate"},
                  {.name = "--certificate",
                   .help = "write it to this file, and as JSON to FILE.json",
                   .value = "FILE",
                   .complete = cli::Complete::file},
                  tenant_option(),
                  adopt_option()},
      .exits = std::move(exits),
      .examples = {{"retention erase --number +15550100 --request DSR-17", "what would go"},
                   {"retention erase --number +15550100 --request DSR-17 --export dsr-17 --apply "
                    "--certificate dsr-17.txt",
                    "exports what is held, asks, erases, certifies"}},
      .run = run};
}

}  // namespace trunkline::commands
