// SPDX-License-Identifier: MIT
#include "storage/dry_run.h"

#include <fcntl.h>

#include <cerrno>

#include "os/fd.h"
#include "os/system_fault.h"
#include "storage/file_bytes.h"

namespace trunkline::storage {
namespace {

class DryRun final : public Location {
 public:
  explicit DryRun(std::unique_ptr<const Location> location) : location_(std::move(location)) {}

  std::string title() const override { return location_->title(); }
  core::Result<Status> stat(const Name& name) const override { return location_->stat(name); }
  core::Result<std::unique_ptr<Object>> open(const Name& name) const override {
    return location_->open(name);
  }
  core::Result<void> list(std::string_view prefix,
                          const std::function<bool(const Listed&)>& each) const override {
    return location_->list(prefix, each);
  }

  core::Result<Stored> put(const Name& /*name*/, const std::filesystem::path& from) override {
    const auto file = open_source(from);
    if (!file) return tl::unexpected(file.error());
    Summing sum;
    if (const int error = copy_bytes(file->get(), std::nullopt, sum))
      return os::system_failure("read " + from.native(), error);
    return sum.finish();
  }
  core::Result<void> clear_unfinished(const Name& /*name*/) override { return {}; }
  core::Result<bool> remove(const Name& name) override {
    const auto status = location_->stat(name);
    if (status) return true;
    if (status.error().code == core::ExitCode::no_input) return false;
    return tl::unexpected(status.error());
  }
  core::Result<void> sync() override { return {}; }

 private:
  const std::unique_ptr<const Location> location_;
};

}  // namespace

std::unique_ptr<Location> dry_run(std::unique_ptr<const Location> location) {
  return std::make_unique<DryRun>(std::move(location));
}

}  // namespace trunkline::storage
