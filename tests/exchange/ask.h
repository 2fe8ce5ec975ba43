// SPDX-License-Identifier: MIT
#pragma once

// What a site's control socket answers.

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "control/client.h"
#include "exchange/site.h"

namespace trunkline::exchange {

struct Answered {
  core::Result<core::Json> result;
  std::vector<core::Json> items;
};

/// Asks as a tool does, from another thread, while the exchange's loop runs.
inline Answered ask(Site& site, const std::string& verb, core::Json args = core::Json::object()) {
  const std::filesystem::path socket = site.options.control;
  auto asked = std::async(std::launch::async, [&] {
    std::vector<core::Json> items;
    auto client = control::Client::connect(socket, core::Seconds(5));
    if (!client) return Answered{tl::make_unexpected(client.error()), {}};
    auto result =
        client->call(verb, std::move(args), [&](const core::Json& item) { items.push_back(item); });
    return Answered{std::move(result), std::move(items)};
  });
  REQUIRE(run_until(site.root, [&] {
    return asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }));
  return asked.get();
}

}  // namespace trunkline::exchange
