// SPDX-License-Identifier: MIT
#include "mediaplane/recordings.h"

#include <utility>

#include "sealed/format.h"
#include "storage/cold.h"

namespace trunkline::mediaplane {
namespace {

tl::unexpected<core::Fault> unknown(const std::string& what) {
  return core::fault(core::ExitCode::no_input, what, "cdrctl recording list shows what there is");
}

bool is_running(const core::Json& body) {
  return core::text_at(body, "status") == "recording";
}

}  // namespace

void Recordings::put(core::RecordingId recording, core::Json body) {
  bodies_.insert_or_assign(recording, std::move(body));
}

core::Result<core::Json> Recordings::find(std::string_view name) const {
  const std::string wanted(name);
  if (wanted == "last" && !bodies_.empty()) return bodies_.rbegin()->second;
  if (const auto id = core::RecordingId::parse(wanted)) {
    const auto found = bodies_.find(*id);
    if (found != bodies_.end()) return found->second;
    return unknown("no recording " + wanted + " on this node");
  }
  const core::Json* match = nullptr;
  for (const auto& [id, body] : bodies_) {
    if (wanted.empty() || !id.text().ends_with(wanted)) continue;
    if (match != nullptr) {
      return core::fault(core::ExitCode::usage, "more than one recording ends in '" + wanted + "'",
                         "give more of its id");
    }
    match = &body;
  }
  if (match == nullptr) return unknown("no recording '" + wanted + "' on this node");
  return *match;
}

core::Result<core::Json> Recordings::of_call(core::CallRef call) const {
  const std::string wanted = call.text();
  for (auto row = bodies_.rbegin(); row != bodies_.rend(); ++row) {
    if (core::text_at(row->second, "call") == wanted) return row->second;
  }
  return unknown("call " + wanted + " has no recording on this node");
}

std::vector<core::Json> Recordings::newest(std::size_t limit) const {
  std::vector<core::Json> bodies;
  for (auto row = bodies_.rbegin(); row != bodies_.rend() && bodies.size() < limit; ++row) {
    bodies.push_back(row->second);
  }
  return bodies;
}

std::vector<core::RecordingId> Recordings::forget_before(core::Time moment) {
  std::vector<core::RecordingId> forgotten;
  for (auto row = bodies_.begin(); row != bodies_.end();) {
    if (row->first.uuid().made_at() >= moment) break;
    if (is_running(row->second)) {
      ++row;
      continue;
    }
    forgotten.push_back(row->first);
    row = bodies_.erase(row);
  }
  return forgotten;
}

core::Result<std::filesystem::path> Recordings::file_of(core::RecordingId recording) const {
  std::vector<std::filesystem::path> candidates;
  const auto known = bodies_.find(recording);
  const std::string path =
      known == bodies_.end() ? std::string() : core::text_at(known->second, "path");
  if (!path.empty()) candidates.emplace_back(path);
  const core::Time made_at = recording.uuid().made_at();
  for (const int days : {0, 1, -1}) {
    candidates.emplace_back(sealed::relative_path(recording, made_at + std::chrono::days(days)));
  }
  for (const auto& candidate : candidates) {
    std::error_code error;
    std::filesystem::path file = root_ / storage::name_at(root_, candidate.native());
    if (std::filesystem::exists(file, error)) return file;
  }
  return unknown("recording " + recording.text() + " has no file here");
}

}  // namespace trunkline::mediaplane
