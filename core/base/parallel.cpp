// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace ca {

int default_threads()
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return std::max(1, CPU_COUNT(&cores));
}

Status parallel_for(std::size_t count, int threads, std::stop_token stop, const std::function<Status(std::size_t)> &work)
{
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::optional<Error> first;
    const auto loop = [&] {
        while (!failed && !stop.stop_requested()) {
            const std::size_t i = next++;
            if (i >= count)
                return;
            if (const auto done = work(i); !done) {
                failed = true;
                const std::lock_guard lock(mutex);
                if (!first)
                    first = done.error();
            }
        }
    };

    const std::size_t wanted = static_cast<std::size_t>(threads > 0 ? threads : default_threads());
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < std::min(wanted, count); ++i)
            workers.emplace_back(loop);
    }
    if (first)
        return tl::unexpected<Error>(*first);
    if (stop.stop_requested())
        return cancelled();
    return {};
}

} // namespace ca
