// SPDX-License-Identifier: MIT
#include "daemon/systemd.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
// The message is a field among others here, and never a source line.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <cstdlib>

#include "core/text.h"

namespace trunkline::daemon {
namespace {

/// syslog(3)'s numbers.
int priority_of(core::LogLevel level) {
  switch (level) {
    case core::LogLevel::error:
      return 3;
    case core::LogLevel::warning:
      return 4;
    case core::LogLevel::info:
      return 6;
    case core::LogLevel::debug:
      return 7;
  }
  return 6;
}

/// systemd.journal-fields(7): A-Z, 0-9 and _, not _ at the front, 64 characters at most. Names that
/// the journal has a meaning for get a prefix.
std::string journal_name(std::string_view key) {
  constexpr std::size_t kLongestName = 64;
  std::string name;
  for (const char letter : key.substr(0, kLongestName - 10)) {
    const bool is_lower = letter >= 'a' && letter <= 'z';
    const bool is_plain = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
    name += is_lower ? static_cast<char>(letter - 'a' + 'A') : is_plain ? letter : '_';
  }
  const bool is_taken = name == "MESSAGE" || name == "PRIORITY" || name == "SYSLOG_IDENTIFIER" ||
                        name == "MESSAGE_ID" || name == "ERRNO" || name == "UNIT";
  const bool is_proper = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
  return is_proper && !is_taken ? name : "TRUNKLINE_" + name;
}

}  // namespace

void notify(const std::string& state) noexcept {
  (void)::sd_notify(0, state.c_str());
}

void notify_reloading() noexcept {
  const auto now = std::chrono::duration_cast<core::Microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  (void)::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(now.count()));
}

std::optional<core::Milliseconds> watchdog_period() {
  std::uint64_t timeout_us = 0;
  if (::sd_watchdog_enabled(0, &timeout_us) <= 0) return std::nullopt;
  const core::Milliseconds half(static_cast<std::int64_t>(timeout_us / 1000 / 2));
  return std::max(half, core::Milliseconds{1});
}

bool is_journal(int descriptor) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  if (stream == nullptr) return false;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return false;
  return std::string_view(stream) ==
         std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
}

std::vector<std::string> journal_fields(std::string_view identifier,
                                        const core::LogRecord& record) {
  std::vector<std::string> fields;
  fields.reserve(record.fields.size() + 3);
  fields.push_back("MESSAGE=" + std::string(record.message));
  fields.push_back("PRIORITY=" + std::to_string(priority_of(record.level)));
  fields.push_back("SYSLOG_IDENTIFIER=" + std::string(identifier));
  for (const core::LogField& field : record.fields)
    fields.push_back(journal_name(field.key) + '=' + field.value);
  return fields;
}

void send_to_journal(std::string_view identifier, const core::LogRecord& record) noexcept {
  std::vector<std::string> fields = journal_fields(identifier, record);
  std::vector<iovec> parts;
  parts.reserve(fields.size());
  for (std::string& field : fields) parts.push_back({field.data(), field.size()});
  // Nobody is left to tell if the journal does not take it.
  (void)::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace trunkline::daemon
