// SPDX-License-Identifier: MIT
#include "foreign/invoice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cdr/csv_reader.h"
#include "core/text.h"
#include "foreign/csv_calls.h"
#include "foreign/moment.h"

namespace trunkline::foreign {
namespace {

using core::ExitCode;

constexpr std::array<std::string_view, 6> kInvoiceFields{"id",      "caller",   "called",
                                                         "started", "duration", "price"};

struct Usual {
  std::string_view field;
  /// As plain_heading() makes them.
  std::array<std::string_view, 10> headings;
};
constexpr std::array kUsual{
    Usual{"id", {"id", "callid", "callsid", "sid", "cdrid", "uniqueid", "reference"}},
    Usual{"caller",
          {"caller", "from", "source", "src", "callingnumber", "anumber", "cli", "ani",
           "originatingnumber", "callerid"}},
    Usual{"called",
          {"called", "to", "destination", "dst", "callednumber", "bnumber", "number", "dnis",
           "terminatingnumber", "destinationnumber"}},
    Usual{"started",
          {"started", "starttime", "start", "datetime", "calldate", "timestamp", "date",
           "answertime", "connecttime", "calltime"}},
    Usual{"duration",
          {"duration", "billsec", "seconds", "durations", "billedduration", "billableseconds",
           "talktime", "chargedduration", "durationsec", "billedseconds"}},
    Usual{"price",
          {"price", "cost", "amount", "charge", "total", "charged", "amountusd", "amounteur",
           "netamount", "rate"}}};

// Digits behind the point that a carrier's prices have.
constexpr std::int64_t kMillionth = 1'000'000;
constexpr std::int64_t kMostMoney = 1'000'000'000;

std::string numbers_of(std::string_view caller, std::string_view called, bool by_caller,
                       Numbers& numbers) {
  const auto plain = [&](std::string_view number) {
    const std::optional<std::string> e164 = numbers.e164(number);
    return e164 ? *e164 : std::string(core::trim(number));
  };
  return by_caller ? plain(caller) + ">" + plain(called) : plain(called);
}

core::Result<InvoiceLine> line_of(Record record, const ColumnPlaces& places,
                                  const InvoiceForm& form) {
  const auto failed = [](const core::Fault& fault) { return tl::unexpected(fault); };
  InvoiceLine line{.caller = std::string(core::trim(places.text(record, "caller"))),
                   .called = std::string(core::trim(places.text(record, "called")))};
  if (line.called.empty()) return core::fault(ExitCode::data, "it says nobody was called");
  const std::string_view time = places.text(record, "started");
  const auto at = form.time_form.empty() ? parse_moment(time) : parse_moment(time, form.time_form);
  if (!at) return failed(at.error());
  const auto length = parse_length(places.text(record, "duration"));
  if (!length) return failed(length.error());
  line.call.at = *at;
  line.call.length = *length;
  if (const auto price = core::trim(places.text(record, "price")); !price.empty()) {
    const auto money = parse_money(price);
    if (!money) return failed(money.error());
    line.call.money = *money;
  }
  return line;
}

}  // namespace

std::span<const std::string_view> invoice_fields() {
  return kInvoiceFields;
}

core::Result<Columns> usual_columns(std::span<const std::string_view> heading) {
  Columns columns;
  for (const Usual& usual : kUsual) {
    for (const std::string_view wanted : usual.headings) {
      const auto found = std::find_if(heading.begin(), heading.end(), [&](std::string_view one) {
        return !wanted.empty() && plain_heading(core::trim(one)) == wanted;
      });
      if (found == heading.end()) continue;
      columns.emplace(usual.field, core::trim(*found));
      break;
    }
  }
  for (const char* const needed : {"called", "started", "duration"}) {
    if (!columns.contains(needed))
      return core::fault(ExitCode::usage,
                         fmt::format("cannot tell which column of the invoice is {}", needed),
                         "say it: --map called=NUMBER,started=DATE,duration=SECONDS");
  }
  return columns;
}

core::Result<Money> parse_money(std::string_view text) {
  const auto unreadable = [&] {
    return core::fault(ExitCode::data,
                       fmt::format("cannot read price '{}'", core::printable(text.substr(0, 40))));
  };
  std::string digits;
  std::size_t point = std::string::npos;
  bool is_negative = false;
  for (const char letter : core::trim(text)) {
    const bool is_digit = letter >= '0' && letter <= '9';
    if (is_digit) {
      digits += letter;
    } else if (letter == '.' || letter == ',') {
      // Of two kinds of marks the last is the point, the others part thousands.
      point = digits.size();
    } else if (letter == '-' && digits.empty()) {
      is_negative = true;
    } else if (letter == '$' || letter == ' ' || static_cast<unsigned char>(letter) >= 0x80U) {
      continue;  // a sign of currency
    } else {
      return unreadable();
    }
  }
  const std::string whole = digits.substr(0, std::min(point, digits.size()));
  std::string part = point == std::string::npos ? "" : digits.substr(point);
  part.resize(6, '0');
  const auto units = core::parse_unsigned(whole.empty() ? "0" : whole);
  const auto millionths = core::parse_unsigned(part);
  if (digits.empty() || !units || !millionths || *units > kMostMoney) return unreadable();
  const auto value =
      static_cast<std::int64_t>(*units) * kMillionth + static_cast<std::int64_t>(*millionths);
  return Money(is_negative ? -value : value);
}

std::string to_text(Money money) {
  const std::int64_t size = money.value() < 0 ? -money.value() : money.value();
  std::string part = fmt::format("{:06}", size % kMillionth);
  while (part.size() > 2 && part.back() == '0') part.pop_back();
  return fmt::format("{}{}.{}", money.value() < 0 ? "-" : "", size / kMillionth, part);
}

Invoice read_invoice(Source source, const std::string& name, const InvoiceForm& form,
                     Numbers& numbers,
                     const std::function<void(std::uint64_t, const core::Fault&)>& refuse) {
  cdr::CsvReader reader(std::move(source), name, {.is_ragged = true});
  Invoice invoice;
  std::optional<ColumnPlaces> places;
  while (true) {
    const auto has_record = reader.next();
    if (!has_record) {
      refuse(reader.line(), has_record.error());
      if (reader.is_broken()) break;
      continue;
    }
    if (!*has_record) break;
    if (!places) {
      const Columns columns = form.columns.empty()
                                  ? core::value_or_throw(usual_columns(reader.fields()))
                                  : form.columns;
      places = core::value_or_throw(ColumnPlaces::find(columns, reader.fields()));
      invoice.has_callers = form.by_caller && places->has("caller");
      if (!are_numbered(columns)) continue;
    }
    auto line = line_of(reader.fields(), *places, form);
    if (!line) {
      refuse(reader.line(), line.error());
      continue;
    }
    line->line = reader.line();
    line->call.numbers = numbers_of(line->caller, line->called, invoice.has_callers, numbers);
    invoice.lines.push_back(std::move(*line));
  }
  return invoice;
}

std::vector<OurCall> our_calls(db::Connection& connection, const OurFilter& filter,
                               Numbers& numbers) {
  static constexpr db::Statement kCalls{
      "SELECT c.call, c.caller_number, coalesce(c.called_number, c.dialled),"
      "       CASE WHEN $5::boolean THEN c.started_at ELSE coalesce(c.answered_at, c.started_at) "
      "END,"
      "       coalesce(c.talk_ms, 0), (c.cost * 1000000)::bigint"
      "  FROM trunkline.cdr c"
      " WHERE c.started_at >= $1 AND c.started_at < $2 AND c.disposition = 'answered'"
      "   AND ($3::uuid IS NULL OR c.tenant_id = $3) AND ($4 = '' OR c.direction = $4)"
      " ORDER BY c.started_at, c.call"};
  std::vector<OurCall> calls;
  connection.stream(
      kCalls, {filter.since, filter.until, filter.tenant, filter.direction, filter.by_start},
      [&](const db::BinaryRow& row) {
        OurCall ours{.id = core::CallRef(row.uuid(0)),
                     .caller = std::string(row.text(1)),
                     .called = std::string(row.text(2))};
        // Between extensions no carrier had a part.
        if (!numbers.e164(ours.called)) return true;
        ours.call = {.numbers = numbers_of(ours.caller, ours.called, filter.by_caller, numbers),
                     .at = row.time(3),
                     .length = core::Milliseconds(row.bigint(4))};
        if (!row.is_null(5)) ours.call.money = Money(row.bigint(5));
        calls.push_back(std::move(ours));
        return true;
      });
  return calls;
}

}  // namespace trunkline::foreign
