// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/worker.h"

#include <utility>

namespace ca {

Worker::Worker() : thread_([this](const std::stop_token &quit) { work(quit); }) { }

Worker::~Worker()
{
    {
        const std::lock_guard lock(mutex_);
        waiting_.clear();
        thread_.request_stop();
        running_.request_stop();
    }
    thread_.join();
}

std::stop_source Worker::post(Job job)
{
    std::stop_source stop;
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(job), stop});
    }
    news_.notify_one();
    return stop;
}

void Worker::work(const std::stop_token &quit)
{
    while (true) {
        Waiting next{{}, std::stop_source(std::nostopstate)};
        {
            std::unique_lock lock(mutex_);
            if (!news_.wait(lock, quit, [this] { return !waiting_.empty(); }))
                return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
            running_ = next.stop;
            if (quit.stop_requested())
                return;
        }
        next.job(next.stop.get_token());
    }
}

} // namespace ca
