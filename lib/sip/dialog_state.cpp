// SPDX-License-Identifier: MIT
#include "sip/dialog_state.h"

#include <utility>

#include "core/json.h"
#include "core/json_text.h"

namespace trunkline::sip {

namespace {

using core::ExitCode;
using core::Json;

constexpr std::int64_t kCseqMax = 0x7fffffff;  // RFC 3261 8.1.1.5: less than 2**31

std::string json_of(const Party& party) {
  core::JsonText json;
  json.add("display_name", party.display_name).add("uri", party.uri.text()).add("tag", party.tag);
  return std::move(json).finish();
}

core::Result<Party> parse_party(const Json& json, std::string_view key) {
  const auto found = json.find(std::string(key));
  if (found == json.end() || !found->is_object()) {
    return core::fault(ExitCode::data, "cannot read dialog state: a party is missing");
  }
  auto uri = Uri::parse(core::text_at(*found, "uri"));
  if (!uri) return tl::unexpected(uri.error());
  Party party{.display_name = core::text_at(*found, "display_name"),
              .uri = std::move(*uri),
              .tag = core::text_at(*found, "tag")};
  if (party.tag.empty()) {
    return core::fault(ExitCode::data, "cannot read dialog state: a tag is missing");
  }
  return party;
}

}  // namespace

std::string to_text(const DialogState& state) {
  core::JsonText json;
  json.add("schema", "dialog.v1")
      .add("call_id", state.call_id)
      .add_raw("local", json_of(state.local))
      .add_raw("remote", json_of(state.remote))
      .add("local_cseq", state.local_cseq)
      .add("remote_cseq", state.remote_cseq)
      .add("route_set", state.route_set)
      .add("remote_target", state.remote_target.text())
      .add("local_contact", state.local_contact);
  if (!state.flow.empty()) json.add("flow", state.flow.id());
  return std::move(json).finish();
}

core::Result<DialogState> parse_dialog_state(std::string_view text) {
  auto json = core::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  if (core::text_at(*json, "schema") != "dialog.v1") {
    return core::fault(ExitCode::data, "cannot read dialog state: not dialog.v1");
  }
  DialogState state;
  state.call_id = core::text_at(*json, "call_id");
  if (state.call_id.empty()) {
    return core::fault(ExitCode::data, "cannot read dialog state: no call_id");
  }
  auto local = parse_party(*json, "local");
  if (!local) return tl::unexpected(local.error());
  auto remote = parse_party(*json, "remote");
  if (!remote) return tl::unexpected(remote.error());
  state.local = std::move(*local);
  state.remote = std::move(*remote);
  const std::int64_t local_cseq = core::number_at(*json, "local_cseq");
  const std::int64_t remote_cseq = core::number_at(*json, "remote_cseq");
  if (local_cseq < 0 || local_cseq > kCseqMax || remote_cseq < 0 || remote_cseq > kCseqMax) {
    return core::fault(ExitCode::data, "cannot read dialog state: CSeq out of range");
  }
  state.local_cseq = static_cast<std::uint32_t>(local_cseq);
  state.remote_cseq = static_cast<std::uint32_t>(remote_cseq);
  if (const auto routes = json->find("route_set"); routes != json->end() && routes->is_array()) {
    for (const Json& route : *routes) {
      if (route.is_string()) state.route_set.push_back(route.get<std::string>());
    }
  }
  auto target = Uri::parse(core::text_at(*json, "remote_target"));
  if (!target) return tl::unexpected(target.error());
  state.remote_target = std::move(*target);
  state.local_contact = core::text_at(*json, "local_contact");
  if (const std::string flow = core::text_at(*json, "flow"); !flow.empty()) {
    auto parsed = Flow::parse(flow);
    if (!parsed) return tl::unexpected(parsed.error());
    state.flow = std::move(*parsed);
  }
  return state;
}

}  // namespace trunkline::sip
