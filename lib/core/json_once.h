// SPDX-License-Identifier: MIT
#pragma once

// The JSON value's members are compiled once, in core/json.cpp, and not again in each source that
// uses them. Part of the precompiled header; nobody need include it.

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;
