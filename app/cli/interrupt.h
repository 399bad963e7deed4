// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace ca {

/// Turns SIGINT and SIGTERM into a stop request. While it lives, the signals are blocked for the calling thread and for those
/// that it starts, so make it before any other thread. A second signal, or 600 ms after the first, ends the process with 130:
/// what was finished is on disk by then.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread waiter_;
};

/// Writing to a closed pipe, or beyond a limit on file sizes, becomes an error of the call in place of the end of the process.
void ignore_write_signals();

} // namespace ca
