// SPDX-License-Identifier: MIT
#include "mediaplane/calls.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/log.h"

namespace trunkline::mediaplane {
namespace {

constexpr core::Seconds kUnansweredLife{3600};
/// An I/O thread takes so many calls before the next one gets any: each waking serves more packets.
/// Not more of them, because two threads get twice the processor of one where others want it, too.
constexpr std::size_t kCallsTogether = 100;

sealed::Codec sealed_codec(audio::Codec codec) {
  switch (codec) {
    case audio::Codec::mulaw:
      return sealed::Codec::mulaw;
    case audio::Codec::alaw:
      return sealed::Codec::alaw;
    case audio::Codec::s16le:
      break;
  }
  return sealed::Codec::s16le;
}

std::size_t index_of(os::Family family) {
  return family == os::Family::ipv4 ? 0 : 1;
}

}  // namespace

Calls::Calls(os::Reactor& main, const CallsOptions& options, Scribe& scribe,
             const core::Clock& clock)
    : main_(main), scribe_(scribe), clock_(clock), is_alive_(std::make_shared<bool>(true)) {
  const auto allocator_of = [this](const os::Address& address) -> auto& {
    return allocators_[index_of(address.family())];
  };
  allocator_of(options.ports.address) = std::make_unique<rtp::PortAllocator>(options.ports, clock);
  if (options.other_address && !allocator_of(*options.other_address)) {
    rtp::PortRange range = options.ports;
    range.address = *options.other_address;
    allocator_of(range.address) = std::make_unique<rtp::PortAllocator>(range, clock);
  }
  for (unsigned i = 0; i < options.threads; ++i) {
    threads_.push_back(
        std::make_unique<IoThread>(i, options.timeout, static_cast<TapeSink&>(*this)));
  }
}

Calls::~Calls() {
  *is_alive_ = false;
}

Call* Calls::find(const std::string& key) {
  const auto found = calls_.find(key);
  return found == calls_.end() ? nullptr : &found->second;
}

IoThread& Calls::thread_for_call() const {
  for (const auto& thread : threads_) {
    if (thread->load() < kCallsTogether) return *thread;
  }
  return **std::min_element(
      threads_.begin(), threads_.end(),
      [](const auto& left, const auto& right) { return left->load() < right->load(); });
}

Call& Calls::open(const NewCall& facts) {
  const core::Time now = clock_.wall();
  Call call{.key = facts.key,
            .call = facts.call.is_nil() ? core::CallRef::make(now) : facts.call,
            .tenant = facts.tenant,
            .created_at = now,
            .last_signal = now,
            .last_command = clock_.steady()};
  call.recording.is_wanted = facts.is_recorded;
  call.recording.chosen = facts.recording;
  call.commander = facts.commander;
  call.thread = &thread_for_call();
  call.thread->take_call();
  call.session = std::make_shared<Session>(facts.key, static_cast<SessionObserver&>(*this));
  call.thread->post([thread = call.thread, session = call.session] { thread->add(session); });
  return calls_.insert_or_assign(facts.key, std::move(call)).first->second;
}

rtp::PortAllocator::Usage Calls::ports() const {
  rtp::PortAllocator::Usage all;
  for (const auto& allocator : allocators_) {
    if (!allocator) continue;
    const auto usage = allocator->usage();
    all.pairs += usage.pairs;
    all.in_use += usage.in_use;
    all.in_quarantine += usage.in_quarantine;
  }
  return all;
}

core::Result<rtp::PortPair> Calls::allocate(os::Family family) {
  const auto& allocator = allocators_[index_of(family)];
  if (allocator) return allocator->allocate();
  const bool is_ipv6 = family == os::Family::ipv6;
  return core::fault(
      core::ExitCode::config,
      is_ipv6 ? "there is no IPv6 address for media" : "there is no IPv4 address for media",
      "set media.address and media.address6");
}

core::Result<void> Calls::describe(Call& call, Leg leg, sdp::Session description) {
  auto before = std::exchange(call.leg(leg).description, std::move(description));
  if (auto added = add_lines(call, *call.leg(leg).description); !added) {
    call.leg(leg).description = std::move(before);
    return added;
  }
  call.last_signal = clock_.wall();
  call.last_command = clock_.steady();
  push_plans(call);
  return {};
}

core::Result<void> Calls::add_lines(Call& call, const sdp::Session& description) {
  while (call.lines.size() < description.media.size()) {
    auto added = add_line(call, description.media[call.lines.size()].is_rtp());
    if (!added) return added;
  }
  for (std::size_t line = 0; line < call.lines.size(); ++line) {
    for (const Leg leg : {Leg::caller, Leg::called}) {
      if (auto added = add_ports(call, line, leg); !added) return added;
    }
  }
  return {};
}

core::Result<void> Calls::add_line(Call& call, bool is_rtp) {
  const std::array<os::Family, kLegs> families = {family_of(call, Leg::caller),
                                                  family_of(call, Leg::called)};
  auto caller = allocate(families[0]);
  if (!caller) return tl::unexpected(caller.error());
  auto called = allocate(families[1]);
  if (!called) return tl::unexpected(called.error());
  CallLine opened{.is_rtp = is_rtp, .ports = {}};
  opened.ports[0].of(families[0]) = caller->rtp_port();
  opened.ports[1].of(families[1]) = called->rtp_port();
  call.lines.push_back(opened);
  std::array<rtp::PortPair, kLegs> ports = {std::move(*caller), std::move(*called)};
  // std::function wants to be copyable; the line itself never is copied.
  auto line =
      std::make_shared<std::unique_ptr<Line>>(std::make_unique<Line>(std::move(ports), is_rtp));
  call.thread->post([thread = call.thread, session = call.session, line] {
    session->add_line(thread->reactor(), std::move(*line));
  });
  return {};
}

core::Result<void> Calls::add_ports(Call& call, std::size_t line, Leg leg) {
  const os::Family family = family_of(call, leg);
  core::Port& port = call.lines[line].ports[index_of(leg)].of(family);
  if (port.value() != 0) return {};
  auto pair = allocate(family);
  if (!pair) return tl::unexpected(pair.error());
  port = pair->rtp_port();
  const auto ports = std::make_shared<rtp::PortPair>(std::move(*pair));
  call.thread->post([thread = call.thread, session = call.session, line, leg, ports] {
    session->add_ports(thread->reactor(), line, leg, std::move(*ports));
  });
  return {};
}

void Calls::push_plans(const Call& call) {
  for (std::size_t line = 0; line < call.lines.size(); ++line) {
    call.thread->post(
        [thread = call.thread, session = call.session, line, plans = plans_of(call, line)] {
          for (const Leg leg : {Leg::caller, Leg::called})
            session->plan(line, leg, plans[index_of(leg)]);
          thread->look_at(*session);
        });
  }
}

void Calls::answered(Call& call, Leg answerer) {
  const auto& offer = call.leg(other(answerer)).description;
  const auto& answer = call.leg(answerer).description;
  const auto line = answer ? audio_line_of(*answer) : std::nullopt;
  if (offer && line && *line < offer->media.size()) {
    call.agreement = sdp::agreed_codec(offer->media[*line], answer->media[*line]);
  }
  scribe_.begin_call(facts_of(call));
  if (!call.answered_at) {
    call.answered_at = clock_.wall();
    call.thread->post([thread = call.thread, session = call.session] {
      session->answered(std::chrono::steady_clock::now());
      thread->look_at(*session);
    });
  }
  if (call.recording.is_wanted && !call.recording.running && line) start_recording(call);
}

CallFacts Calls::facts_of(const Call& call) const {
  CallFacts facts{.key = call.key,
                  .call = call.call,
                  .tenant = call.tenant,
                  .started_at = call.answered_at.value_or(clock_.wall()),
                  .codec = call.agreement ? call.agreement->answered.name : std::string()};
  for (const Leg leg : {Leg::caller, Leg::called}) {
    // What a party sends is numbered by the other's description.
    const auto& numbering = call.leg(other(leg)).description;
    const auto line = numbering ? audio_line_of(*numbering) : std::nullopt;
    if (!line) continue;
    for (const sdp::Codec& codec : sdp::codecs_of(numbering->media[*line])) {
      facts.codec_names[index_of(leg)][codec.payload_type] = codec.name;
    }
  }
  return facts;
}

void Calls::start_recording(Call& call) {
  if (call.recording.running) return;
  call.recording.is_wanted = true;
  if (!call.answered_at) return;
  call.recording.is_wanted = false;  // this attempt is the one that was wanted
  const core::Time now = clock_.wall();
  const core::SteadyTime began = clock_.steady();
  const core::RecordingId id =
      std::exchange(call.recording.chosen, std::nullopt).value_or(core::RecordingId::make(now));
  RecordingFacts facts{
      .recording = id, .call = call.call, .tenant = call.tenant, .started_at = now};
  const auto format = recording_format_of(call);
  if (!format) {
    scribe_.refuse_recording(std::move(facts), format.error().message);
    return;
  }
  facts.format.codec = sealed_codec(format->codec);
  facts.format.sample_rate = format->sample_rate;
  const std::size_t line = audio_line_of(*call.leg(Leg::called).description).value_or(0);
  const auto plans = plans_of(call, line);
  scribe_.begin_recording(std::move(facts), {.format = *format,
                                             .began = began,
                                             .spool = call.thread->spool().number(),
                                             .codecs = {plans[index_of(Leg::caller)].codecs,
                                                        plans[index_of(Leg::called)].codecs}});
  call.recording.running = id;
  running_.emplace(id, call.key);
  call.thread->post([thread = call.thread, session = call.session, line, id] {
    session->start_tape(std::make_unique<Tape>(Tape{.id = id, .spool = thread->spool()}), line);
  });
}

/// It was wanted to the end and there was never audio to record: somebody must hear of that.
void Calls::refuse_recording(const Call& call) {
  const core::Time now = clock_.wall();
  scribe_.refuse_recording(
      {.recording = call.recording.chosen.value_or(core::RecordingId::make(now)),
       .call = call.call,
       .tenant = call.tenant,
       .started_at = now},
      "the call had no audio");
}

void Calls::stop_recording(Call& call) {
  call.recording.is_wanted = false;
  if (!call.recording.running) return;
  forget_running(call);
  call.thread->post([this, session = call.session] {
    const core::SteadyTime now = clock_.steady();
    if (const auto recording = session->finish_tape(now)) {
      scribe_.end_recording(*recording, now, clock_.wall());
    }
  });
}

void Calls::pause_recording(Call& call, bool is_paused) {
  if (!call.recording.running) return;
  call.recording.is_paused = is_paused;
  call.thread->post([this, session = call.session, is_paused] {
    const core::SteadyTime now = clock_.steady();
    if (const auto recording = session->flush_tape(now)) {
      scribe_.pause_recording(*recording, now, is_paused);
    }
  });
}

void Calls::forget_running(Call& call) {
  if (call.recording.running) running_.erase(*call.recording.running);
  call.recording.running.reset();
}

void Calls::recording_failed(core::RecordingId recording) {
  const auto found = running_.find(recording);
  if (found == running_.end()) return;
  Call* const call = find(found->second);
  assert(call != nullptr);
  forget_running(*call);
  call->thread->post([session = call->session, recording] { session->drop_tape(recording); });
}

void Calls::close(Call& call, MediaEnd end, Figures done) {
  forget_running(call);
  call.thread->release_call();
  const auto node = calls_.extract(call.key);
  // Shared by the I/O thread's work and the answer that it posts back.
  const auto closed = std::make_shared<Call>(std::move(node.mapped()));
  if (closed->has_timed_out && end == MediaEnd::deleted) end = MediaEnd::timeout;
  if (closed->recording.is_wanted && closed->answered_at) refuse_recording(*closed);
  IoThread* const thread = closed->thread;
  auto session = std::exchange(closed->session, nullptr);
  thread->post(
      [this, thread, closed, end, done = std::move(done), session = std::move(session)]() mutable {
        const core::Time at = clock_.wall();
        const core::SteadyTime now = clock_.steady();
        if (const auto recording = session->finish_tape(now)) {
          scribe_.end_recording(*recording, now, at);
        }
        SessionCounters counters = session->counters(now);
        scribe_.end_call(closed->key, counters, end, at);
        thread->remove(*session);
        session.reset();  // closes the sockets
        post_to_main([this, closed, done = std::move(done), counters = std::move(counters)] {
          if (done) done(*closed, counters);
          if (on_closed) on_closed();
        });
      });
}

void Calls::close_all(MediaEnd end) {
  while (!calls_.empty()) close(calls_.begin()->second, end);
}

void Calls::close_left_behind(const Commander& now) {
  std::vector<std::string> left;
  for (const auto& [key, call] : calls_)
    if (call.commander.is_before(now)) left.push_back(key);
  for (const std::string& key : left) {
    core::log_warning("call of a client that was started anew is closed", {{"call", key}});
    close(*find(key), MediaEnd::deleted);
  }
}

void Calls::set_timeout(core::Milliseconds timeout) {
  for (const auto& thread : threads_) thread->set_timeout(timeout);
}

void Calls::sweep() {
  const core::SteadyTime now = clock_.steady();
  std::vector<std::string> forgotten;
  for (const auto& [key, call] : calls_) {
    if (!call.answered_at && now - call.last_command > kUnansweredLife) forgotten.push_back(key);
  }
  for (const std::string& key : forgotten) {
    core::log_warning("call that was never answered is closed", {{"call", key}});
    close(*find(key), MediaEnd::timeout);
  }
}

}  // namespace trunkline::mediaplane
