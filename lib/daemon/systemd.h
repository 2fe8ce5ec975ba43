// SPDX-License-Identifier: MIT
#pragma once

// What a daemon tells systemd, and what systemd told it. The only place that knows libsystemd; all
// of it does nothing where systemd did not start us.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log.h"
#include "core/time.h"

namespace trunkline::daemon {

/// sd_notify(3): "READY=1", several separated by newlines. Without NOTIFY_SOCKET nothing happens.
void notify(const std::string& state) noexcept;
/// RELOADING=1 with the time that Type=notify-reload wants beside it.
void notify_reloading() noexcept;
/// How often systemd wants to hear WATCHDOG=1: half of WatchdogSec=. Nothing if it does not.
std::optional<core::Milliseconds> watchdog_period();

/// Whether stderr is the journal's stream (JOURNAL_STREAM names its device and inode).
bool is_journal(int descriptor);
/// The record as "NAME=value" fields for the journal: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER and each
/// field in upper case, so that `journalctl CALL=...` finds a call.
std::vector<std::string> journal_fields(std::string_view identifier, const core::LogRecord& record);
void send_to_journal(std::string_view identifier, const core::LogRecord& record) noexcept;

}  // namespace trunkline::daemon
