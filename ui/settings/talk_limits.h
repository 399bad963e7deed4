// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ca {

/// What may be used of a provider from when a study is opened for messages until it is closed, as the dialog tells the person.
constexpr std::int64_t kTalkTokens = 200'000; ///< read and written
constexpr double kTalkDollars = 2;            ///< where the price is known

} // namespace ca
