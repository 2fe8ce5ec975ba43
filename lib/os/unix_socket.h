// SPDX-License-Identifier: MIT
#pragma once

// Sockets in the file system: who may connect is the file's mode, who did is told by the kernel,
// and an open descriptor may travel with the bytes of a stream (SCM_RIGHTS). All are close-on-exec
// and non-blocking. A path has 107 bytes at most; a longer one is a fault that says so.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

/// A datagram socket at `path` with exactly `mode`; the same faults as listen_unix().
[[nodiscard]] core::Result<Fd> bind_unix_datagram(const std::filesystem::path& path, mode_t mode);
/// Connected to the one at `path`: nobody else's datagrams arrive. Its own name, which answers are
/// sent to, is chosen by the kernel and known in this network namespace alone.
[[nodiscard]] core::Result<Fd> connect_unix_datagram(const std::filesystem::path& path);

struct UnixDatagram {
  std::size_t size = 0;   ///< bytes in the buffer
  std::string from = {};  ///< its sender's name in the kernel's form; empty where it has none
  bool is_cut = false;    ///< it was longer than the buffer
};
/// One datagram, or nothing when none waits.
std::optional<UnixDatagram> receive_unix_datagram(int socket, std::span<std::byte> buffer);

enum class DatagramFate : std::uint8_t {
  taken,
  full,    ///< the receiver has a queue's worth to read: try again
  refused  ///< the receiver is gone, or it is too large
};
/// To the peer that the socket is connected to, or to `name` (of UnixDatagram::from).
DatagramFate send_unix_datagram(int socket, core::ByteView bytes, std::string_view name = {});

/// The file of a socket that we bound: removed at the end, unless another has taken its path.
class SocketFile {
 public:
  SocketFile() = default;
  explicit SocketFile(std::filesystem::path path);
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;

 private:
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// Lets the group trunkline-admin have the socket, where this host has that group and we are
/// members of it; else it stays our own group's.
void share_with_operators(const std::filesystem::path& path);

}  // namespace trunkline::os
