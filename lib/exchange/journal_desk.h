// SPDX-License-Identifier: MIT
#pragma once

// Reads the journal for those who ask over the control socket, on a thread of its own: the SIP
// thread never waits for a disk.

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "core/error.h"
#include "core/json.h"
#include "journal/reader.h"
#include "os/loop.h"

namespace trunkline::exchange {

class JournalDesk {
 public:
  using Question = std::function<core::Result<core::Json>(const journal::JournalReader&)>;
  using Answer = std::function<void(core::Result<core::Json>)>;

  /// `home` is where answers are given; it must outlive the desk.
  JournalDesk(os::Reactor& home, std::filesystem::path journal);
  ~JournalDesk();
  JournalDesk(const JournalDesk&) = delete;
  JournalDesk& operator=(const JournalDesk&) = delete;

  /// The question is asked on the desk's thread, the answer called on the home's.
  void ask(Question question, Answer answer);

 private:
  core::Result<core::Json> answer_to(const Question& question);

  os::Reactor& home_;
  std::filesystem::path journal_;
  std::unique_ptr<journal::JournalReader> reader_;  ///< the desk's thread alone
  os::Loop loop_;
  std::thread thread_;
};

/// The call that `name` means, as its last entry's body: its id, the unique tail of one (four
/// characters at least), a SIP Call-ID of either leg, or "last". Only the newest entries are
/// searched for what is no id.
[[nodiscard]] core::Result<core::Json> find_call(const journal::JournalReader& reader,
                                                 std::string_view name);

/// The newest entries first, each as {"sequence", "kind", "at", "tenant", "call", "body"}.
core::Json recent_entries(const journal::JournalReader& reader, std::size_t limit);

}  // namespace trunkline::exchange
