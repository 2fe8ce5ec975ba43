// SPDX-License-Identifier: MIT
#include "trunkline/daemons.h"

namespace trunkline::commands {

core::Result<core::Json> ask_daemon(const config::Config& config, const Daemon& daemon,
                                    std::string_view verb, const control::Client::OnItem& on_item) {
  auto client = control::Client::connect(config.text(daemon.control), kAnswersWithin, daemon.name);
  if (!client) return tl::unexpected(client.error());
  return client->call(verb, core::Json::object(), on_item);
}

core::Json member(const core::Json& json, const char* key) {
  if (!json.is_object()) return core::Json::object();
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : core::Json::object();
}

}  // namespace trunkline::commands
