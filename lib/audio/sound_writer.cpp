// SPDX-License-Identifier: MIT
#include "audio/sound_writer.h"

#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "audio/g711.h"
#include "audio/opus_file.h"
#include "audio/virtual_io.h"
#include "core/cptr.h"
#include "core/text.h"

namespace trunkline::audio {
namespace {

using SoundFile = core::CPtr<SNDFILE, sf_close>;

/// libsndfile's measure, 0 to 1. The default (0.625) takes telephone speech twice as long for 1 %.
constexpr double kFileEffort = 0.125;

struct Row {
  FileType type;
  std::string_view name;
  std::array<std::string_view, 2> suffixes;
  int format;  ///< libsndfile's; 0: written by OpusFile
};

constexpr std::array kRows = {
    Row{FileType::wav, "wav", {".wav", ".wave"}, SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    Row{FileType::flac, "flac", {".flac", ".fla"}, SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    Row{FileType::opus, "opus", {".opus", ".ogg"}, 0}};

const Row& row_of(FileType type) {
  return *std::find_if(kRows.begin(), kRows.end(),
                       [&](const Row& row) { return row.type == type; });
}

/// libsndfile writes through these, because sf_open_fd() closes a descriptor that it cannot use.
struct Descriptor {
  static int of(void* user) noexcept { return static_cast<os::Fd*>(user)->get(); }
  static sf_count_t length(void* user) noexcept {
    struct stat status {};
    return ::fstat(of(user), &status) == 0 ? status.st_size : -1;
  }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) noexcept {
    return ::lseek(of(user), offset, whence);
  }
  static sf_count_t read(void* out, sf_count_t count, void* user) noexcept {
    return ::read(of(user), out, static_cast<std::size_t>(count));
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) noexcept {
    const char* const bytes = static_cast<const char*>(from);
    sf_count_t done = 0;
    while (done < count) {
      const ssize_t written =
          ::write(of(user), bytes + done, static_cast<std::size_t>(count - done));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      done += written;
    }
    return done;
  }
  static sf_count_t tell(void* user) noexcept { return ::lseek(of(user), 0, SEEK_CUR); }
};

core::Error not_written(std::string why) {
  return core::Error(core::ExitCode::io, "cannot write the sound file: " + std::move(why));
}

}  // namespace

std::string_view name_of(FileType type) {
  return row_of(type).name;
}

std::vector<std::string> file_type_names() {
  std::vector<std::string> names;
  names.reserve(kRows.size());
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

core::Result<FileType> parse_file_type(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.type;
  return core::fault(core::ExitCode::usage,
                     "unknown type of sound file '" + core::printable(name.substr(0, 64)) + "'",
                     "use wav, flac or opus");
}

std::optional<FileType> file_type_of(const std::filesystem::path& file) {
  const std::string suffix = core::to_lower(file.extension().string());
  for (const Row& row : kRows)
    for (const std::string_view known : row.suffixes)
      if (suffix == known) return row.type;
  return std::nullopt;
}

struct SoundWriter::State {
  os::Fd descriptor;
  Format format;
  SoundFile file;                ///< or
  std::optional<OpusFile> opus;  ///< this
  core::Bytes begun;             ///< of a frame whose rest comes with the next block
};

SoundWriter::SoundWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SoundWriter::SoundWriter(SoundWriter&&) noexcept = default;
SoundWriter& SoundWriter::operator=(SoundWriter&&) noexcept = default;
SoundWriter::~SoundWriter() = default;

core::Result<SoundWriter> SoundWriter::begin(os::Fd file, FileType type, const Format& format) {
  const auto impossible =
      core::fault(core::ExitCode::data,
                  fmt::format("cannot write {} channels at {} Hz as {}", format.channels,
                              format.sample_rate, name_of(type)),
                  "wav takes all that is recorded");
  if (type == FileType::opus) {
    if (!OpusFile::can_hold(format)) return impossible;
    return SoundWriter(
        std::make_unique<State>(State{{}, format, {}, OpusFile(std::move(file), format), {}}));
  }
  SF_INFO info{};
  info.samplerate = static_cast<int>(format.sample_rate);
  info.channels = format.channels;
  info.format = row_of(type).format;
  auto state = std::make_unique<State>(State{std::move(file), format, {}, {}, {}});
  SF_VIRTUAL_IO io = virtual_io<Descriptor>();
  if (sf_format_check(&info) != SF_FALSE)
    state->file.reset(sf_open_virtual(&io, SFM_WRITE, &info, &state->descriptor));
  if (!state->file) return impossible;
  double effort = kFileEffort;
  if (type == FileType::flac)
    (void)sf_command(state->file.get(), SFC_SET_COMPRESSION_LEVEL, &effort, sizeof effort);
  return SoundWriter(std::move(state));
}

void SoundWriter::write(core::ByteView samples) {
  core::Bytes& begun = state_->begun;
  const std::size_t frame = state_->format.bytes_per_frame();
  if (!begun.empty()) {
    const std::size_t missing = std::min(frame - begun.size(), samples.size());
    begun.insert(begun.end(), samples.begin(),
                 samples.begin() + static_cast<std::ptrdiff_t>(missing));
    samples = samples.subspan(missing);
    if (begun.size() < frame) return;
    const core::Bytes whole = std::exchange(begun, {});
    write(whole);
  }
  const core::ByteView whole = samples.first(samples.size() / frame * frame);
  const std::vector<std::int16_t> linear = to_linear(state_->format.codec, whole);
  const auto count = static_cast<sf_count_t>(linear.size());
  if (state_->opus) {
    state_->opus->write(linear);
  } else if (sf_write_short(state_->file.get(), linear.data(), count) != count) {
    throw not_written(sf_strerror(state_->file.get()));
  }
  const core::ByteView rest = samples.subspan(whole.size());
  begun.assign(rest.begin(), rest.end());
}

void SoundWriter::finish() {
  if (state_->opus) return state_->opus->finish();
  const int closed = sf_close(state_->file.release());
  if (closed != SF_ERR_NO_ERROR) throw not_written(sf_error_number(closed));
}

}  // namespace trunkline::audio
