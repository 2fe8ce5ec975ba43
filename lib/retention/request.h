// SPDX-License-Identifier: MIT
#pragma once

// What is held about a person's number, and what of it goes when the person asks for it: recordings
// of their calls, and in the calls themselves their name and number. A request does not wait for a
// policy's end; it does wait for holds and for duties to keep (increase-only policies).

#include "retention/erasures.h"
#include "retention/items.h"

namespace trunkline::retention {

/// Something held about a number.
struct Held {
  Item item = {};
  Sides sides = Sides::all;               ///< of a call: which parties are that number
  std::vector<std::string> because = {};  ///< why it must stay; empty: it may go
  core::Json row = {};                    ///< of a call that is archived
};

/// Whether a thing has to stay though a person asks for its erasure: one line a reason.
std::vector<std::string> reasons_to_keep(const Planner& planner, const Item& item, core::Time now);

/// Which parties of a call are surely that number (is_same_number); nothing: neither.
std::optional<Sides> sides_of(std::string_view number, std::span<const std::string> caller,
                              std::span<const std::string> called);

/// A call and, before it, its recordings. Of a call that is not in the database `call` tells who
/// its parties are; what is derived of it is looked up.
std::vector<Held> held_with(db::Connection& connection, const Planner& planner, Item call,
                            Sides sides, core::Time now);

/// The calls of that number and their recordings, oldest first; of one tenant, or of all.
std::vector<Held> held_about(db::Connection& connection, const Planner& planner,
                             std::string_view number, const std::optional<core::TenantId>& tenant,
                             core::Time now);

/// What happens to the calls.
enum class CallsFate : std::uint8_t { mask, erase, keep };
/// What goes of `held` by this request: recordings, then calls. A call stays while a recording of
/// it does.
std::vector<Erasure> erasures_of(std::span<const Held> held, CallsFate calls,
                                 std::string_view request);

/// The whole row of a call, for whoever asks what is held about them.
core::Json call_row(db::Connection& connection, const core::Uuid& call);

}  // namespace trunkline::retention
