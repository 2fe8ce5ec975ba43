// SPDX-License-Identifier: MIT
// FreeSWITCH's mod_json_cdr: an object a call, usually a file of its own, or many one behind the
// other. Variables are encoded as in a URL, the caller profile is not.

#include "core/json.h"
#include "core/text.h"
#include "foreign/freeswitch.h"
#include "foreign/pieces.h"

namespace trunkline::foreign {
namespace freeswitch_json {
namespace {

/// The member as text, whatever its type; "" where it is not there.
std::string text_of(const core::Json& object, std::string_view name) {
  const auto found = object.find(std::string(name));
  if (found == object.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() || found->is_boolean() ? found->dump() : std::string();
}

enum class Part : std::uint8_t { newest, first };

/// A member of the caller profile of a part of the call's way, which is told from its end.
std::string profile_text(const core::Json& call, Part which, std::string_view name) {
  const auto flow = call.find("callflow");
  if (flow == call.end()) return {};
  const core::Json* part = &*flow;
  if (part->is_array()) {
    if (part->empty()) return {};
    part = which == Part::newest ? &part->front() : &part->back();
  }
  if (!part->is_object()) return {};
  const auto profile = part->find("caller_profile");
  return profile == part->end() || !profile->is_object() ? std::string() : text_of(*profile, name);
}

core::Result<Call> call_of(std::string_view text) {
  const auto json = core::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  const auto variables = json->find("variables");
  if (variables == json->end() || !variables->is_object())
    return core::fault(core::ExitCode::data, "it has no variables");
  return freeswitch_call(
      {.variable =
           [&](std::string_view name) { return percent_decoded(text_of(*variables, name)); },
       .profile = [&](std::string_view name) { return profile_text(*json, Part::newest, name); },
       .first_profile =
           [&](std::string_view name) { return profile_text(*json, Part::first, name); }});
}

class JsonCalls final : public Reader {
 public:
  explicit JsonCalls(Source source) : pieces_(std::move(source), find_json_object) {}

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
}  // namespace freeswitch_json

std::unique_ptr<Reader> open_freeswitch_json(Input input) {
  return std::make_unique<freeswitch_json::JsonCalls>(std::move(input.source));
}

}  // namespace trunkline::foreign
