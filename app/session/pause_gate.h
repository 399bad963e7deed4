// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace ca {

/// Where a study waits before its next trial while a person pauses it. For any number of threads.
class PauseGate final {
public:
    void close();
    void open();
    [[nodiscard]] bool is_closed() const;

    /// Returns once the gate is open or a stop is requested, at once where it is so now. `on_wait` is called, on this thread,
    /// where it is not.
    void pass(const std::stop_token &stop, const std::function<void()> &on_wait);

private:
    mutable std::mutex mutex_;
    std::condition_variable_any opened_;
    bool closed_ = false;
};

} // namespace ca
