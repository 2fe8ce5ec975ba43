// SPDX-License-Identifier: MIT
#include "backup/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::backup {
namespace {

constexpr std::string_view kSchema = "backup_manifest.v1";
constexpr std::array kParts{kDatabase, kConfiguration, kJournals, kArchives, kRecordings};

tl::unexpected<core::Fault> malformed(std::size_t line, std::string_view what) {
  return core::fault(core::ExitCode::data, fmt::format("manifest line {}: {}", line, what),
                     "the backup is damaged: take another one, trunkline backup list");
}

bool is_safe(std::string_view path) {
  const bool is_of_a_part = std::any_of(kParts.begin(), kParts.end(),
                                        [&](std::string_view part) { return is_of(path, part); });
  if (!is_of_a_part || path != core::printable(path)) return false;
  const auto pieces = core::split(path, '/');
  return std::none_of(pieces.begin(), pieces.end(), [](std::string_view piece) {
    return piece.empty() || piece == "." || piece == "..";
  });
}

core::Json to_json(const FileEntry& file) {
  return {{"path", file.path},
          {"size", file.size},
          {"mtime_ns", file.mtime_ns},
          {"sha256", core::to_hex(file.sha256)}};
}

bool read_hash(const core::Json& json, crypto::Sha256& hash) {
  const auto bytes = core::from_hex(core::text_at(json, "sha256"));
  if (!bytes || bytes->size() != hash.size()) return false;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return true;
}

core::Result<void> read_head(const core::Json& json, Manifest& manifest) {
  if (core::text_at(json, "schema") != kSchema)
    return malformed(1, "this is no manifest of a backup, or of a later version");
  const auto at = core::parse_rfc3339(core::text_at(json, "begun_at"));
  if (!at) return malformed(1, "begun_at is no time");
  manifest.name = core::text_at(json, "name");
  manifest.begun_at = *at;
  manifest.host = core::text_at(json, "host");
  manifest.version = core::text_at(json, "version");
  if (const auto facts = json.find("facts"); facts != json.end() && facts->is_object())
    manifest.facts = *facts;
  return {};
}

core::Result<void> read_file_line(std::size_t line, const core::Json& json, Manifest& manifest) {
  FileEntry file{.path = core::text_at(json, "path")};
  const std::int64_t size = core::number_at(json, "size", -1);
  if (!is_safe(file.path)) return malformed(line, "the path is not one of a backup");
  if (size < 0 || !read_hash(json, file.sha256)) return malformed(line, "size or hash is missing");
  if (!manifest.files.empty() && manifest.files.back().path >= file.path)
    return malformed(line, "the paths are not in order");
  file.size = static_cast<std::uint64_t>(size);
  file.mtime_ns = core::number_at(json, "mtime_ns");
  manifest.files.push_back(std::move(file));
  return {};
}

}  // namespace

bool is_of(std::string_view path, std::string_view part) {
  return path.size() > part.size() && path.starts_with(part) && path[part.size()] == '/';
}

bool Manifest::has(std::string_view part) const {
  return std::any_of(files.begin(), files.end(),
                     [&](const FileEntry& file) { return is_of(file.path, part); });
}

std::pair<std::uint64_t, std::uint64_t> Manifest::size_of(std::string_view part) const {
  std::pair<std::uint64_t, std::uint64_t> size{0, 0};
  for (const FileEntry& file : files) {
    if (!part.empty() && !is_of(file.path, part)) continue;
    ++size.first;
    size.second += file.size;
  }
  return size;
}

std::string to_text(const Manifest& manifest) {
  std::vector<const FileEntry*> sorted;
  for (const FileEntry& file : manifest.files) sorted.push_back(&file);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* left, const auto* right) { return left->path < right->path; });
  const core::Json head{{"schema", kSchema},
                        {"name", manifest.name},
                        {"begun_at", core::to_rfc3339(manifest.begun_at)},
                        {"host", manifest.host},
                        {"version", manifest.version},
                        {"facts", manifest.facts}};
  std::string text = core::to_line(head) + "\n";
  for (const FileEntry* const file : sorted) text += core::to_line(to_json(*file)) + "\n";
  const core::Json end{{"files", sorted.size()}, {"sha256", crypto::sha256_hex(text)}};
  return text + core::to_line(end) + "\n";
}

core::Result<Manifest> parse_manifest(std::string_view text) {
  Manifest manifest;
  std::size_t number = 0;
  bool has_end = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++number;
    if (has_end) return malformed(number, "there is more behind the end");
    const auto json = core::parse_json(text.substr(at, end - at));
    if (!json || !json->is_object()) return malformed(number, "this is no JSON object");
    core::Result<void> read;
    if (number == 1) {
      read = read_head(*json, manifest);
    } else if (!json->contains("path")) {
      has_end = true;
      if (core::text_at(*json, "sha256") != crypto::sha256_hex(text.substr(0, at)))
        return malformed(number, "its hash is not that of the lines before it");
    } else {
      read = read_file_line(number, *json, manifest);
    }
    if (!read) return tl::unexpected(read.error());
    at = end + 1;
  }
  if (!has_end) return malformed(number + 1, "the end is missing");
  return manifest;
}

}  // namespace trunkline::backup
