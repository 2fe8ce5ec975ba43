// SPDX-License-Identifier: MIT
#pragma once

// What goes wrong with stored objects, in the words of every backend.

#include <string>
#include <string_view>

#include "core/error.h"
#include "storage/name.h"

namespace trunkline::storage {

/// no_input
core::Fault missing(const Name& name, std::string_view location);
/// unavailable: the location's disk is not mounted, or another one is in its place
core::Fault not_mounted(std::string_view location, std::string_view why);
/// io
core::Fault no_space(const Name& name, std::string_view location);
/// unavailable: whether it was done is not known
core::Fault timed_out(std::string_view what, const Name& name, std::string_view location);
/// io: what was read back is not what was written
core::Fault not_as_written(const Name& name, std::string_view location);
/// data: the name leads through something that is no folder, or to something that is no file
core::Fault not_an_object(const Name& name, std::string_view location);

/// `what`: "put", "open", "remove", "look at". An errno in these words, where there are some for
/// it.
core::Fault storage_fault(std::string_view what, const Name& name, std::string_view location,
                          int error_number);

}  // namespace trunkline::storage
