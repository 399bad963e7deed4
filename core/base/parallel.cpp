// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
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

namespace {

/// What `work` throws must not leave its thread.
Status guarded_call(const std::function<Status(std::size_t)> &work, std::size_t i)
{
    try {
        return work(i);
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::out_of_memory,
                    "This needs more memory than the machine gives. Use smaller images or a smaller batch.");
    } catch (const std::exception &error) {
        return fail(ErrorCode::failed, std::string("A part of the work failed: ") + error.what());
    }
}

} // namespace

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
            if (const auto done = guarded_call(work, i); !done) {
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
        try {
            for (std::size_t i = 0; i < std::min(wanted, count); ++i)
                workers.emplace_back(loop);
        } catch (const std::system_error &) { // a limit on threads: those that started do all of it
            if (workers.empty())
                loop();
        }
    }
    if (first)
        return tl::unexpected<Error>(*first);
    if (stop.stop_requested())
        return cancelled();
    return {};
}

} // namespace ca
