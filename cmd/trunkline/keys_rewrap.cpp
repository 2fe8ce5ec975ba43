// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <thread>

#include "keystore/mirror.h"
#include "trunkline/audit.h"
#include "trunkline/commands.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

/// One transaction: short enough that a recording which begins waits some 20 ms at the most.
constexpr std::size_t kRewrapBatch = 2000;
/// recorderd looks at the lock every millisecond (key_store.h).
constexpr core::Milliseconds kPause{2};

keystore::KeyStore::Rewrapped rewrap_all(keystore::KeyStore& store) {
  keystore::KeyStore::Rewrapped all;
  for (;;) {
    const auto step = core::value_or_throw(store.rewrap(all.last, kRewrapBatch));
    all.last = step.last;
    all.rows += step.rows;
    if (all.failed == 0) all.first_fault = step.first_fault;
    all.failed += step.failed;
    if (step.is_done) return all;
    std::this_thread::sleep_for(kPause);
  }
}

core::ExitCode rewrap_keys(cli::Context& context) {
  const KeyPlaces places = key_places(context.config());
  const auto ring = core::value_or_throw(keystore::KeyRing::load(places.ring));
  const core::SteadyTime begun = core::system_clock().steady();
  keystore::KeyStore::Rewrapped done;
  if (const auto store = open_store(places, ring)) {
    done = rewrap_all(*store);
    core::value_or_throw(store->forget_old_rows());
  }
  if (done.rows > 0 && !places.mirror.empty())
    core::value_or_throw(keystore::copy_to_mirror(places.store, places.mirror));
  const auto took =
      std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
  if (done.rows > 0)
    note_in_audit(context, "keys.rewrapped",
                  {{"to", ring.current().value()}, {"rows", done.rows}, {"failed", done.failed}});
  cli::Output& out = context.out();
  out.record("key_rewrap.v1",
             {{"key", ring.current().value()},
              {"wrapped", out.count(done.rows)},
              {"failed", out.count(done.failed)},
              {"took", out.duration(took)}},
             {{"key", ring.current().value()},
              {"rows", done.rows},
              {"failed", done.failed},
              {"duration_ms", took.count()}});
  if (done.failed == 0) return core::ExitCode::done;
  context.warn(fmt::format("{} rows stay as they are: {}", done.failed, done.first_fault),
               "trunkline keys check");
  return core::ExitCode::partly;
}

}  // namespace

cli::Command keys_rewrap() {
  return {.path = "keys rewrap",
          .summary = "wrap all recordings' keys under the current key",
          .description =
              "Rewrites rows of the key store, never a file. Calls and recordings go on "
              "meanwhile. It may be stopped at any moment, also by kill -9, and goes on when it "
              "is run again. At the end the old rows are gone from the store's log and from its "
              "mirror.",
          .exits = {{core::ExitCode::partly, "some rows could not be opened and stay"},
                    {core::ExitCode::try_again, "somebody reads the key store; run it again"}},
          .examples = {{"trunkline keys rotate && trunkline keys rewrap", "replace a key"},
                       {"trunkline keys rewrap --json", "how many, and how long it took"}},
          .run = rewrap_keys};
}

}  // namespace trunkline::commands
