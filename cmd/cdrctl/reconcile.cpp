// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "cdr/csv.h"
#include "cdr/query.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "db/tool.h"
#include "foreign/invoice.h"
#include "number/e164.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

using foreign::Difference;
using foreign::Money;

/// What could be on the invoice began so long before its first and behind its last call: a clock of
/// another time zone is found out, too.
constexpr core::Milliseconds kMargin = std::chrono::hours(26);

foreign::Source source_of(const std::string& name) {
  const auto file = std::make_shared<os::Fd>(
      name == "-" ? ::dup(STDIN_FILENO) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*file) throw os::system_error("read " + name, errno);
  return [file, name](std::span<char> space) {
    ssize_t size = 0;
    do size = ::read(file->get(), space.data(), space.size());
    while (size < 0 && errno == EINTR);
    if (size < 0) throw os::system_error("read " + name, errno);
    return static_cast<std::size_t>(size);
  };
}

std::string_view name_of(Difference difference) {
  switch (difference) {
    case Difference::none:
      return "";
    case Difference::time:
      return "time";
    case Difference::length:
      return "duration";
    case Difference::money:
      return "money";
  }
  return "";
}

/// One line of the answer, whichever of both sides it has.
struct Finding {
  std::string_view kind;
  const foreign::OurCall* ours = nullptr;
  const foreign::InvoiceLine* theirs = nullptr;
  std::string detail = {};
};

class Printer {
 public:
  Printer(cli::Output& out, bool is_csv) : out_(out), is_csv_(is_csv) {
    if (is_csv_) {
      put({"finding", "line", "call", "at", "caller", "called", "our_ms", "their_ms", "cost",
           "price", "detail"});
      return;
    }
    out_.table("reconciled.v1", {{"FINDING"},
                                 {"LINE", cli::Align::right},
                                 {"CALL"},
                                 {"AT"},
                                 {"CALLER"},
                                 {"CALLED"},
                                 {"OURS", cli::Align::right},
                                 {"THEIRS", cli::Align::right},
                                 {"COST", cli::Align::right},
                                 {"PRICE", cli::Align::right},
                                 {"DETAIL"}});
  }

  void print(const Finding& finding) {
    const foreign::BilledCall& call = finding.ours ? finding.ours->call : finding.theirs->call;
    const std::string& caller = finding.ours ? finding.ours->caller : finding.theirs->caller;
    const std::string& called = finding.ours ? finding.ours->called : finding.theirs->called;
    const std::string line = finding.theirs ? std::to_string(finding.theirs->line) : "";
    const std::string id = finding.ours ? finding.ours->id.text() : "";
    const std::string cost = money(finding.ours ? finding.ours->call.money : std::nullopt);
    const std::string price = money(finding.theirs ? finding.theirs->call.money : std::nullopt);
    if (is_csv_) {
      put({finding.kind, line, id, core::to_rfc3339(call.at), caller, called,
           finding.ours ? std::to_string(finding.ours->call.length.count()) : "",
           finding.theirs ? std::to_string(finding.theirs->call.length.count()) : "", cost, price,
           finding.detail});
      return;
    }
    core::Json object{{"finding", finding.kind}, {"at", core::to_rfc3339(call.at)}};
    if (finding.theirs) object["line"] = finding.theirs->line;
    if (finding.ours) object["call"] = id;
    if (!caller.empty()) object["caller"] = caller;
    object["called"] = called;
    if (finding.ours) object["our_ms"] = finding.ours->call.length.count();
    if (finding.theirs) object["their_ms"] = finding.theirs->call.length.count();
    if (!cost.empty()) object["cost"] = cost;
    if (!price.empty()) object["price"] = price;
    if (!finding.detail.empty()) object["detail"] = finding.detail;
    out_.row({std::string(finding.kind), line, out_.is_terminal() ? std::string(cli::tail(id)) : id,
              out_.time(call.at), caller, called,
              finding.ours ? out_.duration(finding.ours->call.length) : "",
              finding.theirs ? out_.duration(finding.theirs->call.length) : "", cost, price,
              finding.detail},
             std::move(object));
  }

 private:
  static std::string money(const std::optional<Money>& money) {
    return money ? foreign::to_text(*money) : std::string();
  }
  void put(std::initializer_list<std::string_view> fields) {
    std::string line;
    std::string_view separator;
    for (const std::string_view field : fields) {
      line += separator;
      cdr::append_csv_field(line, field);
      separator = ",";
    }
    out_.bytes(core::as_bytes(line + "\r\n"));
  }

  cli::Output& out_;
  bool is_csv_;
};

struct Sum {
  std::uint64_t calls = 0;
  core::Milliseconds length{0};
  std::int64_t money = 0;

  void add(const foreign::BilledCall& call) {
    ++calls;
    length += call.length;
    if (call.money) money += call.money->value();
  }
  std::string text() const {
    return fmt::format("{} calls, {} minutes, {}", calls, length.count() / 60'000,
                       foreign::to_text(Money(money)));
  }
};

std::vector<foreign::BilledCall> billed(const std::vector<foreign::OurCall>& calls) {
  std::vector<foreign::BilledCall> all;
  all.reserve(calls.size());
  for (const foreign::OurCall& one : calls) all.push_back(one.call);
  return all;
}
std::vector<foreign::BilledCall> billed(const std::vector<foreign::InvoiceLine>& lines) {
  std::vector<foreign::BilledCall> all;
  all.reserve(lines.size());
  for (const foreign::InvoiceLine& one : lines) all.push_back(one.call);
  return all;
}

/// Whether what is only ours is within what the invoice is about: the margin is not.
bool is_asked_for(const foreign::BilledCall& call, core::Time first, core::Time last,
                  core::Milliseconds offset) {
  return call.at + offset >= first && call.at + offset <= last;
}

struct Period {
  core::Time first;  ///< by their clock
  core::Time last;
};

Period period_of(cli::Context& context, const foreign::Invoice& invoice) {
  const auto [first, last] = std::minmax_element(
      invoice.lines.begin(), invoice.lines.end(),
      [](const auto& left, const auto& right) { return left.call.at < right.call.at; });
  return {moment(context, "--since").value_or(first->call.at),
          moment(context, "--until").value_or(last->call.at)};
}

foreign::Invoice invoice_of(cli::Context& context, foreign::Numbers& numbers,
                            std::uint64_t& refused) {
  const std::string name = context.value("INVOICE");
  foreign::InvoiceForm form{.time_form = context.value("--time-format"),
                            .by_caller = !context.has("--ignore-caller")};
  std::string map;
  for (const std::string& one : context.values("--map")) map += one + "\n";
  if (!map.empty())
    form.columns = core::value_or_throw(foreign::parse_columns(map, foreign::invoice_fields()));
  foreign::Invoice invoice = foreign::read_invoice(
      source_of(name), name, form, numbers, [&](std::uint64_t line, const core::Fault& fault) {
        ++refused;
        context.warn(fmt::format("line {} is not looked at: {}", line, fault.message));
      });
  if (invoice.lines.empty())
    throw core::Error(core::ExitCode::data,
                      fmt::format("cannot reconcile {}: it has no calls", name),
                      "a first line with the names of columns, then a line a call");
  return invoice;
}

foreign::Tolerance tolerance_of(const cli::Context& context) {
  foreign::Tolerance tolerance;
  tolerance.time = context.duration("--time-tolerance").value_or(tolerance.time);
  tolerance.length = context.duration("--duration-tolerance").value_or(tolerance.length);
  if (context.has("--money-tolerance"))
    tolerance.money =
        core::value_or_throw(foreign::parse_money(context.value("--money-tolerance")));
  tolerance.finds_offset = !context.has("--no-offset");
  return tolerance;
}

/// Prints what does not match; true where everything does.
bool print_all(cli::Context& context, const foreign::Invoice& invoice,
               const std::vector<foreign::OurCall>& ours, const Period& period) {
  const foreign::Reconciled found =
      foreign::reconcile(billed(ours), billed(invoice.lines), tolerance_of(context));
  Printer printer(context.out(), context.value("--format") == "csv" && !context.flags().is_json);
  Sum matching;
  Sum differing;
  Sum only_theirs;
  Sum only_ours;
  Sum theirs;
  for (const foreign::InvoiceLine& line : invoice.lines) theirs.add(line.call);
  for (const foreign::Pair& pair : found.pairs) {
    const foreign::InvoiceLine& line = invoice.lines[pair.theirs];
    (pair.difference == Difference::none ? matching : differing).add(line.call);
    if (pair.difference != Difference::none)
      printer.print({"differing", &ours[pair.ours], &line, std::string(name_of(pair.difference))});
  }
  for (const foreign::OnlyTheirs& one : found.only_theirs) {
    only_theirs.add(invoice.lines[one.theirs].call);
    printer.print({"only-theirs", nullptr, &invoice.lines[one.theirs],
                   one.duplicate_of ? fmt::format("the call of line {} again",
                                                  invoice.lines[*one.duplicate_of].line)
                                    : std::string()});
  }
  for (const std::size_t one : found.only_ours) {
    if (!is_asked_for(ours[one].call, period.first, period.last, found.offset)) continue;
    only_ours.add(ours[one].call);
    printer.print({"only-ours", &ours[one], nullptr});
  }
  context.out().flush();
  if (found.offset != core::Milliseconds(0))
    context.note(fmt::format("their clock is {} ms ahead of ours", found.offset.count()));
  for (const auto& [name, sum] :
       {std::pair("invoice", theirs), std::pair("matching", matching),
        std::pair("differing", differing), std::pair("only theirs", only_theirs),
        std::pair("only ours", only_ours)})
    context.note(fmt::format("{}: {}", name, sum.text()));
  return differing.calls + only_theirs.calls + only_ours.calls == 0;
}

core::ExitCode reconcile_invoice(cli::Context& context) {
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  foreign::Numbers numbers(context.has("--country") ? core::value_or_throw(number::parse_region(
                                                          context.value("--country")))
                                                    : std::string());
  std::uint64_t refused = 0;
  const foreign::Invoice invoice = invoice_of(context, numbers, refused);
  const Period period = period_of(context, invoice);
  db::Connection connection = db::open_to_read(context.config(), "cdrctl reconcile");
  const std::vector<foreign::OurCall> ours =
      foreign::our_calls(connection,
                         {.since = period.first - kMargin,
                          .until = period.last + kMargin,
                          .tenant = chosen_tenant(context, connection),
                          .direction = context.value("--direction"),
                          .by_start = context.value("--their-time") == "start",
                          .by_caller = invoice.has_callers},
                         numbers);
  const bool is_same = print_all(context, invoice, ours, period);
  return is_same && refused == 0 ? core::ExitCode::done : core::ExitCode::partly;
}

std::vector<cli::Option> reconcile_options() {
  return {{.name = "--map",
           .help = "columns: our field = their heading, or #3 without headings",
           .value = "FIELD=COLUMN,...",
           .is_repeatable = true},
          {.name = "--tz",
           .help = "the time zone of the invoice (this host's if not given)",
           .value = "ZONE"},
          {.name = "--time-format",
           .help = "how its times are written, as in strptime(3)",
           .value = "FORMAT"},
          {.name = "--country",
           .help = "where national numbers are of, two letters",
           .value = "COUNTRY"},
          {.name = "--their-time",
           .help = "what the invoice's times are of",
           .value = "WHAT",
           .fallback = "answer",
           .choices = {"answer", "start"}},
          {.name = "--time-tolerance",
           .help = "how far times may be apart, beside a constant offset",
           .value = "DURATION",
           .fallback = "5s"},
          {.name = "--duration-tolerance",
           .help = "how far durations may be apart",
           .value = "DURATION",
           .fallback = "2s"},
          {.name = "--money-tolerance",
           .help = "how far price and cost of a call may be apart",
           .value = "AMOUNT",
           .fallback = "0.01"},
          {.name = "--ignore-caller", .help = "callers need not be the same"},
          {.name = "--no-offset", .help = "do not look for a constant offset of their clock"},
          {.name = "--direction",
           .help = "of ours only calls of this direction",
           .value = "DIRECTION",
           .choices = {"inbound", "outbound", "internal", "unknown"}},
          {.name = "--since",
           .help = "when the invoice begins (with its first call if not given)",
           .value = "TIME"},
          {.name = "--until",
           .help = "when it ends (with its last call if not given)",
           .value = "TIME"},
          {.name = "--tenant", .help = "of ours only this tenant's", .value = "NAME"},
          {.name = "--format",
           .help = "a table, or csv as of RFC 4180",
           .value = "FORMAT",
           .fallback = "table",
           .choices = {"table", "csv"}}};
}

}  // namespace

cli::Command reconcile() {
  return {
      .path = "reconcile",
      .summary = "compare a carrier's invoice with the ledger, call by call",
      .description =
          "Reads an invoice or a carrier's call list, CSV with a heading, and looks for each of "
          "its "
          "lines among the answered calls of the ledger to numbers of a public network. Two are "
          "the same call where their numbers mean the same and their times are within the "
          "tolerance. A constant offset of the carrier's clock, also of hours, is found and "
          "said.\n\n"
          "Lists what differs, what only they have (and which lines are there twice) and what only "
          "we have, with price and cost; sums are said on standard error. Times are ours where we "
          "have the call. The cost is what cdrctl rate found; without one only times and "
          "durations are compared.\n\n"
          "Columns of the usual names are found without --map; fields are id, caller, called, "
          "started, duration and price.",
      .arguments = {{.name = "INVOICE",
                     .help = "a file of CSV, or - for the standard input",
                     .complete = cli::Complete::file}},
      .options = reconcile_options(),
      .exits = {{core::ExitCode::partly, "there are differences, or lines that are none: printed"},
                {core::ExitCode::usage, "a column that is not there, an unknown zone or country"},
                {core::ExitCode::data, "the invoice has no calls"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl reconcile --tz UTC --country DE invoice.csv", "a month's invoice"},
                   {"cdrctl reconcile --map called=Ziel,started=Beginn,duration=Dauer "
                    "--time-format '%d.%m.%Y %H:%M:%S' rechnung.csv",
                    "with headings of its own"}},
      .run = reconcile_invoice};
}

}  // namespace trunkline::commands
