// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

/// Bytes of a line of /proc/self/status; 0 where there is none.
inline std::int64_t bytes_of_status(const std::string &line)
{
    std::ifstream file("/proc/self/status");
    for (std::string name; file >> name; file.ignore(1 << 16, '\n'))
        if (std::int64_t kilobytes = 0; name == line && file >> kilobytes)
            return kilobytes * 1024;
    return 0;
}

/// By how much resident memory rises while `work` runs, above where it stands now; nothing where the system does not tell.
/// Source: proc(5), `clear_refs` and `VmHWM`.
inline std::optional<std::int64_t> resident_rise(const std::function<void()> &work)
{
    malloc_trim(0);
    std::ofstream forget("/proc/self/clear_refs");
    forget << "5" << std::flush;
    const std::int64_t before = bytes_of_status("VmHWM:");
    work();
    const std::int64_t after = bytes_of_status("VmHWM:");
    return forget && before > 0 ? std::optional(after - before) : std::nullopt;
}
