// SPDX-License-Identifier: MIT
#pragma once

// Environment files (".env") as people write them for other programs, read without a shell:
//
//   # a comment
//   export NAME=value            the word "export" is allowed
//   NAME = abc#def  # comment    a comment begins at a # behind a blank; abc#def is kept
//   NAME='as it is'              nothing has a meaning between single quotes
//   NAME="a \"b\"\n"             \" \\ \$ \` \n \r \t between double quotes
//
// Nothing is expanded: a value that names another variable is marked. A value over several lines is
// refused by the number of its line. Values are Secrets, because any of them may be one, and no
// fault shows a value.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"

namespace trunkline::config {

struct DotenvEntry {
  std::string name;
  core::Secret value;
  std::size_t line = 0;  ///< from 1
  /// $NAME or ${NAME} stands where a shell would replace it; the value holds it as written.
  bool has_reference = false;
};

/// In the order of the file. A name that stands there twice has its last value and line, as in a
/// shell. `file` is what faults call the text; their code is data.
[[nodiscard]] core::Result<std::vector<DotenvEntry>> parse_dotenv(std::string_view text,
                                                                  std::string_view file);

}  // namespace trunkline::config
