// SPDX-License-Identifier: MIT
#pragma once

// Opens the devices' sealed HA1 with sipd's key, one at a time when it is asked for.

#include "core/secret.h"
#include "registrar/authenticator.h"

namespace trunkline::exchange {

/// The key must outlive the opener.
registrar::OpenHa1 ha1_opener(const core::Secret& key);

}  // namespace trunkline::exchange
