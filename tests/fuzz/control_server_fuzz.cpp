// SPDX-License-Identifier: MIT
// Any bytes to a live server, cut by the byte 0xFF into writes: it answers or hangs up, holds
// nothing afterwards, and serves the next client.

#include <stdlib.h>  // mkdtemp

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "control/server.h"
#include "fuzz/target.h"
#include "os/loop.h"
#include "os/unix_socket.h"

namespace {

namespace control = trunkline::control;
namespace os = trunkline::os;
namespace core = trunkline::core;

struct Target {
  Target() {
    server.on("echo", [](const control::Request& request, control::Reply reply) {
      reply.item(request.args);
      reply.ok(request.args);
    });
    server.on("wait", [this](const control::Request&, control::Reply reply) {
      waiting = std::move(reply);
    });
    server.on("stream", [](const control::Request&, control::Reply reply) {
      reply.stream([left = 3]() mutable -> std::optional<core::Json> {
        return left-- > 0 ? std::optional<core::Json>(left) : std::nullopt;
      });
    });
  }
  static std::filesystem::path make_directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "trunkline-fuzz-XXXXXX";
    const char* const made = ::mkdtemp(pattern.data());
    assert(made != nullptr);
    return made;
  }
  ~Target() { std::filesystem::remove_all(directory); }

  std::filesystem::path directory = make_directory();
  os::Loop loop;
  std::optional<control::Reply> waiting;
  control::Server server{loop, directory / "control", 0600};
};

void read_all(int socket) {
  std::array<std::byte, 4096> buffer;
  while (os::receive_some(socket, buffer).transfer.size > 0) {
  }
}

}  // namespace

FUZZ_TARGET(control_server) {
  static Target target;
  auto client = os::connect_unix(target.directory / "control");
  assert(client);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, rest.find('\xff'));
    (void)os::send_some(client->get(), core::as_bytes(piece));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
    target.loop.run_once(core::Milliseconds{0});
    read_all(client->get());
  }
  target.server.publish("fuzz.event", {{"n", 1}});
  for (int turn = 0; turn < 4; ++turn) target.loop.run_once(core::Milliseconds{0});
  read_all(client->get());
  client->reset();
  target.waiting.reset();
  for (int turn = 0; turn < 64 && target.server.connection_count() > 0; ++turn)
    target.loop.run_once(core::Milliseconds{1});
  assert(target.server.held_bytes() == 0 || target.server.connection_count() > 0);
  return 0;
}
