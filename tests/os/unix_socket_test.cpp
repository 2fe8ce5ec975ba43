// SPDX-License-Identifier: MIT
#include "os/unix_socket.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <fstream>

#include "support/temporary_directory.h"

namespace trunkline::os {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

TEST_CASE("unix socket: has exactly the mode asked for, whatever the umask", "[os]") {
  const test::TemporaryDirectory directory;
  for (const mode_t umask : {0077u, 0u}) {
    const mode_t before = ::umask(umask);
    const auto path = directory.path() / ("socket" + std::to_string(umask));
    const auto listener = listen_unix(path, 0660);
    ::umask(before);
    REQUIRE(listener);
    CHECK(mode_of(path) == 0660);
  }
}

TEST_CASE("unix socket: a dead one is replaced, a live one is not", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control";
  auto first = listen_unix(path, 0600);
  REQUIRE(first);
  const auto second = listen_unix(path, 0600);
  REQUIRE_FALSE(second);
  CHECK(second.error() ==
        core::Fault{core::ExitCode::unavailable,
                    "cannot listen on " + path.string() + ": another process serves it",
                    "see who: ss -lxp src " + path.string()});
  first->reset();
  CHECK(std::filesystem::exists(path));
  const auto third = listen_unix(path, 0600);
  REQUIRE(third);
  CHECK(connect_unix(path));
}

TEST_CASE("unix socket: a file of another kind is left alone", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "precious";
  std::ofstream(path) << "text";
  const auto listener = listen_unix(path, 0600);
  REQUIRE_FALSE(listener);
  CHECK(listener.error().message ==
        "cannot listen on " + path.string() + ": a file that is no socket lies there");
  CHECK(std::filesystem::file_size(path) == 4);
}

TEST_CASE("unix socket: faults name path and reason", "[os]") {
  const test::TemporaryDirectory directory;
  const auto missing = directory.path() / "missing";
  CHECK(connect_unix(missing).error().message ==
        "cannot connect to " + missing.string() + ": no such file or directory");
  const auto no_folder = directory.path() / "no" / "control";
  CHECK(listen_unix(no_folder, 0600).error().hint ==
        "make its folder: mkdir -p " + no_folder.parent_path().string());
  const auto too_long = directory.path() / std::string(120, 'x');
  const auto fault = listen_unix(too_long, 0600).error();
  CHECK(fault.code == core::ExitCode::config);
  CHECK(fault.message.find("has 1 to 107 bytes") != std::string::npos);
}

TEST_CASE("unix socket: a busy server is waited for only as long as asked", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "busy";
  const auto listener = listen_unix(path, 0600, 0);
  REQUIRE(listener);
  std::vector<Fd> waiting;
  for (auto next = connect_unix(path);; next = connect_unix(path)) {
    if (!next) {
      CHECK(next.error().code == core::ExitCode::try_again);
      break;
    }
    waiting.push_back(std::move(*next));
    REQUIRE(waiting.size() < 10);
  }
  const auto late = connect_unix(path, core::Milliseconds{50});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == core::ExitCode::try_again);
}

TEST_CASE("unix socket: the kernel tells who connected", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control";
  const auto listener = listen_unix(path, 0600);
  const auto client = connect_unix(path);
  const auto accepted = accept_unix(listener->get());
  REQUIRE(accepted);
  REQUIRE(*accepted);
  CHECK(peer_credentials(accepted->get()) == PeerCredentials{::geteuid(), ::getegid(), ::getpid()});
  CHECK_FALSE(*accept_unix(listener->get()));
}

TEST_CASE("unix socket: a descriptor travels with its bytes", "[os]") {
  const SocketPair pair = make_socket_pair();
  Pipe pipe = make_pipe();
  REQUIRE(send_some(pair.first.get(), core::as_bytes("take this"), pipe.read_end.get()).size == 9);
  pipe.read_end.reset();
  REQUIRE(::write(pipe.write_end.get(), "hello", 5) == 5);

  std::array<std::byte, 64> buffer{};
  const Received received = receive_some(pair.second.get(), buffer);
  CHECK(received.transfer.size == 9);
  REQUIRE(received.descriptor);
  char text[8] = {};
  CHECK(::read(received.descriptor.get(), text, sizeof text) == 5);
  CHECK(std::string(text) == "hello");
}

TEST_CASE("unix socket: moves what fits and says when to wait or stop", "[os]") {
  SocketPair pair = make_socket_pair();
  std::array<std::byte, 64> buffer{};
  CHECK(receive_some(pair.second.get(), buffer).transfer.would_block);
  const std::string much(1 << 20, 'x');
  std::size_t sent = 0;
  for (;;) {
    const Transfer transfer = send_some(pair.first.get(), core::as_bytes(much));
    if (transfer.would_block) break;
    sent += transfer.size;
    REQUIRE(sent < 64u << 20);
  }
  CHECK(sent > 0);
  pair.second.reset();
  CHECK(send_some(pair.first.get(), core::as_bytes("x")).is_closed);
  CHECK(receive_some(pair.first.get(), buffer).transfer.is_closed);
}

TEST_CASE("unix datagram: arrives with its sender's name, and is answered", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "ng";
  CHECK(connect_unix_datagram(path).error().code == core::ExitCode::no_input);
  const auto server = bind_unix_datagram(path, 0660).value();
  CHECK(mode_of(path) == 0660);
  const auto client = connect_unix_datagram(path).value();
  std::array<std::byte, 8> buffer{};
  CHECK_FALSE(receive_unix_datagram(server.get(), buffer));

  CHECK(send_unix_datagram(client.get(), core::as_bytes("question")) == DatagramFate::taken);
  const auto question = receive_unix_datagram(server.get(), buffer);
  REQUIRE(question);
  CHECK(core::as_text(buffer) == "question");
  CHECK_FALSE(question->is_cut);
  CHECK(question->from.front() == '\0');  // unix(7): an abstract name

  CHECK(send_unix_datagram(server.get(), core::as_bytes("an answer"), question->from) ==
        DatagramFate::taken);
  const auto answer = receive_unix_datagram(client.get(), buffer);
  REQUIRE(answer);
  CHECK(answer->from == path.string());
  CHECK(answer->is_cut);

  SECTION("nobody else's datagrams arrive") {
    const auto stranger = bind_unix_datagram(directory.path() / "stranger", 0600).value();
    CHECK(send_unix_datagram(stranger.get(), core::as_bytes("x"), question->from) ==
          DatagramFate::refused);
  }
  SECTION("a full queue says so") {
    DatagramFate fate = DatagramFate::taken;
    for (int i = 0; i < 100'000 && fate == DatagramFate::taken; ++i) {
      fate = send_unix_datagram(client.get(), core::as_bytes("x"));
    }
    CHECK(fate == DatagramFate::full);
  }
}

TEST_CASE("unix datagram: a dead socket is replaced, a live one is not", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "ng";
  auto first = bind_unix_datagram(path, 0600);
  REQUIRE(first);
  CHECK(bind_unix_datagram(path, 0600).error().message ==
        "cannot listen on " + path.string() + ": another process serves it");
  CHECK_FALSE(listen_unix(path, 0600));
  const auto client = connect_unix_datagram(path).value();
  first->reset();
  CHECK(send_unix_datagram(client.get(), core::as_bytes("x")) == DatagramFate::refused);
  CHECK(bind_unix_datagram(path, 0600));
}

TEST_CASE("unix socket: its file goes with its owner, another's stays", "[os]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "ng";
  auto socket = bind_unix_datagram(path, 0600).value();
  {
    SocketFile file(path);
    const SocketFile moved = std::move(file);
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  {
    socket = bind_unix_datagram(path, 0600).value();
    const SocketFile file(path);
    const auto kept = directory.path() / "kept";
    std::filesystem::rename(path, kept);
    const auto other = bind_unix_datagram(path, 0600).value();
  }
  CHECK(std::filesystem::exists(path));
}

}  // namespace
}  // namespace trunkline::os
