// SPDX-License-Identifier: MIT
#include "storage/faults.h"

#include <fmt/format.h>

#include <cerrno>

#include "os/system_fault.h"

namespace trunkline::storage {

core::Fault missing(const Name& name, std::string_view location) {
  return {core::ExitCode::no_input, fmt::format("there is no '{}' in {}", name.text(), location)};
}

core::Fault not_mounted(std::string_view location, std::string_view why) {
  return {core::ExitCode::unavailable, fmt::format("{} is not mounted: {}", location, why),
          fmt::format("mount its disk: findmnt -T {}", location)};
}

core::Fault no_space(const Name& name, std::string_view location) {
  return {core::ExitCode::io,
          fmt::format("cannot put '{}' into {}: no space left", name.text(), location),
          fmt::format("make room there: df -h {}", location)};
}

core::Fault timed_out(std::string_view what, const Name& name, std::string_view location) {
  return {core::ExitCode::unavailable,
          fmt::format("cannot {} '{}' in {}: no answer in time", what, name.text(), location),
          "whether it was done is not known: doing it again is safe"};
}

core::Fault not_as_written(const Name& name, std::string_view location) {
  return {core::ExitCode::io,
          fmt::format("cannot put '{}' into {}: it reads back differently", name.text(), location),
          "the disk or the way to it changes data: look at the kernel's log"};
}

core::Fault not_an_object(const Name& name, std::string_view location) {
  return {core::ExitCode::data,
          fmt::format("'{}' in {} is not an object: a link, a folder or a device stands there",
                      name.text(), location),
          "see what it is, and move it elsewhere"};
}

core::Fault storage_fault(std::string_view what, const Name& name, std::string_view location,
                          int error_number) {
  switch (error_number) {
    case ENOENT:
      return missing(name, location);
    case ENOSPC:
    case EDQUOT:
      return no_space(name, location);
    case ETIMEDOUT:
      return timed_out(what, name, location);
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
      return not_an_object(name, location);
    default:
      return os::system_fault(fmt::format("{} '{}' in {}", what, name.text(), location),
                              error_number);
  }
}

}  // namespace trunkline::storage
