// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace ca {

/// Bytes a second over the last few seconds.
class TransferRate {
public:
    using Clock = std::chrono::steady_clock;

    /// `bytes` arrived at `now`.
    void add(std::int64_t bytes, Clock::time_point now)
    {
        arrived_.emplace_back(now, bytes);
        sum_ += bytes;
        while (now - arrived_.front().first > kWindow) {
            sum_ -= arrived_.front().second;
            arrived_.pop_front();
        }
    }

    /// 0 until there is a second to judge by.
    [[nodiscard]] double per_second() const
    {
        if (arrived_.empty())
            return 0;
        const std::chrono::duration<double> span = arrived_.back().first - arrived_.front().first;
        return span < std::chrono::seconds(1) ? 0 : static_cast<double>(sum_ - arrived_.front().second) / span.count();
    }

private:
    static constexpr std::chrono::seconds kWindow{5};

    std::deque<std::pair<Clock::time_point, std::int64_t>> arrived_;
    std::int64_t sum_ = 0;
};

} // namespace ca
