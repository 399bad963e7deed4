// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/progress.h"

#include <mutex>

namespace ca {

using Clock = std::chrono::steady_clock;

struct Progress::State {
    State(Sink to, std::chrono::milliseconds at_most) : sink(std::move(to)), interval(at_most) { }

    Sink sink;
    std::chrono::milliseconds interval;
    std::mutex mutex;
    std::string stage;
    Clock::time_point stage_began{};
    Clock::time_point last_report{};
    std::uint64_t first_done = 0; // of the stage: work resumed half way must not look fast
};

Progress::Progress(Sink sink, std::chrono::milliseconds interval)
    : state_(sink ? std::make_shared<State>(std::move(sink), interval) : nullptr)
{
}

Progress Progress::with_prefix(std::string prefix) const
{
    Progress other = *this;
    other.prefix_ = prefix_ + std::move(prefix);
    return other;
}

void Progress::report(std::string_view stage, std::uint64_t done, std::uint64_t total) const
{
    if (!state_)
        return;
    State &state = *state_;
    const std::lock_guard lock(state.mutex);
    const auto now = Clock::now();
    const std::string name = prefix_ + std::string(stage);
    const bool first = name != state.stage;
    if (first) {
        state.stage = name;
        state.stage_began = now;
        state.first_done = done;
    }
    const bool last = total != 0 && done >= total;
    if (!first && !last && now - state.last_report < state.interval)
        return;
    state.last_report = now;

    ProgressReport report{name, done, total, std::chrono::duration<double>(now - state.stage_began).count(), {}};
    constexpr double kLeast = 0.5; // seconds of evidence before a guess is shown
    if (!last && total > done && done > state.first_done && report.elapsed >= kLeast)
        report.remaining = report.elapsed * static_cast<double>(total - done) / static_cast<double>(done - state.first_done);
    state.sink(report);
}

} // namespace ca
