// SPDX-License-Identifier: MIT
#include "localdb/sqlite.h"

#include <fmt/format.h>

namespace trunkline::localdb {
namespace {

core::ExitCode code_of(Cause cause) {
  switch (cause) {
    case Cause::busy:
      return core::ExitCode::try_again;
    case Cause::corrupt:
    case Cause::constraint:
      return core::ExitCode::data;
    case Cause::full:
    case Cause::io:
      return core::ExitCode::io;
    case Cause::read_only:
      return core::ExitCode::no_permission;
    case Cause::missing:
      return core::ExitCode::no_input;
    case Cause::other:
      break;
  }
  return core::ExitCode::failed;
}

std::string hint_for(Cause cause, const std::string& file) {
  switch (cause) {
    case Cause::full:
      return fmt::format("make room on the file system of {}", file);
    case Cause::corrupt:
      return fmt::format("restore {} from a backup, or move it aside to start anew", file);
    case Cause::busy:
      return "another process writes to it, try again";
    case Cause::read_only:
    case Cause::missing:
      return fmt::format("see that this user owns {} and its folder", file);
    case Cause::io:
    case Cause::constraint:
    case Cause::other:
      break;
  }
  return {};
}

}  // namespace

Cause cause_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Cause::busy;
    case SQLITE_FULL:
      return Cause::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Cause::corrupt;
    case SQLITE_IOERR:
      // The checksum of a page is wrong: the disk answers, but with something else.
      return code == SQLITE_IOERR_DATA ? Cause::corrupt : Cause::io;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Cause::read_only;
    case SQLITE_CANTOPEN:
      return Cause::missing;
    case SQLITE_CONSTRAINT:
      return Cause::constraint;
    default:
      return Cause::other;
  }
}

void throw_sqlite_failure(sqlite3* handle, std::string_view what) {
  const char* name = sqlite3_db_filename(handle, "main");
  const std::string file = name == nullptr ? "" : name;
  const Cause cause = cause_of(sqlite3_extended_errcode(handle));
  std::string message = fmt::format("cannot {} {}: {}", what, file, sqlite3_errmsg(handle));
  throw Failure(cause, {code_of(cause), std::move(message), hint_for(cause, file)});
}

}  // namespace trunkline::localdb
