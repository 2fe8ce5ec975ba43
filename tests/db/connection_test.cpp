// SPDX-License-Identifier: MIT
#include "db/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <catch2/catch.hpp>
#include <thread>

#include "db/sql_error.h"
#include "db/transaction.h"
#include "db/wakeup.h"
#include "support/database.h"

namespace trunkline::db {
namespace {

using core::ExitCode;
using test::Database;

/// The fault that `use` throws.
template <class Use>
core::Fault fault_of(Use&& use) {
  try {
    use();
  } catch (const core::Error& error) {
    return error.fault();
  }
  FAIL("nothing was thrown");
  return {};
}

/// A port of loopback where connections are accepted by the kernel and nobody ever answers.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("values come back as they were sent", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  const core::Uuid id = core::Uuid::make(core::from_microseconds(1'700'000'000'000'000));
  const core::Time time = core::from_microseconds(1'763'712'000'123'456);
  const core::Bytes blob{std::byte{0}, std::byte{0xff}, std::byte{'\\'}};

  static constexpr Statement kEcho{
      "SELECT $1::text AS text, $2::bigint AS number, $3::boolean AS flag, $4::uuid AS id,"
      "       $5::timestamptz AS time, $6::bytea AS blob, $7::text AS nothing, $8::json AS json,"
      "       1.5::float8 AS fraction"};
  const Rows rows = connection.query(kEcho, {"it's \"äöü\"", INT64_MIN, true, id, time, blob,
                                             std::nullopt, core::Json{{"a", {1, 2}}}});
  const Row row = rows.only();
  CHECK(row.get<std::string>("text") == "it's \"äöü\"");
  CHECK(row.get<std::int64_t>("number") == INT64_MIN);
  CHECK(row.get<bool>("flag"));
  CHECK(row.get<core::Uuid>("id") == id);
  CHECK(row.get<core::CallRef>("id") == core::CallRef(id));
  CHECK(row.get<core::Time>("time") == time);
  CHECK(row.get<core::Bytes>("blob") == blob);
  CHECK(row.get<std::optional<std::string>>("nothing") == std::nullopt);
  CHECK(row.get<std::optional<int>>("nothing") == std::nullopt);
  CHECK(row.get<core::Json>("json") == core::Json{{"a", {1, 2}}});
  CHECK(row.get<double>("fraction") == 1.5);
}

TEST_CASE("arrays come back as they were sent, empty ones too", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  const std::vector<std::int64_t> numbers{-1, 0, INT64_MAX};
  const std::vector<std::string> texts{"", "a,b", "{\"}"};
  const std::vector<core::Uuid> ids{core::Uuid::make(core::from_microseconds(1'000))};
  const std::vector<std::string> blobs{std::string("\0\xff", 2)};
  static constexpr Statement kEcho{
      "SELECT $1::bigint[]::text AS numbers, to_json($2::text[]) AS texts, $3::uuid[]::text AS ids,"
      "       encode(($4::bytea[])[1], 'hex') AS blob, cardinality($5::text[]) AS none"};
  const Rows rows =
      connection.query(kEcho, {Value::array(numbers), Value::array(texts), Value::array(ids),
                               Value::byte_array(blobs), Value::array(std::vector<std::string>{})});
  const Row row = rows.only();
  CHECK(row.get<std::string>("numbers") == "{-1,0,9223372036854775807}");
  CHECK(row.get<core::Json>("texts") == core::Json(texts));
  CHECK(row.get<std::string>("ids") == "{" + ids[0].text() + "}");
  CHECK(row.get<std::string>("blob") == "00ff");
  CHECK(row.get<int>("none") == 0);
}

TEST_CASE("times before 1970 and with a fraction are read", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  static constexpr Statement kTime{"SELECT timestamptz '1969-12-31 23:59:59.5+00' AS time"};
  CHECK(connection.query(kTime).only().get<core::Time>("time") ==
        core::from_microseconds(-500'000));
}

TEST_CASE("a server that is not there is unavailable and says where", "[db]") {
  const core::Fault fault =
      fault_of([] { (void)Connection::open({.url = "host=127.0.0.1 port=1 dbname=trunkline"}); });
  CHECK(fault.code == ExitCode::unavailable);
  CHECK(fault.message ==
        "cannot reach PostgreSQL at 127.0.0.1:1 database trunkline: connection refused");
  CHECK(fault.hint == "start it (systemctl start postgresql), or correct db.url");
}

TEST_CASE("a server that never answers is given up at the deadline", "[db]") {
  const SilentServer server;
  const auto start = std::chrono::steady_clock::now();
  const core::Fault fault = fault_of([&] {
    (void)Connection::open(
        {.url = "host=127.0.0.1 dbname=x sslmode=disable port=" + std::to_string(server.port()),
         .connect_timeout = core::Milliseconds(200)});
  });
  CHECK(fault.code == ExitCode::unavailable);
  CHECK(fault.message.find("no answer within 200ms") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("a missing database or role is a matter of configuration", "[db]") {
  const Database database(Database::Content::empty);
  const core::Fault missing = fault_of([] { (void)Connection::open({.url = "dbname=nowhere"}); });
  CHECK(missing.code == ExitCode::config);
  CHECK(missing.hint == "make database and roles: trunkline init");

  const core::Fault role = fault_of(
      [&] { (void)Connection::open({.url = database.url(), .role = "trunkline_nobody"}); });
  CHECK(role.code == ExitCode::config);
  CHECK(role.message.find("cannot act as role 'trunkline_nobody'") == 0);

  const core::Fault url = fault_of([] { (void)Connection::open({.url = "hots=127.0.0.1"}); });
  CHECK(url.code == ExitCode::config);
}

TEST_CASE("a statement the server refuses carries its SQLSTATE and leaves the session usable",
          "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  static constexpr Statement kDivide{"SELECT 1 / $1::int AS quotient"};
  try {
    connection.query(kDivide, {0});
    FAIL("nothing was thrown");
  } catch (const SqlError& error) {
    CHECK(error.sqlstate() == "22012");
    CHECK(error.fault().code == ExitCode::data);
    CHECK(error.fault().message == "the database refused: division by zero");
  }
  CHECK(connection.query(kDivide, {1}).only().get<int>("quotient") == 1);
}

TEST_CASE("a statement that takes too long is cancelled by the server", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  connection.set_statement_timeout(core::Milliseconds(100));
  static constexpr Statement kSleep{"SELECT pg_sleep(30)"};
  CHECK(fault_of([&] { connection.query(kSleep); }).code == ExitCode::try_again);
  CHECK(connection.is_usable());
}

TEST_CASE("a frozen server is given up at the deadline and the connection is broken", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  static constexpr Statement kPid{"SELECT pg_backend_pid() AS pid"};
  const int pid = connection.query(kPid).only().get<int>("pid");
  connection.set_statement_timeout(core::Milliseconds(100));
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  const auto start = std::chrono::steady_clock::now();
  const core::Fault fault = fault_of([&] { connection.query(kPid); });
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE(::kill(pid, SIGCONT) == 0);
  CHECK(fault.code == ExitCode::unavailable);
  CHECK(fault.message.find("no answer within") != std::string::npos);
  CHECK(took < std::chrono::seconds(3));
  CHECK_FALSE(connection.is_usable());
  CHECK(fault_of([&] { connection.query(kPid); }).code == ExitCode::unavailable);
}

TEST_CASE("an interrupt ends a statement at once and loses the connection", "[db]") {
  const Database database(Database::Content::empty);
  Wakeup interrupt;
  Connection connection =
      Connection::open({.url = database.url(), .interrupt = interrupt.descriptor()});
  const auto start = std::chrono::steady_clock::now();
  std::thread interrupter([&] { interrupt.set(); });
  static constexpr Statement kSleep{"SELECT pg_sleep(8)"};
  const core::Fault fault = fault_of([&] { connection.query(kSleep); });
  interrupter.join();
  CHECK(fault.message.find(": interrupted") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CHECK_FALSE(connection.is_usable());
}

TEST_CASE("a session the server ended is lost, not an endless wait", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  Connection other = database.open_as_superuser();
  static constexpr Statement kPid{"SELECT pg_backend_pid() AS pid"};
  static constexpr Statement kEnd{"SELECT pg_terminate_backend($1, 5000)"};
  other.query(kEnd, {connection.query(kPid).only().get<int>("pid")});
  const core::Fault fault = fault_of([&] { connection.query(kPid); });
  CHECK((fault.code == ExitCode::unavailable || fault.code == ExitCode::try_again));
  CHECK(fault.message.find("lost PostgreSQL at ") == 0);
  CHECK_FALSE(connection.is_usable());
}

TEST_CASE("a transaction that is not committed never happened", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  connection.run_script("CREATE TABLE public.thing (name text PRIMARY KEY)");
  static constexpr Statement kInsert{"INSERT INTO public.thing (name) VALUES ($1)"};
  static constexpr Statement kCount{"SELECT count(*) AS things FROM public.thing"};
  {
    Transaction transaction(connection);
    CHECK(connection.query(kInsert, {"lost"}).affected() == 1);
  }
  CHECK(connection.query(kCount).only().get<int>("things") == 0);
  {
    Transaction transaction(connection);
    connection.query(kInsert, {"kept"});
    transaction.commit();
  }
  CHECK(connection.query(kCount).only().get<int>("things") == 1);
  Transaction read_only(connection, Isolation::read_only_snapshot);
  CHECK_THROWS_AS(connection.query(kInsert, {"refused"}), SqlError);
}

TEST_CASE("lines are copied in, and a bad one refuses them all", "[db]") {
  const Database database(Database::Content::empty);
  Connection connection = database.open_as_superuser();
  connection.run_script("CREATE TABLE public.thing (number int)");
  static constexpr Statement kCopy{"COPY public.thing (number) FROM STDIN"};
  int given = 0;
  CHECK(connection.copy_in(kCopy, [&]() -> std::optional<std::string> {
    return given < 100'000 ? std::optional(std::to_string(given++)) : std::nullopt;
  }) == 100'000);
  given = 0;
  CHECK_THROWS_AS(connection.copy_in(kCopy,
                                     [&]() -> std::optional<std::string> {
                                       return given++ < 2 ? std::optional<std::string>("x")
                                                          : std::nullopt;
                                     }),
                  SqlError);
  static constexpr Statement kCount{"SELECT count(*) AS things FROM public.thing"};
  CHECK(connection.query(kCount).only().get<int>("things") == 100'000);
}

TEST_CASE("a notification arrives, and waiting ends by time or by the wake descriptor", "[db]") {
  const Database database(Database::Content::empty);
  Connection listener = database.open_as_superuser();
  Connection speaker = database.open_as_superuser();
  listener.listen("news");
  CHECK(listener.wait(core::Milliseconds(0)) == std::nullopt);
  speaker.run_script("NOTIFY news, 'hello'");
  const std::optional<Notification> heard = listener.wait(core::Milliseconds(5'000));
  REQUIRE(heard);
  CHECK(heard->channel == "news");
  CHECK(heard->payload == "hello");

  const int wake = ::eventfd(1, EFD_CLOEXEC);
  const auto start = std::chrono::steady_clock::now();
  CHECK(listener.wait(core::Milliseconds(60'000), wake) == std::nullopt);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  ::close(wake);
}

TEST_CASE("identifiers are quoted", "[db]") {
  CHECK(quoted_identifier("plain") == "\"plain\"");
  CHECK(quoted_identifier("a\"; DROP") == "\"a\"\"; DROP\"");
}

}  // namespace trunkline::db
