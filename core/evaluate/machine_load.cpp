// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/machine_load.h"

#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>

#ifdef __linux__
#include <sched.h>
#include <unistd.h>

#include <ctime>
#endif

namespace ca {
namespace {

constexpr double kLeastSeconds = 0.2; // a tick is 1/100 s, and one core may be off by two
constexpr double kQuiet = 0.25;       // cores

/// Busy ticks of one line of /proc/stat, without its name.
std::optional<double> busy_of(std::istringstream &line)
{
    std::array<double, 8> ticks{};
    for (double &value : ticks)
        if (!(line >> value))
            return std::nullopt;
    const auto [user, nice, system, idle, iowait, irq, softirq, steal] = ticks;
    return user + nice + system + irq + softirq + steal;
}

#ifdef __linux__
std::vector<int> allowed_cores()
{
    cpu_set_t allowed;
    std::vector<int> cores;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        for (int core = 0; core < CPU_SETSIZE; ++core)
            if (CPU_ISSET(static_cast<std::size_t>(core), &allowed))
                cores.push_back(core);
    return cores;
}
#endif

} // namespace

std::optional<double> busy_ticks(std::string_view stat, const std::vector<int> &cores)
{
    std::istringstream lines{std::string(stat)};
    double busy = 0;
    std::size_t found = 0;
    for (std::string text; std::getline(lines, text);) {
        std::istringstream line(text);
        std::string name;
        line >> name;
        const auto is_it = [&](int core) { return name == "cpu" + std::to_string(core); };
        if (std::none_of(cores.begin(), cores.end(), is_it))
            continue;
        const auto ticks = busy_of(line);
        if (!ticks)
            return std::nullopt;
        busy += *ticks;
        ++found;
    }
    return found > 0 && found == cores.size() ? std::optional(busy) : std::nullopt;
}

std::optional<CoreTimes> read_core_times()
{
#ifdef __linux__
    std::ifstream file("/proc/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    const std::vector<int> cores = allowed_cores();
    const auto ticks = busy_ticks(stat, cores);
    const auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    timespec own{};
    if (!ticks || per_second <= 0 || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) != 0)
        return std::nullopt;
    const double now = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    return CoreTimes{now, *ticks / per_second, static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) * 1e-9,
                     static_cast<int>(cores.size())};
#else
    return std::nullopt;
#endif
}

std::optional<double> cores_of_others(const CoreTimes &before, const CoreTimes &after)
{
    const double seconds = after.clock - before.clock;
    if (seconds < kLeastSeconds)
        return std::nullopt;
    return std::max(0.0, (after.busy - before.busy - (after.own - before.own)) / seconds);
}

std::optional<std::string> load_warning(const CoreTimes &before, const CoreTimes &after)
{
    const auto others = cores_of_others(before, after);
    if (!others || *others <= kQuiet)
        return std::nullopt;
    return "Another process is using the cores (about " + to_text(*others, 1) + " of " + std::to_string(after.cores)
        + " were busy with other work); times may be too long. Close other programs and measure again.";
}

} // namespace ca
