// SPDX-License-Identifier: MIT
#include "db/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

#include "core/log.h"
#include "core/text.h"
#include "db/sql_error.h"

namespace trunkline::db {
namespace {

using core::ExitCode;
using SteadyClock = std::chrono::steady_clock;

// The server gives up first and says so in its own words; we only when it says nothing at all.
constexpr core::Milliseconds kGrace{1'000};

int milliseconds_until(SteadyClock::time_point deadline) {
  const auto left = std::chrono::ceil<core::Milliseconds>(deadline - SteadyClock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

enum class Outcome : std::uint8_t { ready, too_late, interrupted };

Outcome poll_socket(int socket, short events, int interrupt, SteadyClock::time_point deadline) {
  while (true) {
    std::array<pollfd, 2> watched{
        pollfd{.fd = socket, .events = events, .revents = 0},
        pollfd{.fd = interrupt, .events = POLLIN, .revents = 0}};  // poll ignores -1
    const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Outcome::too_late;
    if (watched[1].revents != 0) return Outcome::interrupted;
    return Outcome::ready;  // after an error of poll libpq meets the same one and has words for it
  }
}

std::string text_of(Outcome outcome, core::Milliseconds timeout) {
  return outcome == Outcome::interrupted
             ? "interrupted"
             : fmt::format("no answer within {}", core::to_text(timeout));
}

std::string address_of(PGconn* connection) {
  const auto text = [](const char* value) { return std::string(value == nullptr ? "" : value); };
  return fmt::format("{}:{} database {}", text(PQhost(connection)), text(PQport(connection)),
                     text(PQdb(connection)));
}

void log_notice(void*, const PGresult* result) noexcept {
  const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  try {
    core::log_debug("database notice", {{"reason", text == nullptr ? "" : text}});
  } catch (const std::exception&) {  // a notice is not worth an exception across C frames
  }
}

PGconn* start_connection(const Options& options) {
  const std::string timeout =
      std::to_string(std::max<std::int64_t>(2, options.connect_timeout.count() / 1000));
  // A later keyword wins over an earlier one, and an empty value counts as none: what the URL says
  // wins over what stands before it.
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  add("application_name", options.application.c_str());
  add("client_encoding", "UTF8");
  add("keepalives_idle", "10");
  add("keepalives_interval", "5");
  add("keepalives_count", "3");
  add("tcp_user_timeout", "15000");
  add("connect_timeout", timeout.c_str());
  add("dbname", options.url.c_str());
  add("dbname", options.database.c_str());
  add("user", options.user.c_str());
  add(nullptr, nullptr);
  return PQconnectStartParams(keywords.data(), values.data(), 1);
}

}  // namespace

void close_connection(pg_conn* connection) noexcept {
  PQfinish(connection);
}

Connection::Connection(core::CPtr<pg_conn, close_connection> connection, std::string address)
    : connection_(std::move(connection)), address_(std::move(address)) {}

Connection Connection::open(const Options& options) {
  core::CPtr<pg_conn, close_connection> handle(start_connection(options));
  if (!handle) throw core::Error(ExitCode::io, "cannot reach PostgreSQL: out of memory");
  PQsetNoticeReceiver(handle.get(), log_notice, nullptr);
  const auto deadline = SteadyClock::now() + options.connect_timeout;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(handle.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const Outcome outcome =
        poll_socket(PQsocket(handle.get()), events, options.interrupt, deadline);
    if (outcome != Outcome::ready) {
      throw core::Error(
          connect_fault(address_of(handle.get()), text_of(outcome, options.connect_timeout)));
    }
    state = PQconnectPoll(handle.get());
    if (state == PGRES_POLLING_FAILED) break;
  }
  if (PQstatus(handle.get()) != CONNECTION_OK) {
    throw core::Error(connect_fault(address_of(handle.get()), PQerrorMessage(handle.get())));
  }
  PQsetnonblocking(handle.get(), 1);
  const std::string address = address_of(handle.get());
  Connection connection(std::move(handle), address);
  connection.prepare_session(options);
  return connection;
}

void Connection::prepare_session(const Options& options) {
  statement_timeout_ = options.statement_timeout;
  interrupt_ = options.interrupt;
  static constexpr Statement kSettings{
      "SELECT set_config('statement_timeout', $1, false),"
      "       set_config('idle_in_transaction_session_timeout', '60s', false),"
      "       set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),"
      "       set_config('bytea_output', 'hex', false), set_config('search_path', '', false),"
      "       set_config('trunkline.tenant', $2, false), set_config('trunkline.who', $3, false),"
      "       set_config('default_transaction_read_only', $4, false)"};
  query(kSettings, {std::to_string(statement_timeout_.count()),
                    options.tenant ? options.tenant->text() : std::string(), options.who,
                    options.is_read_only ? "on" : "off"});
  const std::string role = options.tenant ? "trunkline_tenant" : options.role;
  if (!role.empty()) take_role(role);
}

void Connection::take_role(const std::string& role) {
  static constexpr Statement kRole{"SELECT set_config('role', $1, false)"};
  const auto refused = [&](ExitCode code, std::string_view why, std::string hint) {
    return core::Error(code, fmt::format("cannot act as role '{}' at {}: {}", role, address_, why),
                       std::move(hint));
  };
  try {
    query(kRole, {role});
  } catch (const SqlError& error) {
    if (error.sqlstate() == "22023") {  // invalid_parameter_value
      throw refused(ExitCode::config, "no such role", "make database and roles: trunkline init");
    }
    if (error.sqlstate() == "42501") {  // insufficient_privilege
      throw refused(ExitCode::no_permission, "not granted to this login",
                    fmt::format("as database administrator: GRANT {} TO your login role", role));
    }
    throw;
  }
}

Rows Connection::query(Statement statement, const Values& parameters) {
  const auto until = deadline();
  send(statement, parameters, 0);
  flush(until);
  return Rows(finish(until));
}

void Connection::send(Statement statement, const Values& parameters, int result_format) {
  if (!is_usable()) lose("the connection was lost before");
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const Value& value : parameters) {
    types.push_back(value.type());
    values.push_back(value.bytes());
    lengths.push_back(static_cast<int>(value.size()));
    formats.push_back(value.is_binary() ? 1 : 0);
  }
  if (PQsendQueryParams(connection_.get(), statement.sql(), static_cast<int>(values.size()),
                        types.data(), values.data(), lengths.data(), formats.data(),
                        result_format) == 0) {
    lose(PQerrorMessage(connection_.get()));
  }
}

Connection::Deadline Connection::deadline() const {
  return SteadyClock::now() + statement_timeout_ + kGrace;
}

void Connection::run_script(std::string_view sql) {
  const auto deadline = SteadyClock::now() + statement_timeout_ + kGrace;
  if (!is_usable()) lose("the connection was lost before");
  if (PQsendQuery(connection_.get(), std::string(sql).c_str()) == 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  flush(deadline);
  (void)finish(deadline);  // a script's answers are of no interest; its errors were thrown
}

void Connection::set_statement_timeout(core::Milliseconds timeout) {
  static constexpr Statement kTimeout{"SELECT set_config('statement_timeout', $1, false)"};
  query(kTimeout, {std::to_string(timeout.count())});
  statement_timeout_ = timeout;
}

std::int64_t Connection::copy_in(Statement copy,
                                 const std::function<std::optional<std::string>()>& next) {
  begin_copy(copy.sql(), PGRES_COPY_IN);
  while (std::optional<std::string> line = next()) {
    *line += '\n';
    put(*line);
  }
  return end_copy_in();
}

std::int64_t Connection::copy_in(Statement copy, const BinaryRows& rows) {
  // Signature, flags and the length of a header extension; at the end, -1 for a number of columns.
  static constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  static constexpr std::string_view kTrailer("\377\377", 2);
  begin_copy(copy.sql(), PGRES_COPY_IN);
  put(kHeader);
  // In pieces, as a failed COPY should be noticed before all of it was sent.
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  for (std::string_view rest = rows.bytes(); !rest.empty();
       rest.remove_prefix(std::min(kPiece, rest.size())))
    put(rest.substr(0, kPiece));
  put(kTrailer);
  return end_copy_in();
}

std::int64_t Connection::copy_in(const std::string& copy,
                                 const std::function<std::string_view()>& next) {
  begin_copy(copy.c_str(), PGRES_COPY_IN);
  for (std::string_view bytes = next(); !bytes.empty(); bytes = next()) put(bytes);
  return end_copy_in();
}

std::int64_t Connection::copy_out(const std::string& copy,
                                  const std::function<void(std::string_view)>& use) {
  struct Release {
    void operator()(char* memory) const noexcept { PQfreemem(memory); }
  };
  begin_copy(copy.c_str(), PGRES_COPY_OUT);
  auto until = deadline();
  while (true) {
    char* bytes = nullptr;
    const int size = PQgetCopyData(connection_.get(), &bytes, 1);
    const std::unique_ptr<char, Release> owned(bytes);
    if (size < 0) break;  // the end, or an error that finish() finds
    if (size > 0) {
      use({bytes, static_cast<std::size_t>(size)});
      continue;
    }
    until = deadline();
    wait_for(POLLIN, until);
    if (PQconsumeInput(connection_.get()) == 0) lose(PQerrorMessage(connection_.get()));
  }
  return Rows(finish(until)).affected();
}

void Connection::stream(Statement statement, const Values& parameters,
                        const std::function<bool(const BinaryRow&)>& use) {
  static constexpr Statement kForever{"SELECT set_config('statement_timeout', '0', false)"};
  query(kForever);
  send(statement, parameters, 1);
  PQsetSingleRowMode(connection_.get());
  flush(deadline());
  std::optional<SqlError> error;
  bool goes_on = true;
  while (const ResultRef result = next_result(deadline())) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR) {
      if (PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) == nullptr)
        lose(PQresultErrorMessage(result.get()));
      error = sql_error_of(result.get());
    }
    if (status != PGRES_SINGLE_TUPLE || !goes_on) continue;
    goes_on = use(BinaryRow(result.get()));
    // What is on its way is read and dropped.
    if (!goes_on) cancel();
  }
  set_statement_timeout(statement_timeout_);
  if (error && goes_on) throw SqlError(*error);
}

void Connection::cancel() {
  const core::CPtr<PGcancel, PQfreeCancel> cancel(PQgetCancel(connection_.get()));
  std::array<char, 256> reason{};
  if (cancel) (void)PQcancel(cancel.get(), reason.data(), static_cast<int>(reason.size()));
}

void Connection::begin_copy(const char* copy, int wanted) {
  const auto until = deadline();
  if (!is_usable()) lose("the connection was lost before");
  if (PQsendQuery(connection_.get(), copy) == 0) lose(PQerrorMessage(connection_.get()));
  flush(until);
  const ResultRef start = finish(until);
  assert(PQresultStatus(start.get()) == wanted);
  (void)wanted;
}

void Connection::put(std::string_view bytes) {
  const auto until = deadline();
  while (true) {
    const int state =
        PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (state == 1) return;
    if (state < 0) lose(PQerrorMessage(connection_.get()));
    wait_for(POLLOUT, until);
  }
}

std::int64_t Connection::end_copy_in() {
  const auto until = deadline();
  while (true) {
    const int state = PQputCopyEnd(connection_.get(), nullptr);
    if (state == 1) break;
    if (state < 0) lose(PQerrorMessage(connection_.get()));
    wait_for(POLLOUT, until);
  }
  flush(until);
  return Rows(finish(until)).affected();
}

void Connection::listen(std::string_view channel) {
  run_script(fmt::format("LISTEN {}", quoted_identifier(channel)));
}

std::optional<Notification> Connection::wait(core::Milliseconds timeout, int wake) {
  struct Release {
    void operator()(PGnotify* notify) const noexcept { PQfreemem(notify); }
  };
  if (!is_usable()) lose("the connection was lost before");
  const auto deadline = SteadyClock::now() + timeout;
  while (true) {
    const std::unique_ptr<PGnotify, Release> notify(PQnotifies(connection_.get()));
    if (notify) return Notification{notify->relname, notify->extra};
    std::array<pollfd, 3> watched{
        pollfd{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0},
        pollfd{.fd = wake, .events = POLLIN, .revents = 0},  // poll ignores -1
        pollfd{.fd = interrupt_, .events = POLLIN, .revents = 0}};
    const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (watched[2].revents != 0) lose("interrupted");
    if (ready == 0 || watched[1].revents != 0) return std::nullopt;
    if (PQconsumeInput(connection_.get()) == 0) lose(PQerrorMessage(connection_.get()));
  }
}

int Connection::descriptor() const noexcept {
  return connection_ ? PQsocket(connection_.get()) : -1;
}

bool Connection::is_usable() const noexcept {
  return connection_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::has_failed_transaction() const noexcept {
  return connection_ && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

void Connection::wait_for(short events, Deadline deadline) {
  const Outcome outcome = poll_socket(PQsocket(connection_.get()), events, interrupt_, deadline);
  if (outcome != Outcome::ready) lose(text_of(outcome, statement_timeout_ + kGrace));
}

void Connection::flush(Deadline deadline) {
  while (true) {
    const int state = PQflush(connection_.get());
    if (state == 0) return;
    if (state < 0) lose(PQerrorMessage(connection_.get()));
    // While the server has answers to give it may read nothing: take them in to avoid a deadlock.
    wait_for(POLLIN | POLLOUT, deadline);
    if (PQconsumeInput(connection_.get()) == 0) lose(PQerrorMessage(connection_.get()));
  }
}

ResultRef Connection::next_result(Deadline deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    wait_for(POLLIN, deadline);
    if (PQconsumeInput(connection_.get()) == 0) lose(PQerrorMessage(connection_.get()));
  }
  return ResultRef(PQgetResult(connection_.get()));
}

ResultRef Connection::finish(Deadline deadline) {
  ResultRef last;
  std::optional<SqlError> error;
  while (ResultRef result = next_result(deadline)) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR && !error) {
      // Without a SQLSTATE it was libpq that failed, not the server that answered.
      const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      if (sqlstate == nullptr) lose(PQresultErrorMessage(result.get()));
      error = sql_error_of(result.get());
    }
    last = std::move(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    lose(error ? error->fault().message : PQerrorMessage(connection_.get()));
  }
  if (error) throw SqlError(*error);
  if (!last) lose("the answer was empty");
  return last;
}

void Connection::lose(std::string_view why) {
  core::Fault fault = connect_fault(address_, why);
  const std::string reached = "cannot reach PostgreSQL";
  fault.message.replace(0, reached.size(), "lost PostgreSQL");
  connection_.reset();
  throw core::Error(std::move(fault));
}

Login login_of(const std::string& url) {
  using Parsed = core::CPtr<PQconninfoOption, PQconninfoFree>;
  const auto value_of = [](const Parsed& options, std::string_view keyword) -> std::string {
    for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option) {
      if (keyword == option->keyword && option->val != nullptr) return option->val;
    }
    return {};
  };
  const Parsed defaults(PQconndefaults());  // PGDATABASE, PGUSER, the OS user
  const Parsed given(PQconninfoParse(url.c_str(), nullptr));
  Login login{value_of(given, "dbname"), value_of(given, "user")};
  if (login.user.empty()) login.user = value_of(defaults, "user");
  if (login.database.empty()) login.database = value_of(defaults, "dbname");
  if (login.database.empty()) login.database = login.user;
  return login;
}

std::string quoted_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char character : name) {
    if (character == '"') out += '"';
    out += character;
  }
  return out + '"';
}

}  // namespace trunkline::db
