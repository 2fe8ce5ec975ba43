// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "archive/held.h"
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

void print_held(cli::Output& out, const std::vector<Held>& all, retention::CallsFate calls) {
  out.table("erase_item.v1", item_columns());
  for (const Held& held : all) {
    const retention::Item& item = held.item;
    const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, item.bytes));
    core::Json object = item_json(item, fate_of(held, calls));
    object.update({{"bytes", item.bytes}, {"because", held.because}});
    if (!item.month.empty()) object["month"] = item.month;
    out.row({out.time(item.ended_at), name_of(item.kind), fate_of(held, calls),
             out.size(core::ByteCount(bytes)), item.id.text(), item.month,
             core::join(held.because, "; ")},
            std::move(object));
  }
  out.flush();
}

std::vector<Held> look(cli::Context& context, db::Connection& connection, core::Time now) {
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  return retention::held_about(connection, planner, context.value("--number"),
                               narrowed_tenant(context, connection), now);
}

archive::HeldInArchives look_in_archives(cli::Context& context, db::Connection& connection,
                                         core::Time now) {
  const retention::Planner planner(retention::load_rules(connection, default_days(context)));
  return archive::held_in_archives(connection, archive_folder(context), planner,
                                   context.value("--number"), narrowed_tenant(context, connection),
                                   now);
}

/// What was seen of it, each thing once, by what was seen of it first.
class Seen {
 public:
  void add(const std::vector<Held>& some) {
    for (const Held& one : some)
      if (ids_.emplace(one.item.kind, one.item.id).second) held_.push_back(one);
  }
  const std::vector<Held>& held() const { return held_; }

 private:
  std::set<std::pair<retention::Kind, core::Uuid>> ids_;
  std::vector<Held> held_;
};

/// A request that is being carried out.
struct Request {
  cli::Context& context;
  Workplace& place;
  core::Time now;
  core::Uuid run = core::Uuid::make(now);
  Seen seen = {};                         ///< and decided on, in the database
  std::vector<std::string> reached = {};  ///< archived months
};

/// Decides once more under the lock, and erases that.
retention::Erased erase_held(Request& request) {
  db::Transaction page(request.place.database());
  retention::lock_rules(request.place.database());
  const std::vector<Held> held = look(request.context, request.place.database(), request.now);
  request.seen.add(held);
  const auto erasures = retention::erasures_of(held, calls_fate(request.context.value("--calls")),
                                               request.context.value("--request"));
  if (erasures.empty()) return {};
  return retention::Eraser(request.place.parts(), request.run, retention::RunKind::request)
      .erase(erasures, page);
}

/// The calls of which something goes, themselves or a recording: what of them is archived has to be
/// reached.
std::vector<retention::Erasure> calls_that_go(const std::vector<Held>& all,
                                              retention::CallsFate fate) {
  std::set<core::CallRef> going;
  for (const Held& held : all)
    if (held.because.empty() &&
        (held.item.kind != retention::Kind::call || fate != retention::CallsFate::keep))
      going.insert(held.item.call);
  const bool are_whole = fate == retention::CallsFate::erase;
  std::vector<retention::Erasure> calls;
  for (const Held& held : all)
    if (held.item.kind == retention::Kind::call && going.contains(held.item.call))
      calls.push_back({.kind = retention::Kind::call,
                       .id = held.item.id,
                       .sides = are_whole ? retention::Sides::all : held.sides});
  return calls;
}

/// In archived months, month by month, and in what is in the database.
retention::Erased erase_everywhere(Request& request, const std::vector<Held>& held) {
  Workplace& place = request.place;
  retention::Erased all;
  const auto calls = calls_that_go(held, calls_fate(request.context.value("--calls")));
  try {
    const auto reached =
        archive::erase_in_archives(place.database(), place.archives(), calls, request.now,
                                   [&](const auto& /*of_month*/) { all += erase_held(request); });
    place.note_unreached(reached.unreached);
    request.reached = reached.months;
  } catch (const core::Error& error) {
    throw core::Error(ExitCode::partly,
                      fmt::format("cannot erase everything: {}", error.fault().message),
                      "run it again: it ends what was begun, in archived months, too");
  }
  all += erase_held(request);
  return all;
}

std::uint64_t count_withheld(const std::vector<Held>& held) {
  return static_cast<std::uint64_t>(std::count_if(
      held.begin(), held.end(), [](const Held& one) { return !one.because.empty(); }));
}

/// Those of archived months before those of the database, which are younger.
std::vector<Held> together(std::vector<Held> archived, std::vector<Held> in_database) {
  std::move(in_database.begin(), in_database.end(), std::back_inserter(archived));
  return archived;
}

/// Those that stay where they are, in an archived month.
std::vector<Held> withheld_of(const std::vector<Held>& all) {
  std::vector<Held> withheld;
  std::copy_if(all.begin(), all.end(), std::back_inserter(withheld),
               [](const Held& one) { return !one.because.empty(); });
  return withheld;
}

ExitCode apply(cli::Context& context, core::Time now) {
  Workplace place(context, "erase");
  place.resume(now);
  const archive::HeldInArchives archived = look_in_archives(context, place.database(), now);
  place.note_unreached(archived.unreached);
  const std::vector<Held> held = together(archived.held, look(context, place.database(), now));
  if (context.has("--export")) export_held(place.database(), context.value("--export"), held);
  const std::uint64_t withheld = count_withheld(held);
  if (!context.confirm(fmt::format("erase what is held about this number for good ({} things, {} "
                                   "withheld)?",
                                   held.size() - withheld, withheld)))
    return ExitCode::failed;
  Request request{.context = context, .place = place, .now = now};
  const retention::Erased erased =
      place.run(request.run, retention::RunKind::request, now, withheld,
                [&] { return erase_everywhere(request, held); });
  request.seen.add(withheld_of(archived.held));
  const bool is_archived = place.archive_again(now);
  const bool is_mirrored = place.refresh_mirror();
  print_certificate(context, place.database(),
                    {.run = request.run,
                     .held = request.seen.held(),
                     .erased = erased,
                     .reached = request.reached,
                     .not_reached = {place.unreached().begin(), place.unreached().end()}});
  const bool is_whole = erased.failed == 0 && is_mirrored && is_archived;
  return is_whole && place.unreached().empty() ? ExitCode::done : ExitCode::partly;
}

ExitCode erase_at_request(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  if (context.has("--apply")) return apply(context, now);
  db::Connection connection = db::open_to_read(context.config(), "retention erase");
  const archive::HeldInArchives archived = look_in_archives(context, connection, now);
  const std::vector<Held> held = together(archived.held, look(context, connection, now));
  if (context.has("--export")) export_held(connection, context.value("--export"), held);
  print_held(context.out(), held, calls_fate(context.value("--calls")));
  const bool is_partly = warn_of_months(context, archived.unreached);
  context.note(
      fmt::format("{} things are held about this number, {} of them have to stay; "
                  "nothing was changed: --apply erases",
                  held.size(), count_withheld(held)));
  return is_partly ? ExitCode::partly : ExitCode::done;
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
          "entries lose their content; the number of ours that was called or shown stays unless "
          "the party was of the house. With --calls erase the whole call goes, with keep it stays. "
          "What a case holds, and what an increase-only policy still keeps, is withheld.\n\n"
          "Calls of archived months are read from their files; --apply brings such a month back, "
          "erases in it, archives it again, and removes the file of before. Stopped anywhere, a "
          "second run ends what was begun.\n\n"
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
      .run = erase_at_request};
}

}  // namespace trunkline::commands
