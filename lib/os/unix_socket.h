// SPDX-License-Identifier: MIT
#pragma once

// Stream sockets in the file system: who may connect is the file's mode, who did is told by the
// kernel, and an open descriptor may travel with the bytes (SCM_RIGHTS). All are close-on-exec and
// non-blocking. A path has 107 bytes at most; a longer one is a fault that says so.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "os/fd.h"

namespace trunkline::os {

/// Listens at `path` with exactly `mode`. A socket file that nobody serves any more is replaced;
/// one that is served, and any other kind of file, is a fault.
[[nodiscard]] core::Result<Fd> listen_unix(const std::filesystem::path& path, mode_t mode,
                                           int backlog = 128);
/// A server too busy to take the connection is waited for, up to `patience`, and is then a fault of
/// code try_again; without patience it never blocks.
[[nodiscard]] core::Result<Fd> connect_unix(const std::filesystem::path& path,
                                            core::Milliseconds patience = core::Milliseconds{0});
/// The next waiting connection, or an empty Fd when none is left.
[[nodiscard]] core::Result<Fd> accept_unix(int listener);
/// Two connected ends.
struct SocketPair {
  Fd first;
  Fd second;
};
[[nodiscard]] SocketPair make_socket_pair();

struct PeerCredentials {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;

  bool operator==(const PeerCredentials&) const = default;
};
/// Who had the other end when it was connected. Throws core::Error on other kinds of socket.
PeerCredentials peer_credentials(int socket);

/// What one read or write did.
struct Transfer {
  std::size_t size = 0;      ///< bytes moved
  bool would_block = false;  ///< nothing moved: wait for the socket
  bool is_closed = false;    ///< the peer is gone
};
/// Sends what fits; `descriptor` (or -1) travels with the first byte. Never raises SIGPIPE.
Transfer send_some(int socket, core::ByteView bytes, int descriptor = -1);

struct Received {
  Transfer transfer;
  Fd descriptor;  ///< the one that came with these bytes; further ones are closed
};
Received receive_some(int socket, std::span<std::byte> buffer);

}  // namespace trunkline::os
