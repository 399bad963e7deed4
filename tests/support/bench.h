// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

inline constexpr int kSkip = 77;

/// The value, or the end of the program with the error's sentence.
template <typename T>
T value_of(ca::Result<T> result)
{
    if (!result) {
        std::printf("%s\n", result.error().text().c_str());
        std::exit(1);
    }
    return std::move(*result);
}

inline const char *reached(bool is)
{
    return is ? "reached" : "not reached";
}
