// SPDX-License-Identifier: MIT
#pragma once

// The two softphones of `trunkline demo`: their devices in the directory, their credentials in a
// folder of the operator's, and what they say.

#include <filesystem>
#include <string>

#include "config/config.h"
#include "core/error.h"
#include "core/secret.h"

namespace trunkline::commands {

struct DemoPhone {
  std::string name;       ///< of its device
  std::string extension;  ///< what is dialled
  core::Secret password;
  std::filesystem::path speech;  ///< WAV, longer than the call
};

struct DemoPhones {
  std::string domain;
  DemoPhone caller;
  DemoPhone called;
};

/// Reads the credentials that an earlier demo left in `folder`; the database is not asked. Where
/// there are none, the devices are made (or their passwords replaced) in the default tenant and the
/// credentials kept, mode 600.
[[nodiscard]] core::Result<DemoPhones> demo_phones(const config::Config& config,
                                                   const std::filesystem::path& folder);

/// Makes both phones' speech with espeak-ng and sox, `length` seconds each at least; what an
/// earlier demo made is taken again.
[[nodiscard]] core::Result<void> make_speech(DemoPhones& phones,
                                             const std::filesystem::path& folder,
                                             unsigned length_s);

}  // namespace trunkline::commands
