// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace ca {

/// One thread that does jobs in order. Each job has a stop of its own; after a stop a waiting job still runs, with its stop
/// requested, so that whoever waits for its answer gets one.
class Worker final {
public:
    using Job = std::function<void(std::stop_token)>;

    Worker();
    /// Stops what runs, drops what waits, and joins: returns when the job under way has looked at its stop.
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    /// The returned source stops this job and no other.
    std::stop_source post(Job job);

private:
    struct Waiting {
        Job job;
        std::stop_source stop;
    };

    void work(const std::stop_token &quit);

    std::mutex mutex_;
    std::condition_variable_any news_;
    std::deque<Waiting> waiting_;
    std::stop_source running_{std::nostopstate};
    std::jthread thread_; // last: it uses all of the above
};

} // namespace ca
