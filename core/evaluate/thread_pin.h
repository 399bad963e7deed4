// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

namespace ca {

/// Keeps the calling thread on the core that it is on for as long as this lives, where the system allows that. Threads that are
/// started meanwhile stay there as well. Made and destroyed on one thread.
class ThreadPin {
public:
    explicit ThreadPin(bool wanted);
    ~ThreadPin();
    ThreadPin(const ThreadPin &) = delete;
    ThreadPin &operator=(const ThreadPin &) = delete;

    [[nodiscard]] bool is_pinned() const { return static_cast<bool>(release_); }

private:
    std::function<void()> release_;
};

} // namespace ca
