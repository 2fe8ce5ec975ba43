// SPDX-License-Identifier: MIT
#pragma once

// Two tiers of one location: the hot one, where recordings are made, and the cold one, another disk
// that is mounted in its folder "cold". An object keeps its name when it moves, with "cold/" before
// it: "2026/11/21/x" is hot, "cold/2026/11/21/x" is cold, and that name finds it below the hot
// location's folder.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "storage/location.h"

namespace trunkline::storage {

enum class Tier : std::uint8_t { hot, cold };

inline constexpr std::string_view kColdFolder = "cold";

/// Whether that name is one of the cold tier.
bool is_cold(std::string_view name);
/// What the same object is called in either tier.
std::string hot_name(std::string_view name);
std::string cold_name(std::string_view name);
/// What it is called in the other tier than now.
std::string twin_of(std::string_view name);
/// `name`, or where no file of it is below `root`, its name in the other tier, if that one is
/// there.
std::string name_at(const std::filesystem::path& root, std::string_view name);

/// Both as one: names of the cold tier are `cold`'s, all others `hot`'s. A cold location that is
/// not there (its disk not mounted) is a fault, as a hot one is: its objects do not pass for
/// erased.
std::unique_ptr<Location> with_cold(std::unique_ptr<Location> hot, std::unique_ptr<Location> cold);

}  // namespace trunkline::storage
