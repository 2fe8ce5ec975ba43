// SPDX-License-Identifier: MIT

// The verbs of recorderd's control socket (schemas/control).

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/log.h"
#include "core/text.h"
#include "mediaplane/access.h"
#include "mediaplane/engine.h"
#include "os/disk.h"
#include "os/user.h"

namespace trunkline::mediaplane {
namespace {

using control::Reply;
using control::Request;
using core::Json;

constexpr std::int64_t kListedCalls = 20;
constexpr std::int64_t kLongestList = 100'000;
constexpr core::Seconds kAuditWithin{5};
constexpr mode_t kControlMode = 0660;

Json session_item(const Call& call, const SessionCounters* counters) {
  Json item = {{"schema", "session.v1"},
               {"call", call.call.text()},
               {"call_id", call.key},
               {"tenant", call.tenant.text()},
               {"created_at", core::to_rfc3339(call.created_at)}};
  if (call.answered_at) item["answered_at"] = core::to_rfc3339(*call.answered_at);
  if (call.recording.running) item["recording"] = call.recording.running->text();
  Json legs = Json::array();
  for (const Leg leg : {Leg::caller, Leg::called}) {
    Json row = {{"leg", recording::name_of(leg)}, {"tag", call.leg(leg).tag}};
    if (call.agreement) row["codec"] = call.agreement->answered.name;
    if (counters != nullptr && !counters->empty()) {
      const LegEnds& ends = counters->front().ends[index_of(leg)];
      const LegCounters figures = total(*counters, leg);
      row["port"] = ends.local.value();
      if (ends.source) row["source"] = ends.source->text();
      row["packets_received"] = figures.packets_received;
      row["packets_sent"] = figures.packets_sent;
      row["packets_lost"] = figures.packets_lost;
      row["packets_refused"] = figures.packets_refused;
      row["jitter_ms"] = figures.jitter_ms;
      if (figures.round_trip_ms) row["round_trip_ms"] = *figures.round_trip_ms;
    }
    legs.push_back(std::move(row));
  }
  item["legs"] = std::move(legs);
  return item;
}

PlaybackRange range_of(const Json& args) {
  PlaybackRange range{.from = core::Milliseconds(core::number_at(args, "from_ms"))};
  const std::int64_t to_ms = core::number_at(args, "to_ms", -1);
  if (to_ms >= 0) range.to = core::Milliseconds(to_ms);
  return range;
}

}  // namespace

void Engine::serve_control() {
  const std::filesystem::path path = config_.text("media.control");
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);  // listening tells what is wrong
  control_ = std::make_unique<control::Server>(main_, path, kControlMode);
  control_->on("status", [this](const Request&, Reply reply) { reply.ok(full_status()); });
  control_->on("session.list",
               [this](const Request&, Reply reply) { list_sessions(std::move(reply)); });
  control_->on("recording.list", [this](const Request& request, Reply reply) {
    const std::int64_t limit = core::number_at(request.args, "limit", kListedCalls);
    // As fast as the client reads: the list may be longer than what may wait for it.
    reply.stream([bodies = recordings_.newest(
                      static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 0, kLongestList))),
                  next = std::size_t{0}]() mutable -> std::optional<Json> {
      if (next == bodies.size()) return std::nullopt;
      return std::move(bodies[next++]);
    });
  });
  control_->on("recording.show", [this](const Request& request, Reply reply) {
    const auto call = core::CallRef::parse(core::text_at(request.args, "call"));
    auto found = call ? recordings_.of_call(*call)
                      : recordings_.find(core::text_at(request.args, "recording"));
    if (!found) return reply.fail(found.error());
    reply.ok(std::move(*found));
  });
  control_->on("recording.open", [this](const Request& request, const Reply& reply) {
    open_recording(request, reply);
  });
}

void Engine::list_sessions(Reply reply) {
  calls_->all_figures([this, reply = std::move(reply)](const Calls::AllFigures& figures) mutable {
    for (const auto& [key, call] : calls_->all()) {
      const auto found = figures.find(key);
      reply.item(session_item(call, found == figures.end() ? nullptr : &found->second));
    }
    reply.ok();
  });
}

void Engine::open_recording(const Request& request, const Reply& reply) {
  Reply answer = reply;
  const std::string user = os::user_name(request.peer.uid);
  const std::string name = core::text_at(request.args, "recording");
  if (const auto may = may_listen({.user = request.peer.uid, .name = user}, ::geteuid()); !may) {
    core::log_warning(
        "recording was not opened",
        {{"recording", core::printable(name)}, {"who", user}, {"error", may.error().message}});
    return answer.fail(may.error());
  }
  // A recording that only PostgreSQL still lists is known here by its whole id.
  Json known = recordings_.find(name).value_or(request.args);
  const auto id = core::RecordingId::parse(core::text_at(known, "recording"));
  if (!id) return answer.fail(recordings_.find(name).error());
  const std::string why = core::text_at(request.args, "reason");
  if (why.empty()) {
    return answer.fail(
        {.code = core::ExitCode::usage, .message = "a recording is only opened with a reason"});
  }
  if (const auto file = recordings_.file_of(*id); !file) return answer.fail(file.error());

  const Access access{
      .recording = *id,
      .call = core::CallRef::parse(core::text_at(known, "call")).value_or(core::CallRef{}),
      .tenant = core::TenantId::parse(core::text_at(known, "tenant")).value_or(core::TenantId{}),
      .who = request.peer,
      .why = why};
  const core::Time now = clock_.wall();
  // Who listens is on disk before the first byte leaves. The request waits on this thread, which
  // its reply belongs to; the journal's only knows its number.
  const std::uint64_t number = ++last_opening_;
  openings_.emplace(number, Opening{std::move(known), request.args, reply});
  journal_->append(
      {.kind = "recording.accessed",
       .tenant = access.tenant,
       .call = access.call,
       .body = core::to_line(access_body(access, now)),
       .at = now},
      {},
      [this, number](core::Result<journal::Sequence> committed) {
        post_to_main([this, number, committed = std::move(committed)] {
          Opening opening = std::move(openings_.extract(number).mapped());
          if (committed) return play(opening.recording, opening.args, opening.reply);
          opening.reply.fail({.code = core::ExitCode::io,
                              .message = "cannot note the access: " + committed.error().message});
        });
      },
      kAuditWithin);
}

void Engine::play(const Json& recording, const Json& args, const Reply& reply) {
  Reply answer = reply;
  const auto id = core::RecordingId::parse(core::text_at(recording, "recording"));
  const auto file = recordings_.file_of(id.value_or(core::RecordingId{}));
  if (!file) return answer.fail(file.error());
  playbacks_->play(*file, range_of(args), [reply, id](core::Result<Opened> opened) {
    Reply response = reply;
    if (!opened) return response.fail(opened.error());
    Json about = {{"recording", id->text()}};
    about.update(opened->about);
    response.ok_with_descriptor(std::move(about), std::move(opened->read_end));
  });
}

core::Json Engine::full_status() const {
  const journal::Health health = journal_->health();
  const auto ports = calls_->ports();
  const ng::ServerCounters& ng = ng_->counters();
  const Scribe::Load writer = scribe_->load();
  Json json = {
      {"daemon", "recorderd"},
      {"sessions", calls_->all().size()},
      {"recordings_running", calls_->running_recordings()},
      {"playbacks", playbacks_->running()},
      {"ports",
       {{"pairs", ports.pairs}, {"in_use", ports.in_use}, {"resting", ports.in_quarantine}}},
      {"journal",
       {{"node", journal_->node().text()},
        {"last", journal_->last().value()},
        {"is_healthy", health.is_healthy},
        {"queued", health.queued},
        {"error", health.error}}},
      {"keys",
       {{"has_ring", keys_.has_ring()},
        {"current", keys_.current_key().value()},
        {"error", key_fault_},
        {"recordings", keys_.count()}}},
      {"writer",
       {{"bytes_waiting", writer.bytes_waiting},
        {"calls", writer.calls},
        {"recordings", writer.recordings}}},
      {"ng",
       {{"requests", ng.requests},
        {"retransmissions", ng.retransmissions},
        {"malformed", ng.malformed},
        {"refused", ng.refused}}}};
  if (const auto space = os::disk_space(config_.text("recording.path"))) {
    json["disk"] = {{"path", config_.text("recording.path")},
                    {"bytes_total", space->total.value()},
                    {"bytes_available", space->available.value()}};
  }
  if (mirror_) {
    const keystore::MirrorState state = mirror_->state();
    json["mirror"] = {{"is_current", state.is_current}, {"error", state.error}};
    if (state.copied_at) json["mirror"]["copied_at"] = core::to_rfc3339(*state.copied_at);
  }
  if (more_status_) json.update(more_status_());
  return json;
}

}  // namespace trunkline::mediaplane
