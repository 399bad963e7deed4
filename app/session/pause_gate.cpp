// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/pause_gate.h"

namespace ca {

void PauseGate::close()
{
    const std::lock_guard lock(mutex_);
    closed_ = true;
}

void PauseGate::open()
{
    {
        const std::lock_guard lock(mutex_);
        closed_ = false;
    }
    opened_.notify_all();
}

bool PauseGate::is_closed() const
{
    const std::lock_guard lock(mutex_);
    return closed_;
}

void PauseGate::pass(const std::stop_token &stop, const std::function<void()> &on_wait)
{
    if (!is_closed() || stop.stop_requested())
        return;
    on_wait(); // without the lock: it may look at the gate
    std::unique_lock lock(mutex_);
    opened_.wait(lock, stop, [this] { return !closed_; });
}

} // namespace ca
