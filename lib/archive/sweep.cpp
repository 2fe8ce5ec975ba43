// SPDX-License-Identifier: MIT
#include "archive/sweep.h"

#include "archive/items.h"

namespace trunkline::archive {
namespace {

namespace fs = std::filesystem;
using retention::Erasure;

// 50 MB or so; a month that has more of them comes back more than once.
constexpr std::size_t kAtOnce = 200'000;

class Sweeper {
 public:
  Sweeper(const retention::EraserParts& parts, const core::Uuid& run, const fs::path& folder,
          core::Time now, const retention::SweepOptions& options,
          const std::function<void(Passed)>& passed)
      : parts_(parts), run_(run), folder_(folder), now_(now), options_(options), passed_(passed) {}

  Swept run() {
    const Items items(parts_.database, folder_);
    for (const Archived& month : items.months()) sweep_month(month.month);
    return std::move(swept_);
  }

 private:
  bool is_over() const { return options_.limit != 0 && swept_.erased.calls >= options_.limit; }

  void sweep_month(const std::string& month) {
    bool is_any = true;
    while (is_any && !is_over()) {
      const std::vector<Erasure> due = due_in(month);
      const std::uint64_t before = swept_.erased.calls;
      if (!due.empty()) erase(due);
      // What was decided anew to stay would be found again for ever.
      is_any = swept_.erased.calls > before && due.size() == kAtOnce;
    }
  }

  std::vector<Erasure> due_in(const std::string& month) {
    const retention::Planner planner(retention::load_rules(parts_.database, options_.fallback));
    const auto shortest = retention::shortest(planner.rules().policies, retention::Kind::call);
    std::vector<Erasure> due;
    if (!may_be_due(month, shortest, now_)) return due;
    // Erasing replaces files: their list is taken anew.
    Items items(parts_.database, folder_);
    for (const Archived& file : items.months()) {
      if (file.month != month) continue;
      items.for_each_call_of(file, [&](const retention::Item& call) {
        if (due.size() == kAtOnce) return;
        const auto one = retention::due_of(std::span(&call, 1), planner, now_);
        due.insert(due.end(), one.begin(), one.end());
      });
    }
    note(items.unreached());
    return due;
  }

  void erase(std::span<const Erasure> due) {
    const Reached reached = erase_in_archives(
        parts_.database, folder_, due, now_,
        [&](std::span<const Erasure> calls) {
          retention::SweepOptions rest = options_;
          if (rest.limit != 0) rest.limit -= swept_.erased.calls;
          swept_.erased += retention::sweep_calls(parts_, run_, now_, rest, calls);
        },
        passed_);
    note(reached.unreached);
    auto& months = swept_.reached.months;
    for (const std::string& month : reached.months)
      if (months.empty() || months.back() != month) months.push_back(month);
  }

  void note(const std::vector<Unreached>& unreached) {
    swept_.reached.unreached.insert(swept_.reached.unreached.end(), unreached.begin(),
                                    unreached.end());
  }

  const retention::EraserParts& parts_;
  core::Uuid run_;
  fs::path folder_;
  core::Time now_;
  retention::SweepOptions options_;
  const std::function<void(Passed)>& passed_;
  Swept swept_;
};

}  // namespace

Swept sweep(const retention::EraserParts& parts, const core::Uuid& run, const fs::path& folder,
            core::Time now, const retention::SweepOptions& options,
            const std::function<void(Passed)>& passed) {
  return Sweeper(parts, run, folder, now, options, passed).run();
}

}  // namespace trunkline::archive
