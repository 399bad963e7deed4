// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner.h"

/// What a trial of no recipe in particular showed.
inline ca::TrialResult trial(double bytes, double drop, double error)
{
    ca::TrialResult result;
    result.point.bytes = bytes;
    result.drop = drop;
    result.standard_error = error;
    return result;
}
