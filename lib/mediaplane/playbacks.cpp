// SPDX-License-Identifier: MIT
#include "mediaplane/playbacks.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "audio/wav.h"
#include "core/log.h"
#include "os/signals.h"
#include "packing/source.h"

namespace trunkline::mediaplane {
namespace {

constexpr int kLookMs = 250;  ///< how often a stalled playback looks whether it is to end
constexpr std::size_t kBlockBytes = 65'536;

/// Writes all of it, however slowly the other end reads; false when that end is gone.
bool write_all(int pipe, core::ByteView bytes, const std::atomic<bool>& is_stopping) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(pipe, bytes.data(), bytes.size());
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd waiting{.fd = pipe, .events = POLLOUT, .revents = 0};
    (void)::poll(&waiting, 1, kLookMs);  // a time-out is as good as an answer
    if (is_stopping) return false;
  }
  return true;
}

struct Extent {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

Extent extent_of(const packing::Source& source, const PlaybackRange& range) {
  Extent extent{.from = source.offset_at(range.from), .to = source.size()};
  if (range.to) extent.to = std::min(extent.to, source.offset_at(*range.to));
  extent.to = std::max(extent.from, extent.to);
  return extent;
}

core::Json about(const packing::Source& source, const Extent& extent, std::size_t header_bytes) {
  const audio::Format& format = source.format();
  const std::uint64_t bytes = extent.to - extent.from;
  return {{"bytes", header_bytes + bytes},
          {"duration_ms", bytes * 1000 / format.bytes_per_second()},
          {"codec", audio::name_of(format.codec)},
          {"sample_rate", format.sample_rate},
          {"channels", format.channels},
          {"is_finalised", source.is_finalised()}};
}

void stream(packing::Source& source, Extent extent, int pipe,
            const std::atomic<bool>& is_stopping) {
  std::array<std::byte, kBlockBytes> block;
  while (extent.from < extent.to) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), extent.to - extent.from));
    const auto got = source.read(extent.from, std::span(block).first(wanted));
    if (!got) {
      core::log_error("recording cannot be read to its end", {{"error", got.error().message}});
      return;
    }
    if (*got == 0 || !write_all(pipe, std::span(block).first(*got), is_stopping)) return;
    extent.from += *got;
  }
}

}  // namespace

Playbacks::Playbacks(os::Reactor& main, const keystore::KeyStore& keys)
    : main_(main), keys_(keys), is_alive_(std::make_shared<bool>(true)) {}

Playbacks::~Playbacks() {
  is_stopping_ = true;
  *is_alive_ = false;
  for (Playing& playing : playing_) playing.thread.join();
}

void Playbacks::post_to_main(std::function<void()> work) {
  main_.post([is_alive = is_alive_, work = std::move(work)] {
    if (*is_alive) work();
  });
}

void Playbacks::play(const std::filesystem::path& file, const PlaybackRange& range,
                     OnOpened opened) {
  if (playing_.size() >= kMost) {
    opened(core::fault(core::ExitCode::try_again, "too many recordings are being played",
                       "try again when one of them has ended"));
    return;
  }
  os::Pipe pipe = os::make_pipe();
  os::set_nonblocking(pipe.write_end.get());
  const Place playing = playing_.insert(
      playing_.end(), Playing{.opened = std::move(opened), .pipe = std::move(pipe), .thread = {}});
  playing->thread = std::thread([this, playing, file, range] {
    os::block_all_signals();
    run(playing, file, range);
    playing->pipe.write_end.reset();
    post_to_main([this, playing] {
      playing->thread.join();
      playing_.erase(playing);
    });
  });
}

void Playbacks::run(Place playing, const std::filesystem::path& file, const PlaybackRange& range) {
  auto source = packing::Source::open(file, keys_);
  if (!source) {
    post_to_main([playing, fault = source.error()] { playing->opened(tl::unexpected(fault)); });
    return;
  }
  const Extent extent = extent_of(*source, range);
  const core::Bytes header = audio::wav_header(source->format(), extent.to - extent.from);
  post_to_main([playing, json = about(*source, extent, header.size())] {
    playing->opened(Opened{.about = json, .read_end = std::move(playing->pipe.read_end)});
  });
  const int pipe = playing->pipe.write_end.get();
  if (write_all(pipe, header, is_stopping_)) stream(*source, extent, pipe, is_stopping_);
}

}  // namespace trunkline::mediaplane
