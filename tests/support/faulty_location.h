// SPDX-License-Identifier: MIT
#pragma once

// A location that fails as bad disks and far-away stores do: by a plan, call by call. It stands in
// for every backend that has such days.

#include <deque>
#include <functional>
#include <map>

#include "storage/faults.h"
#include "storage/location.h"

namespace trunkline::test {

class FaultyLocation final : public storage::Location {
 public:
  enum class Call { stat, open, read, list, put, remove, sync };
  enum class Mishap {
    none,
    timeout_before,  ///< nothing was done, and nobody knows
    timeout_after,   ///< it was done, and nobody knows
    no_space,
    partial,  ///< reads end early, listings stop half-way with a fault, put() changes nothing
    slow,     ///< it is done, after slow_ was called
  };

  explicit FaultyLocation(std::unique_ptr<storage::Location> inner) : inner_(std::move(inner)) {}

  /// The next call of that kind, after those planned already, meets this.
  void plan(Call call, Mishap mishap) { plans_[call].push_back(mishap); }
  /// What a slow call does while time passes: moves a fake clock, stops a run, ...
  void on_slow(std::function<void()> slow) { slow_ = std::move(slow); }
  std::size_t calls(Call call) const { return calls_[call]; }

  std::string title() const override { return inner_->title(); }

  core::Result<storage::Status> stat(const storage::Name& name) const override {
    return meet(Call::stat, "look at", name, [&] { return inner_->stat(name); });
  }

  core::Result<std::unique_ptr<storage::Object>> open(const storage::Name& name) const override {
    auto opened = meet(Call::open, "open", name, [&] { return inner_->open(name); });
    if (!opened) return opened;
    return std::make_unique<FaultyObject>(*this, name, std::move(*opened));
  }

  core::Result<void> list(std::string_view prefix,
                          const std::function<bool(const storage::Listed&)>& each) const override {
    const Mishap mishap = next(Call::list);
    std::size_t count = 0;
    bool was_stopped = false;
    auto listed = inner_->list(prefix, [&](const storage::Listed& object) {
      if (mishap == Mishap::partial && ++count > 1) return false;
      was_stopped = !each(object);
      return !was_stopped;
    });
    if (mishap == Mishap::none || was_stopped || !listed) return listed;
    return core::fault(core::ExitCode::unavailable, "cannot list " + title() + ": it was cut");
  }

  core::Result<storage::Stored> put(const storage::Name& name,
                                    const std::filesystem::path& from) override {
    return meet(Call::put, "put", name, [&] { return inner_->put(name, from); });
  }

  core::Result<void> clear_unfinished(const storage::Name& name) override {
    return inner_->clear_unfinished(name);
  }

  core::Result<bool> remove(const storage::Name& name) override {
    return meet(Call::remove, "remove", name, [&] { return inner_->remove(name); });
  }

  core::Result<void> sync() override {
    if (next(Call::sync) != Mishap::none)
      return core::fault(core::ExitCode::io, "cannot sync " + title());
    return inner_->sync();
  }

 private:
  class FaultyObject final : public storage::Object {
   public:
    FaultyObject(const FaultyLocation& location, storage::Name name,
                 std::unique_ptr<storage::Object> inner)
        : location_(location), name_(std::move(name)), inner_(std::move(inner)) {}
    core::ByteCount size() const override { return inner_->size(); }
    core::Result<std::size_t> read(std::uint64_t offset,
                                   std::span<std::byte> bytes) const override {
      return location_.meet(Call::read, "read", name_, [&] { return inner_->read(offset, bytes); });
    }

   private:
    const FaultyLocation& location_;
    const storage::Name name_;
    const std::unique_ptr<storage::Object> inner_;
  };

  Mishap next(Call call) const {
    ++calls_[call];
    auto& planned = plans_[call];
    if (planned.empty()) return Mishap::none;
    const Mishap mishap = planned.front();
    planned.pop_front();
    return mishap;
  }

  template <class Do>
  auto meet(Call call, std::string_view what, const storage::Name& name, Do done) const
      -> decltype(done()) {
    switch (next(call)) {
      case Mishap::none:
        return done();
      case Mishap::slow:
        if (slow_) slow_();
        return done();
      case Mishap::timeout_after:
        (void)done();  // nobody hears of it
        return tl::unexpected(storage::timed_out(what, name, title()));
      case Mishap::timeout_before:
        return tl::unexpected(storage::timed_out(what, name, title()));
      case Mishap::no_space:
        return tl::unexpected(storage::no_space(name, title()));
      case Mishap::partial:
        return tl::unexpected(storage::not_as_written(name, title()));
    }
    return done();
  }

  const std::unique_ptr<storage::Location> inner_;
  mutable std::map<Call, std::deque<Mishap>> plans_;
  mutable std::map<Call, std::size_t> calls_;
  std::function<void()> slow_;
};

}  // namespace trunkline::test
