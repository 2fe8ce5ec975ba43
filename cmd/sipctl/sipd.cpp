// SPDX-License-Identifier: MIT
#include "sipctl/sipd.h"

namespace trunkline::commands {

control::Client sipd(cli::Context& context) {
  constexpr core::Seconds kPatience{5};
  return core::value_or_throw(
      control::Client::connect(context.config().text("sip.control"), kPatience, "sipd"));
}

std::string shown_party(const core::Json& call, std::string_view side) {
  const auto found = call.find(std::string(side));
  const core::Json party = found == call.end() ? core::Json::object() : *found;
  const std::string number = core::text_at(party, "number");
  const std::string name = core::text_at(party, "name");
  if (number.empty() && name.empty()) return core::text_at(party, "dialled");
  return number.empty() || name.empty() ? number + name : number + " " + name;
}

std::string shown_id(const cli::Output& out, std::string_view id) {
  return std::string(out.is_terminal() ? cli::tail(id) : id);
}

cli::Argument call_argument() {
  return {.name = "CALL", .help = "the call's id, the end of its id, its SIP Call-ID, or last"};
}

}  // namespace trunkline::commands
