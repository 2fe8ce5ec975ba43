// SPDX-License-Identifier: MIT

// What comes back from the I/O threads: segments and accounts for the scribe, silence and figures
// for the main thread.

#include <utility>

#include "core/log.h"
#include "mediaplane/calls.h"

namespace trunkline::mediaplane {

void Calls::post_to_main(std::function<void()> work) {
  main_.post([is_alive = is_alive_, work = std::move(work)] {
    if (*is_alive) work();
  });
}

void Calls::take_packets(SpoolBlock block) {
  scribe_.take_packets(std::move(block));
}

void Calls::change_codecs(core::RecordingId recording, Leg leg,
                          std::vector<recording::PayloadCodec> codecs) {
  scribe_.change_codecs(recording, leg, std::move(codecs));
}

void Calls::save_account(const std::string& key, const SessionCounters& counters) {
  scribe_.save_account(key, counters);
}

void Calls::media_is_silent(const std::string& key, const SilentLegs& legs) {
  post_to_main([this, key, legs] {
    Call* const call = find(key);
    if (call == nullptr) return;
    call->has_timed_out = true;
    core::log_warning("media timed out", {{"call", call->call.text()}, {"call_id", key}});
    if (on_timeout) on_timeout(*call, legs);
  });
}

void Calls::session_is_abandoned(const std::string& key) {
  post_to_main([this, key] {
    Call* const call = find(key);
    if (call == nullptr) return;
    core::log_warning("call without media and without command is closed",
                      {{"call", call->call.text()}, {"call_id", key}});
    close(*call, MediaEnd::timeout);
  });
}

void Calls::settle(Call& call, std::function<void()> done) {
  call.thread->post([this, done = std::move(done)]() mutable { post_to_main(std::move(done)); });
}

void Calls::figures(Call& call,
                    std::function<void(const Call* call, const SessionCounters& counters)> done) {
  // `done` is moved along: what it holds must end on the main thread.
  call.thread->post([this, key = call.key, session = call.session,
                     done = std::move(done)]() mutable {
    post_to_main([this, key, done = std::move(done),
                  counters = session->counters(clock_.steady())] { done(find(key), counters); });
  });
}

void Calls::all_figures(std::function<void(const AllFigures&)> done) {
  struct Gathering {
    AllFigures figures;
    std::size_t missing;
    std::function<void(const AllFigures&)> done;
  };
  const auto gathering =
      std::make_shared<Gathering>(Gathering{{}, threads_.size(), std::move(done)});
  for (const auto& thread : threads_) {
    std::vector<std::pair<std::string, std::shared_ptr<Session>>> sessions;
    for (const auto& [key, call] : calls_) {
      if (call.thread == thread.get()) sessions.emplace_back(key, call.session);
    }
    thread->post([this, gathering, sessions = std::move(sessions)] {
      AllFigures figures;
      for (const auto& [key, session] : sessions) {
        figures.emplace(key, session->counters(clock_.steady()));
      }
      post_to_main([gathering, figures = std::move(figures)]() mutable {
        gathering->figures.merge(figures);
        if (--gathering->missing > 0) return;
        // The I/O threads may hold the gathering a little longer, but not the answer.
        std::exchange(gathering->done, nullptr)(gathering->figures);
      });
    });
  }
}

}  // namespace trunkline::mediaplane
