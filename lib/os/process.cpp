// SPDX-License-Identifier: MIT
#include "os/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "core/text.h"
#include "os/system_fault.h"

namespace trunkline::os {
namespace {

/// Everything the child needs, made before fork(): after it only calls that are safe in a signal
/// handler are, because another thread may have held any lock.
struct Prepared {
  std::string program;
  std::vector<std::string> environment;
  std::vector<char*> argument_pointers;
  std::vector<char*> environment_pointers;
  std::string directory;
  std::array<Fd, 3> opened;             ///< files opened for the child
  std::array<int, 3> streams{0, 1, 2};  ///< what becomes 0, 1 and 2
  bool has_own_group = false;
  bool ends_with_us = true;
  pid_t parent = 0;
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto is_changed = [&](const auto& change) {
      return text.substr(0, text.find('=')) == change.first;
    };
    if (std::find_if(changes.begin(), changes.end(), is_changed) == changes.end())
      entries.emplace_back(text);
  }
  for (const auto& [key, value] : changes)
    if (!value.empty()) entries.push_back(fmt::format("{}={}", key, value));
  return entries;
}

core::Result<Fd> open_stream(const Stream& stream, bool is_input) {
  const bool is_null = stream.kind == Stream::Kind::null;
  const std::string path = is_null ? "/dev/null" : stream.path.string();
  const int flags = is_input ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND;
  Fd opened(::open(path.c_str(), flags | O_CLOEXEC, 0640));
  if (!opened) return system_failure("open " + path, errno);
  return opened;
}

core::Result<void> prepare_streams(const Command& command, Prepared& prepared) {
  const std::array<const Stream*, 3> wanted{&command.input, &command.output, &command.errors};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    switch (wanted[i]->kind) {
      case Stream::Kind::inherited:
        continue;
      case Stream::Kind::descriptor:
        prepared.streams[i] = wanted[i]->descriptor;
        continue;
      case Stream::Kind::null:
      case Stream::Kind::file: {
        auto opened = open_stream(*wanted[i], i == 0);
        if (!opened) return tl::unexpected(opened.error());
        prepared.opened[i] = std::move(*opened);
        prepared.streams[i] = prepared.opened[i].get();
      }
    }
  }
  return {};
}

core::Result<Prepared> prepare(const Command& command) {
  assert(!command.arguments.empty());
  Prepared prepared;
  const auto program = find_program(command.arguments.front());
  if (!program)
    return core::fault(core::ExitCode::no_input,
                       "cannot run " + command.arguments.front() + ": no such program",
                       "is its package installed?");
  prepared.program = program->string();
  prepared.environment = environment_with(command.environment);
  for (const std::string& argument : command.arguments)
    prepared.argument_pointers.push_back(const_cast<char*>(argument.c_str()));
  prepared.argument_pointers.push_back(nullptr);
  for (std::string& entry : prepared.environment)
    prepared.environment_pointers.push_back(entry.data());
  prepared.environment_pointers.push_back(nullptr);
  prepared.directory = command.directory.string();
  prepared.has_own_group = command.has_own_group;
  prepared.ends_with_us = command.ends_with_us;
  prepared.parent = ::getpid();
  if (const auto streams = prepare_streams(command, prepared); !streams)
    return tl::unexpected(streams.error());
  return prepared;
}

void reset_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) (void)::sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool connect_streams(const std::array<int, 3>& streams) noexcept {
  // First out of the way of 0, 1 and 2, which may be among the sources.
  std::array<int, 3> copies{};
  for (std::size_t i = 0; i < streams.size(); ++i) {
    copies[i] = ::fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
    if (copies[i] < 0 && errno != EBADF) return false;
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const int target = static_cast<int>(i);
    // A stream that is closed in us is closed in the child.
    if (copies[i] < 0) (void)::close(target);
    if (copies[i] >= 0 && ::dup2(copies[i], target) < 0) return false;
  }
  return true;
}

/// Runs in the child and returns only if it fails, with the errno.
int become(const Prepared& prepared) noexcept {
  if (prepared.has_own_group && ::setpgid(0, 0) != 0) return errno;
  if (prepared.ends_with_us) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    // The parent may have died before the line above.
    if (::getppid() != prepared.parent) return ESRCH;
  }
  reset_signals();
  if (!prepared.directory.empty() && ::chdir(prepared.directory.c_str()) != 0) return errno;
  if (!connect_streams(prepared.streams)) return errno;
  (void)::syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
  ::execve(prepared.program.c_str(), prepared.argument_pointers.data(),
           prepared.environment_pointers.data());
  return errno;
}

/// The errno with which the child failed to become the program, or 0: the pipe closes on exec.
int wait_for_exec(int read_end) {
  int error_number = 0;
  ssize_t size = 0;
  do {
    size = ::read(read_end, &error_number, sizeof error_number);
  } while (size < 0 && errno == EINTR);
  return size == sizeof error_number ? error_number : 0;
}

Exit exit_of(int status) {
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

std::string Exit::text() const {
  return signal != 0 ? "killed by signal " + std::to_string(signal)
                     : "exit code " + std::to_string(code);
}

core::Result<Child> Child::spawn(const Command& command) {
  auto prepared = prepare(command);
  if (!prepared) return tl::unexpected(prepared.error());
  Pipe failure = make_pipe();
  const pid_t pid = ::fork();
  if (pid < 0) return system_failure("start " + prepared->program, errno);
  if (pid == 0) {
    const int error_number = become(*prepared);
    (void)!::write(failure.write_end.get(), &error_number, sizeof error_number);
    ::_exit(127);
  }
  failure.write_end.reset();
  Child child;
  child.pid_ = pid;
  child.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!child.pidfd_) throw system_error("open a process", errno);
  if (const int error_number = wait_for_exec(failure.read_end.get()))
    return system_failure("run " + prepared->program, error_number);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      pidfd_(std::move(other.pidfd_)),
      exit_(std::exchange(other.exit_, std::nullopt)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  kill_and_reap();
  pid_ = std::exchange(other.pid_, 0);
  pidfd_ = std::move(other.pidfd_);
  exit_ = std::exchange(other.exit_, std::nullopt);
  return *this;
}

Child::~Child() {
  kill_and_reap();
}

bool Child::is_running() {
  return pid_ != 0 && !wait(core::Milliseconds{0});
}

std::optional<Exit> Child::wait(core::Milliseconds timeout) {
  assert(pid_ != 0);
  if (exit_) return exit_;
  const core::SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  pollfd waited{pidfd_.get(), POLLIN, 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<core::Milliseconds>(deadline - std::chrono::steady_clock::now());
    const int count = ::poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) break;
    if (count == 0) return std::nullopt;
    if (errno != EINTR) throw system_error("wait for a process", errno);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw system_error("wait for a process", errno);
  }
  exit_ = exit_of(status);
  return exit_;
}

bool Child::send_signal(int signal) {
  // By the descriptor, so that a process that took over the number is never hit.
  return pid_ != 0 && !exit_ &&
         ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0;
}

Exit Child::terminate(core::Milliseconds grace) {
  if (exit_) return *exit_;
  (void)send_signal(SIGTERM);
  if (const auto ended = wait(grace)) return *ended;
  kill_and_reap();
  return *exit_;
}

void Child::kill_and_reap() noexcept {
  if (pid_ == 0 || exit_) return;
  (void)send_signal(SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_ = exit_of(status);
}

namespace {

Fd memory_file(const char* name) {
  Fd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file) throw system_error("make a file in memory", errno);
  return file;
}

std::string content_of(int descriptor) {
  std::string text;
  std::array<char, 16'384> chunk;
  for (;;) {
    const ssize_t size =
        ::pread(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
    if (size < 0) throw system_error("read what a program printed", errno);
    if (size == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

core::Result<Output> run_command(Command command, core::Milliseconds timeout) {
  const Fd output = memory_file("output");
  const Fd errors = memory_file("errors");
  command.output = Stream::of(output.get());
  command.errors = Stream::of(errors.get());
  auto child = Child::spawn(command);
  if (!child) return tl::unexpected(child.error());
  const auto ended = child->wait(timeout);
  if (!ended)
    return core::fault(
        core::ExitCode::try_again,
        command.arguments.front() + " was not done within " + core::to_text(timeout));
  return Output{*ended, content_of(output.get()), content_of(errors.get())};
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string::npos) return std::filesystem::path(name);
  const char* const path = std::getenv("PATH");
  const std::string folders = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  for (const std::string_view folder : core::split(folders, ':')) {
    const auto candidate = std::filesystem::path(folder.empty() ? "." : folder) / name;
    std::error_code error;
    if (std::filesystem::is_regular_file(candidate, error) &&
        ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return std::nullopt;
}

}  // namespace trunkline::os
