// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// What cores have done until a moment. Seconds.
struct CoreTimes {
    double clock = 0; ///< the moment
    double busy = 0;  ///< all cores together: working for any process, or taken away by the machine's host
    double own = 0;   ///< working for this process
    int cores = 0;    ///< that are looked at
};

/// Of the cores that the calling thread may run on. Nothing where the system does not tell.
[[nodiscard]] std::optional<CoreTimes> read_core_times();

/// Ticks that the cores were busy, out of the text of Linux' `/proc/stat`; nothing where a core is missing or its line is odd.
/// Source: proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are part of user and nice.
[[nodiscard]] std::optional<double> busy_ticks(std::string_view stat, const std::vector<int> &cores);

/// How many cores other processes kept busy between two readings; nothing where they are too close for ticks to tell.
[[nodiscard]] std::optional<double> cores_of_others(const CoreTimes &before, const CoreTimes &after);

/// A sentence where that is more than a quarter of a core.
[[nodiscard]] std::optional<std::string> load_warning(const CoreTimes &before, const CoreTimes &after);

} // namespace ca
