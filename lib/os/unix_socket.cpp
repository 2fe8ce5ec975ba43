// SPDX-License-Identifier: MIT
#include "os/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "os/system_fault.h"
#include "os/user.h"

namespace trunkline::os {
namespace {

/// Room for what a hostile peer may attach to one write (SCM_MAX_FD); ours attach one.
constexpr std::size_t kMostDescriptors = 253;
/// Who may operate the daemons beside their own users and root.
constexpr const char* kOperators = "trunkline-admin";

core::Result<sockaddr_un> raw_path(const std::filesystem::path& path, std::string_view what) {
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.empty() || text.size() >= sizeof raw.sun_path)
    return core::fault(core::ExitCode::config,
                       "cannot " + std::string(what) + ": a socket's path has 1 to 107 bytes, " +
                           "this one has " + std::to_string(text.size()),
                       "choose a shorter path, below /run for instance");
  std::memcpy(raw.sun_path, text.data(), text.size());
  return raw;
}

const sockaddr* as_sockaddr(const sockaddr_un& raw) {
  return reinterpret_cast<const sockaddr*>(&raw);
}

core::Result<Fd> open_socket(std::string_view what, int type = SOCK_STREAM) {
  Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return system_failure(what, errno);
  return socket;
}

/// Whether a socket file lies there that refuses connections, as one does whose owner died.
bool is_dead_socket(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const auto connected = connect_unix(path);
  return !connected && connected.error().code == core::ExitCode::unavailable;
}

tl::unexpected<core::Fault> occupied(const std::filesystem::path& path, std::string_view what) {
  struct stat status {};
  const bool is_socket = ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
  if (is_socket)
    return core::fault(core::ExitCode::unavailable,
                       "cannot " + std::string(what) + ": another process serves it",
                       "see who: ss -lxp src " + path.string());
  return core::fault(core::ExitCode::cannot_create,
                     "cannot " + std::string(what) + ": a file that is no socket lies there",
                     "move it away, or choose another path");
}

core::Result<Fd> bind_at(const std::filesystem::path& path, mode_t mode, int type,
                         std::string_view what) {
  const auto raw = raw_path(path, what);
  if (!raw) return tl::unexpected(raw.error());
  auto socket = open_socket(what, type);
  if (!socket) return socket;
  // bind() gives the file the socket's mode less the umask, so that it is never wider than asked.
  if (::fchmod(socket->get(), mode) != 0) return system_failure(what, errno);
  const auto bind_it = [&] {
    return ::bind(socket->get(), as_sockaddr(*raw), sizeof *raw) == 0 ? 0 : errno;
  };
  int failure = bind_it();
  if (failure == EADDRINUSE && is_dead_socket(path)) {
    (void)::unlink(path.c_str());
    failure = bind_it();
  }
  if (failure == EADDRINUSE) return occupied(path, what);
  if (failure == ENOENT)
    return system_failure(what, failure,
                          "make its folder: mkdir -p " + path.parent_path().string());
  if (failure != 0) return system_failure(what, failure);
  if (::chmod(path.c_str(), mode) != 0) return system_failure(what, errno);
  return socket;
}

}  // namespace

core::Result<Fd> listen_unix(const std::filesystem::path& path, mode_t mode, int backlog) {
  const std::string what = "listen on " + path.string();
  auto socket = bind_at(path, mode, SOCK_STREAM, what);
  if (socket && ::listen(socket->get(), backlog) != 0) return system_failure(what, errno);
  return socket;
}

core::Result<Fd> connect_unix(const std::filesystem::path& path, core::Milliseconds patience) {
  const std::string what = "connect to " + path.string();
  const auto raw = raw_path(path, what);
  if (!raw) return tl::unexpected(raw.error());
  auto socket = open_socket(what);
  if (!socket) return socket;
  if (patience.count() > 0) {
    // unix(7): a blocking connect waits for room in the backlog, as long as a send may take.
    const timeval limit{.tv_sec = patience.count() / 1000,
                        .tv_usec = patience.count() % 1000 * 1000};
    (void)::setsockopt(socket->get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    set_nonblocking(socket->get(), false);
  }
  if (::connect(socket->get(), as_sockaddr(*raw), sizeof *raw) != 0)
    return system_failure(what, errno);
  set_nonblocking(socket->get());
  return socket;
}

core::Result<Fd> accept_unix(int listener) {
  Fd socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket && errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
    return system_failure("accept a connection", errno);
  return socket;
}

SocketPair make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    throw system_error("make a socket pair", errno);
  return {Fd(ends[0]), Fd(ends[1])};
}

PeerCredentials peer_credentials(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    throw system_error("read who is at the other end of a socket", errno);
  return {credentials.uid, credentials.gid, credentials.pid};
}

Transfer send_some(int socket, core::ByteView bytes, int descriptor) {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  for (;;) {
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {.size = static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return {.would_block = true};
    return {.is_closed = true};
  }
}

Received receive_some(int socket, std::span<std::byte> buffer) {
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))];
  for (;;) {
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return {{.would_block = true}, {}};
    if (size < 0) return {{.is_closed = true}, {}};

    Received received{{.size = static_cast<std::size_t>(size), .is_closed = size == 0}, {}};
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
        Fd owned(descriptor);
        if (!received.descriptor) received.descriptor = std::move(owned);
      }
    }
    return received;
  }
}

core::Result<Fd> bind_unix_datagram(const std::filesystem::path& path, mode_t mode) {
  return bind_at(path, mode, SOCK_DGRAM, "listen on " + path.string());
}

core::Result<Fd> connect_unix_datagram(const std::filesystem::path& path) {
  const std::string what = "connect to " + path.string();
  const auto raw = raw_path(path, what);
  if (!raw) return tl::unexpected(raw.error());
  auto socket = open_socket(what, SOCK_DGRAM);
  if (!socket) return socket;
  // unix(7): bound without a name, the kernel gives it an abstract one.
  const sockaddr_un unnamed{.sun_family = AF_UNIX, .sun_path = {}};
  if (::bind(socket->get(), as_sockaddr(unnamed), sizeof unnamed.sun_family) != 0 ||
      ::connect(socket->get(), as_sockaddr(*raw), sizeof *raw) != 0)
    return system_failure(what, errno);
  return socket;
}

std::optional<UnixDatagram> receive_unix_datagram(int socket, std::span<std::byte> buffer) {
  sockaddr_un from{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  const ssize_t size = ::recvmsg(socket, &message, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  UnixDatagram datagram{.size = static_cast<std::size_t>(size),
                        .is_cut = (message.msg_flags & MSG_TRUNC) != 0};
  constexpr std::size_t kNameBegins = offsetof(sockaddr_un, sun_path);
  if (message.msg_namelen > kNameBegins) {
    datagram.from.assign(from.sun_path, message.msg_namelen - kNameBegins);
    // A path comes with its terminator, an abstract name begins with one.
    if (datagram.from.front() != '\0') datagram.from.resize(std::strlen(datagram.from.c_str()));
  }
  return datagram;
}

DatagramFate send_unix_datagram(int socket, core::ByteView bytes, std::string_view name) {
  sockaddr_un to{};
  socklen_t length = 0;
  if (!name.empty()) {
    to.sun_family = AF_UNIX;
    const std::size_t copied = std::min(name.size(), sizeof to.sun_path);
    std::memcpy(to.sun_path, name.data(), copied);
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + copied);
  }
  const ssize_t sent = ::sendto(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                length == 0 ? nullptr : as_sockaddr(to), length);
  if (sent >= 0) return DatagramFate::taken;
  return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? DatagramFate::full
                                                               : DatagramFate::refused;
}

SocketFile::SocketFile(std::filesystem::path path) : path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) {
    path_.clear();
    return;
  }
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

SocketFile::~SocketFile() {
  struct stat status {};
  if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) (void)::unlink(path_.c_str());
}

void share_with_operators(const std::filesystem::path& path) {
  if (const auto operators = find_group(kOperators))
    (void)!::chown(path.c_str(), static_cast<uid_t>(-1), *operators);
}

}  // namespace trunkline::os
