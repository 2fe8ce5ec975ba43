// SPDX-License-Identifier: MIT
#include "db/sql_error.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <cctype>
#include <string_view>

#include "core/text.h"

namespace trunkline::db {
namespace {

using core::ExitCode;

std::string field_of(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

struct Meaning {
  std::string_view sqlstate;  ///< whole, or the class as its first two characters
  ExitCode code;
  const char* hint;
};

constexpr const char* kMigrate = "bring the schema up to date: trunkline migrate";
constexpr const char* kLater = "try again in a moment";

// PostgreSQL manual, appendix A. The first row that fits counts.
constexpr std::array kMeanings{
    Meaning{"42501", ExitCode::no_permission, "run it as a user that trunkline init gave the role"},
    Meaning{"28", ExitCode::no_permission, "check user and password in db.url"},
    Meaning{"3D000", ExitCode::config, "make the database: trunkline init"},
    Meaning{"3F000", ExitCode::config, kMigrate},
    Meaning{"42P01", ExitCode::config, kMigrate},
    Meaning{"42703", ExitCode::config, kMigrate},
    Meaning{"42883", ExitCode::config, kMigrate},
    Meaning{"57014", ExitCode::try_again, "the database is slow or locked; try again in a moment"},
    Meaning{"57P", ExitCode::try_again, kLater},
    Meaning{"55P03", ExitCode::try_again, kLater},
    Meaning{"40", ExitCode::try_again, kLater},
    Meaning{"53", ExitCode::try_again,
            "the database is out of a resource (disk, memory or connections)"},
    Meaning{"08", ExitCode::unavailable, kLater},
    Meaning{"21", ExitCode::data, ""},
    Meaning{"22", ExitCode::data, ""},
    Meaning{"23", ExitCode::data, ""},
    Meaning{"25006", ExitCode::unavailable, "the server is a standby; point db.url at the primary"},
};

std::string lower_first(std::string text) {
  // "No such file" becomes "no such file"; "SSL error" stays.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

/// "connection to server at ... failed: FATAL:  database "x" does not exist\n" to its last part.
std::string reason_of(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  if (const std::size_t failed = text.rfind("failed: ");
      failed != std::string_view::npos &&
      text.find("authentication failed") == std::string_view::npos) {
    text.remove_prefix(failed + std::string_view("failed: ").size());
  }
  if (const std::size_t fatal = text.find("FATAL:"); fatal != std::string_view::npos) {
    text.remove_prefix(fatal + std::string_view("FATAL:").size());
  }
  const std::string_view reason = core::trim(text);
  return reason.empty() ? "no answer" : lower_first(std::string(reason));
}

}  // namespace

SqlError sql_error_of(const pg_result* result) {
  const std::string sqlstate = field_of(result, PG_DIAG_SQLSTATE);
  std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = field_of(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
    message += fmt::format(" ({})", detail);
  }
  if (message.empty()) message = "no reason was given";
  core::Fault fault{ExitCode::software, fmt::format("the database refused: {}", message),
                    field_of(result, PG_DIAG_MESSAGE_HINT)};
  for (const Meaning& meaning : kMeanings) {
    if (!sqlstate.starts_with(meaning.sqlstate)) continue;
    fault.code = meaning.code;
    if (fault.hint.empty()) fault.hint = meaning.hint;
    break;
  }
  return {std::move(fault), sqlstate, field_of(result, PG_DIAG_CONSTRAINT_NAME)};
}

core::Fault connect_fault(const std::string& address, std::string_view libpq_text) {
  const std::string reason = reason_of(libpq_text);
  const std::string message = fmt::format("cannot reach PostgreSQL at {}: {}", address, reason);
  const auto says = [&](std::string_view part) { return reason.find(part) != std::string::npos; };
  // libpq gives no SQLSTATE for a refused connection, only the server's words.
  if (says("authentication failed") || says("pg_hba.conf") || says("no password supplied") ||
      says("is not permitted to log in")) {
    return {ExitCode::no_permission, message, "check user and password in db.url"};
  }
  if (says("does not exist") && says("database")) {
    return {ExitCode::config, message, "make database and roles: trunkline init"};
  }
  if (says("does not exist") && says("role")) {
    return {ExitCode::no_permission, message,
            "let this user in, as root: trunkline init --operator USER"};
  }
  if (says("starting up") || says("shutting down") || says("recovery mode") ||
      says("too many clients") || says("remaining connection slots")) {
    return {ExitCode::try_again, message, kLater};
  }
  if (says("invalid connection option") || says("missing \"=\"") || says("invalid URI") ||
      says("unterminated quoted")) {
    return {ExitCode::config, message, "correct db.url"};
  }
  return {ExitCode::unavailable, message,
          "start it (systemctl start postgresql), or correct db.url"};
}

}  // namespace trunkline::db
