// SPDX-License-Identifier: MIT
#include "os/system_fault.h"

#include <cctype>
#include <cerrno>
#include <system_error>

namespace trunkline::os {
namespace {

core::ExitCode exit_code_of(int error_number) {
  using enum core::ExitCode;
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return no_permission;
    case ENOENT:
    case ENOTDIR:
      return no_input;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
      return unavailable;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return try_again;
    case EIO:
    case ENOSPC:
    case EDQUOT:
      return io;
    default:
      return failed;
  }
}

}  // namespace

std::string text_of_errno(int error_number) {
  // strerror() is not safe with threads; the category is.
  std::string text = std::generic_category().message(error_number);
  const bool is_acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1]));
  if (!text.empty() && !is_acronym)
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

core::Fault system_fault(std::string_view what, int error_number, std::string hint) {
  return {exit_code_of(error_number),
          "cannot " + std::string(what) + ": " + text_of_errno(error_number), std::move(hint)};
}

tl::unexpected<core::Fault> system_failure(std::string_view what, int error_number,
                                           std::string hint) {
  return tl::unexpected<core::Fault>(system_fault(what, error_number, std::move(hint)));
}

core::Error system_error(std::string_view what, int error_number, std::string hint) {
  return core::Error(system_fault(what, error_number, std::move(hint)));
}

}  // namespace trunkline::os
