// SPDX-License-Identifier: MIT
#include "storage/cold.h"

#include <fmt/format.h>

namespace trunkline::storage {
namespace {

constexpr std::string_view kPrefix = "cold/";

class Tiers final : public Location {
 public:
  Tiers(std::unique_ptr<Location> hot, std::unique_ptr<Location> cold)
      : hot_(std::move(hot)), cold_(std::move(cold)) {}

  std::string title() const override { return hot_->title(); }

  core::Result<Status> stat(const Name& name) const override {
    const auto inner = inner_of(name);
    if (!inner) return tl::unexpected(inner.error());
    return tier_of(name).stat(*inner);
  }
  core::Result<std::unique_ptr<Object>> open(const Name& name) const override {
    const auto inner = inner_of(name);
    if (!inner) return tl::unexpected(inner.error());
    return tier_of(name).open(*inner);
  }
  core::Result<Stored> put(const Name& name, const std::filesystem::path& from) override {
    const auto inner = inner_of(name);
    if (!inner) return tl::unexpected(inner.error());
    return tier_of(name).put(*inner, from);
  }
  core::Result<void> clear_unfinished(const Name& name) override {
    const auto inner = inner_of(name);
    if (!inner) return tl::unexpected(inner.error());
    return tier_of(name).clear_unfinished(*inner);
  }
  core::Result<bool> remove(const Name& name) override {
    const auto inner = inner_of(name);
    if (!inner) return tl::unexpected(inner.error());
    return tier_of(name).remove(*inner);
  }

  core::Result<void> list(std::string_view prefix,
                          const std::function<bool(const Listed&)>& each) const override {
    bool goes_on = true;
    bool is_cold_due = true;
    core::Result<void> outcome;
    const auto list_cold = [&] {
      is_cold_due = false;
      if (auto listed = cold_objects(prefix, each, goes_on); !listed) {
        outcome = tl::unexpected(listed.error());
        goes_on = false;
      }
    };
    auto walked = hot_->list(prefix, [&](const Listed& object) {
      if (is_cold(object.name.text()))
        return true;  // what the hot one sees of a disk mounted in it
      if (is_cold_due && object.name.text() > kPrefix) list_cold();
      if (goes_on) goes_on = each(object);
      return goes_on;
    });
    if (!walked) return walked;
    if (goes_on && is_cold_due) list_cold();
    return outcome;
  }

  core::Result<void> sync() override {
    if (auto synced = hot_->sync(); !synced) return synced;
    return cold_->sync();
  }

 private:
  const Location& tier_of(const Name& name) const { return is_cold(name.text()) ? *cold_ : *hot_; }
  Location& tier_of(const Name& name) { return is_cold(name.text()) ? *cold_ : *hot_; }
  static core::Result<Name> inner_of(const Name& name) {
    return Name::parse(hot_name(name.text()));
  }

  core::Result<void> cold_objects(std::string_view prefix,
                                  const std::function<bool(const Listed&)>& each,
                                  bool& goes_on) const {
    const bool is_all = kPrefix.starts_with(prefix);
    if (!is_all && !prefix.starts_with(kPrefix)) return {};
    const std::string_view inner = is_all ? std::string_view() : prefix.substr(kPrefix.size());
    return cold_->list(inner, [&](const Listed& object) {
      const auto name = Name::parse(cold_name(object.name.text()));
      if (name) goes_on = each({.name = *name, .status = object.status});
      return goes_on;
    });
  }

  const std::unique_ptr<Location> hot_;
  const std::unique_ptr<Location> cold_;
};

}  // namespace

bool is_cold(std::string_view name) {
  return name.starts_with(kPrefix);
}

std::string hot_name(std::string_view name) {
  if (is_cold(name)) name.remove_prefix(kPrefix.size());
  return std::string(name);
}

std::string cold_name(std::string_view name) {
  return is_cold(name) ? std::string(name) : fmt::format("{}{}", kPrefix, name);
}

std::string twin_of(std::string_view name) {
  return is_cold(name) ? hot_name(name) : cold_name(name);
}

std::string name_at(const std::filesystem::path& root, std::string_view name) {
  std::error_code ignored;
  if (!std::filesystem::exists(root / name, ignored))
    if (std::string twin = twin_of(name); std::filesystem::exists(root / twin, ignored))
      return twin;
  return std::string(name);
}

std::unique_ptr<Location> with_cold(std::unique_ptr<Location> hot, std::unique_ptr<Location> cold) {
  return std::make_unique<Tiers>(std::move(hot), std::move(cold));
}

}  // namespace trunkline::storage
