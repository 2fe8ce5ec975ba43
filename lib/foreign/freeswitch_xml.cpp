// SPDX-License-Identifier: MIT
// FreeSWITCH's mod_xml_cdr: a document <cdr> a call, usually a file of its own, or many one behind
// the other. pugixml reads them: it follows no entity and opens no file.

#include <pugixml.hpp>

#include "foreign/freeswitch.h"
#include "foreign/pieces.h"

namespace trunkline::foreign {
namespace freeswitch_xml {
namespace {

std::string child_of(const pugi::xml_node& node, std::string_view name) {
  return node.child_value(std::string(name).c_str());
}

core::Result<Call> call_of(std::string_view text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) return core::fault(core::ExitCode::data, parsed.description());
  const pugi::xml_node call = document.child("cdr");
  const pugi::xml_node variables = call.child("variables");
  if (!variables) return core::fault(core::ExitCode::data, "it has no variables");
  // The call's way is told from its end.
  const pugi::xml_node profile = call.child("callflow").child("caller_profile");
  pugi::xml_node first = profile;
  for (const pugi::xml_node part : call.children("callflow")) first = part.child("caller_profile");
  return freeswitch_call(
      {.variable =
           [&](std::string_view name) { return percent_decoded(child_of(variables, name)); },
       .profile = [&](std::string_view name) { return child_of(profile, name); },
       .first_profile = [&](std::string_view name) { return child_of(first, name); }});
}

class XmlCalls final : public Reader {
 public:
  explicit XmlCalls(Source source) : pieces_(std::move(source), find_cdr_element) {}

  std::optional<core::Result<Call>> next() override {
    const auto piece = pieces_.next();
    if (!piece) return std::nullopt;
    if (!*piece) return core::Result<Call>(tl::unexpected(piece->error()));
    return call_of(**piece);
  }
  std::uint64_t line() const override { return pieces_.line(); }
  std::string record() const override { return std::string(pieces_.piece()); }

 private:
  Pieces pieces_;
};

}  // namespace
}  // namespace freeswitch_xml

std::unique_ptr<Reader> open_freeswitch_xml(Input input) {
  return std::make_unique<freeswitch_xml::XmlCalls>(std::move(input.source));
}

}  // namespace trunkline::foreign
