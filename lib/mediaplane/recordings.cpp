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

core::Json body_of(const std::string& text) {
  return core::parse_json(text).value_or(core::Json::object());
}

}  // namespace

void Recordings::put(core::RecordingId recording, const core::Json& body) {
  Known known{.call = core::Uuid::parse(core::text_at(body, "call")).value_or(core::Uuid{}),
              .is_running = core::text_at(body, "status") == "recording",
              .body = core::to_line(body)};
  known.body.shrink_to_fit();  // it grew by doubling, and lies here for long
  known_.insert_or_assign(recording, std::move(known));
}

core::Result<core::Json> Recordings::find(std::string_view name) const {
  const std::string wanted(name);
  if (wanted == "last" && !known_.empty()) return body_of(known_.rbegin()->second.body);
  if (const auto id = core::RecordingId::parse(wanted)) {
    const auto found = known_.find(*id);
    if (found != known_.end()) return body_of(found->second.body);
    return unknown("no recording " + wanted + " on this node");
  }
  const Known* match = nullptr;
  for (const auto& [id, known] : known_) {
    if (wanted.empty() || !id.text().ends_with(wanted)) continue;
    if (match != nullptr) {
      return core::fault(core::ExitCode::usage, "more than one recording ends in '" + wanted + "'",
                         "give more of its id");
    }
    match = &known;
  }
  if (match == nullptr) return unknown("no recording '" + wanted + "' on this node");
  return body_of(match->body);
}

core::Result<core::Json> Recordings::of_call(core::CallRef call) const {
  for (auto row = known_.rbegin(); row != known_.rend(); ++row) {
    if (row->second.call == call.uuid()) return body_of(row->second.body);
  }
  return unknown("call " + call.text() + " has no recording on this node");
}

std::vector<core::Json> Recordings::newest(std::size_t limit) const {
  std::vector<core::Json> bodies;
  for (auto row = known_.rbegin(); row != known_.rend() && bodies.size() < limit; ++row) {
    bodies.push_back(body_of(row->second.body));
  }
  return bodies;
}

std::vector<core::RecordingId> Recordings::forget(core::Time moment, std::size_t most) {
  std::vector<core::RecordingId> forgotten;
  for (auto row = known_.begin(); row != known_.end();) {
    if (row->first.uuid().made_at() >= moment && known_.size() <= most) break;
    if (row->second.is_running) {
      ++row;
      continue;
    }
    forgotten.push_back(row->first);
    row = known_.erase(row);
  }
  return forgotten;
}

core::Result<std::filesystem::path> Recordings::file_of(core::RecordingId recording) const {
  std::vector<std::filesystem::path> candidates;
  const auto known = known_.find(recording);
  const std::string path =
      known == known_.end() ? std::string() : core::text_at(body_of(known->second.body), "path");
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
