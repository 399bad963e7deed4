// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <string>

namespace ca {

/// What a folder's `preprocessor_config.json` says, in the language of `parse_preprocess`
/// (`size=224,crop=224,filter=bicubic,mean=a:b:c,std=a:b:c`); empty where it says nothing that is understood.
[[nodiscard]] std::string stated_preprocess(const Json &preprocessor);

} // namespace ca
