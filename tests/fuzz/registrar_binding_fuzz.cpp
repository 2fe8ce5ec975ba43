// SPDX-License-Identifier: MIT

// Any text for a stored binding: what is read is written and read the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "registrar/binding.h"

FUZZ_TARGET(registrar_binding) {
  using namespace trunkline;
  static core::JsonReader reader;
  const auto binding =
      registrar::parse_binding(reader, std::string_view(reinterpret_cast<const char*>(data), size));
  if (!binding) return 0;
  (void)registrar::registration_body(*binding, "expired");
  const std::string text = registrar::to_text(*binding);
  const auto again = registrar::parse_binding(reader, text);
  if (!again || registrar::to_text(*again) != text) std::abort();
  return 0;
}
