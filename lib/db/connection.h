// SPDX-License-Identifier: MIT
#pragma once

// One session with PostgreSQL. No call blocks for longer than its deadline, whatever the server
// does: connecting and every statement are sent non-blocking and polled, so that a server that is
// frozen, unplugged or stopped shows as core::Error (unavailable), after which the connection is
// broken and the owner opens another. One exception: a host *name* in the URL is looked up by the
// C library, which has its own time-out; use an address where that matters.
//
// Errors: unavailable = cannot reach or lost; try_again = restarting, lock, deadlock;
// no_permission; config = role, database or schema missing; data = a value the database refuses
// (with SQLSTATE in Error::fields() under "sqlstate"); software = the rest. A connection belongs to
// one thread.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cptr.h"
#include "core/error.h"
#include "core/time.h"
#include "db/binary_rows.h"
#include "db/rows.h"
#include "db/value.h"

struct pg_conn;

namespace trunkline::db {

struct Options {
  std::string url = {};                   ///< libpq conninfo or URI: `db.url`
  std::string database = {};              ///< instead of the URL's
  std::string user = {};                  ///< instead of the URL's
  std::string application = "trunkline";  ///< seen in pg_stat_activity
  std::string role = {};                  ///< SET ROLE after connecting; empty = as logged in
  std::string who = {};                   ///< acting person for the audit log; empty = login
  /// Acts as trunkline_tenant instead of `role`: row-level security shows this tenant only.
  std::optional<core::TenantId> tenant = {};
  core::Milliseconds connect_timeout{5'000};
  core::Milliseconds statement_timeout{10'000};
  bool is_read_only = false;
  /// A descriptor (Wakeup): once it is readable nothing waits any more and the connection is lost.
  int interrupt = -1;
};

/// The text of one statement, known when the program is compiled.
class Statement {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert
  consteval Statement(const char* sql) : sql_(sql) {}
  constexpr const char* sql() const noexcept { return sql_; }

 private:
  const char* sql_;
};

struct Notification {
  std::string channel;
  std::string payload;
};

void close_connection(pg_conn* connection) noexcept;

class Connection {
 public:
  /// Throws core::Error: unavailable with the server's address and reason, config for a missing
  /// database or role, no_permission for a refused login.
  static Connection open(const Options& options);

  /// One statement with its parameters.
  Rows query(Statement statement, const Values& parameters = {});
  /// Several statements separated by semicolons, without parameters; one transaction unless the
  /// script says otherwise. For migrations and administration.
  void run_script(std::string_view sql);
  /// The deadline of the statements that follow, ours and the server's.
  void set_statement_timeout(core::Milliseconds timeout);

  /// COPY ... FROM STDIN in text format; `next` gives one line without newline at a time, nothing
  /// at the end. Returns the rows copied.
  std::int64_t copy_in(Statement copy, const std::function<std::optional<std::string>()>& next);

  /// The same for rows in binary form: COPY ... FROM STDIN (FORMAT binary).
  std::int64_t copy_in(Statement copy, const BinaryRows& rows);
  /// COPY ... TO STDOUT; `use` is given the bytes as they come, and every wait for more has a
  /// deadline of its own. The text is the server's own (a function composed it): COPY takes no
  /// parameters. Returns the rows copied.
  std::int64_t copy_out(const std::string& copy, const std::function<void(std::string_view)>& use);
  /// COPY ... FROM STDIN by such a text; `next` gives bytes, "" at the end.
  std::int64_t copy_in(const std::string& copy, const std::function<std::string_view()>& next);
  /// A statement's rows one by one, while the server still works on those behind: in the memory of
  /// one row. Every wait for the next one has a deadline of its own, the server has none. Stops
  /// when `use` returns false; the connection can then be used again.
  void stream(Statement statement, const Values& parameters,
              const std::function<bool(const BinaryRow&)>& use);

  /// Subscribes to a channel (a plain identifier).
  void listen(std::string_view channel);
  /// The next notification, or nothing when `timeout` has passed or `wake` (a descriptor, -1 for
  /// none) became readable.
  std::optional<Notification> wait(core::Milliseconds timeout, int wake = -1);
  /// For a poll of one's own; readable means: call wait(0ms).
  int descriptor() const noexcept;

  /// False after a deadline or a lost session; nothing but destruction is of use then.
  bool is_usable() const noexcept;
  /// Inside a transaction of which a statement failed: only a rollback is left.
  bool has_failed_transaction() const noexcept;
  /// "127.0.0.1:5432 database trunkline", for messages.
  const std::string& address() const noexcept { return address_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  explicit Connection(core::CPtr<pg_conn, close_connection> connection, std::string address);
  void prepare_session(const Options& options);
  void take_role(const std::string& role);
  void flush(Deadline deadline);
  ResultRef next_result(Deadline deadline);
  ResultRef finish(Deadline deadline);
  void send(Statement statement, const Values& parameters, int result_format);
  void begin_copy(const char* copy, int wanted);
  void put(std::string_view bytes);
  std::int64_t end_copy_in();
  void cancel();
  Deadline deadline() const;
  void wait_for(short events, Deadline deadline);
  [[noreturn]] void lose(std::string_view why);

  core::CPtr<pg_conn, close_connection> connection_;
  std::string address_;
  core::Milliseconds statement_timeout_{10'000};
  int interrupt_ = -1;
};

/// The database and login name that a URL (with environment and defaults) means.
struct Login {
  std::string database;
  std::string user;
};
Login login_of(const std::string& url);

/// `name` as an SQL identifier, for the few statements that cannot take it as a parameter.
std::string quoted_identifier(std::string_view name);

}  // namespace trunkline::db
