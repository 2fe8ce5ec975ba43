// SPDX-License-Identifier: MIT
#include "exchange/journal_desk.h"

#include <fmt/format.h>

#include <exception>
#include <set>
#include <utility>

#include "core/log.h"
#include "exchange/call_name.h"

namespace trunkline::exchange {
namespace {

/// How far back a call is searched that is not named by its id.
constexpr std::size_t kSearched = 5'000;

core::Result<core::Json> body_of(const journal::StoredEntry& stored) {
  return core::parse_json(stored.entry.body);
}

}  // namespace

JournalDesk::JournalDesk(os::Reactor& home, std::filesystem::path journal)
    : home_(home), journal_(std::move(journal)) {
  thread_ = std::thread([this] { loop_.run(); });
}

JournalDesk::~JournalDesk() {
  loop_.stop();
  thread_.join();
}

void JournalDesk::ask(Question question, Answer answer) {
  loop_.post([this, question = std::move(question), answer = std::move(answer)]() mutable {
    auto result = answer_to(question);
    home_.post([answer = std::move(answer), result = std::move(result)]() mutable {
      answer(std::move(result));
    });
  });
}

core::Result<core::Json> JournalDesk::answer_to(const Question& question) {
  try {
    if (!reader_) reader_ = std::make_unique<journal::JournalReader>(journal_);
    return question(*reader_);
  } catch (const core::Error& error) {
    reader_.reset();
    core::log_warning("the journal cannot be read", {{"error", error.fault().message}});
    return tl::make_unexpected(error.fault());
  }
}

core::Result<core::Json> find_call(const journal::JournalReader& reader, std::string_view name) {
  if (const auto id = core::CallRef::parse(name)) {
    const auto last = reader.last_of(*id, "call.");
    if (last) return body_of(*last);
    return no_such_call(name);
  }
  std::optional<core::Json> found;
  std::set<core::CallRef> seen;
  for (const journal::StoredEntry& stored : reader.recent(kSearched)) {
    const bool is_newest_of_call =
        stored.entry.kind.starts_with("call.") && seen.insert(stored.entry.call).second;
    if (!is_newest_of_call) continue;
    auto body = body_of(stored);
    if (!body || !is_named(*body, name)) continue;
    // Newest first: "last" is the first one met.
    if (name == kLastCall) return body;
    if (found) return ambiguous_call(name);
    found = std::move(*body);
  }
  if (found) return std::move(*found);
  return no_such_call(name);
}

core::Json recent_entries(const journal::JournalReader& reader, std::size_t limit) {
  core::Json entries = core::Json::array();
  for (const journal::StoredEntry& stored : reader.recent(limit)) {
    core::Json json = {{"sequence", stored.sequence.value()},
                       {"kind", stored.entry.kind},
                       {"at", core::to_rfc3339(stored.entry.at)},
                       {"tenant", stored.entry.tenant.text()}};
    if (!stored.entry.call.is_nil()) json["call"] = stored.entry.call.text();
    json["body"] = body_of(stored).value_or(core::Json());
    entries.push_back(std::move(json));
  }
  return entries;
}

}  // namespace trunkline::exchange
