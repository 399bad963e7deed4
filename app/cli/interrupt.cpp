// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>

namespace ca {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{600}; // the contract's second, less what a busy machine takes to end a process
constexpr int kWake = SIGUSR1;                      // tells the waiting thread that nothing is left to stop
constexpr int kCancelled = 130;

sigset_t awaited_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, kWake);
    return signals;
}

/// The next signal, 0 at the deadline.
int next_signal(const sigset_t &signals, std::optional<Clock::time_point> deadline)
{
    if (!deadline)
        return sigwaitinfo(&signals, nullptr);
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(*deadline - Clock::now()).count();
    if (left <= 0)
        return 0;
    constexpr long kSecond = 1'000'000'000;
    const timespec timeout{left / kSecond, left % kSecond};
    const int signal = sigtimedwait(&signals, nullptr, &timeout);
    return signal < 0 && errno == EAGAIN ? 0 : signal;
}

void wait_for_signals(const std::stop_token &ended, std::stop_source work)
{
    const sigset_t signals = awaited_signals();
    std::optional<Clock::time_point> deadline;
    while (!ended.stop_requested()) {
        const int signal = next_signal(signals, deadline);
        if (signal < 0 || signal == kWake)
            continue; // interrupted by a debugger, or told to look at `ended`
        if (signal == 0 || deadline)
            ::_exit(kCancelled);
        deadline = Clock::now() + kPatience;
        work.request_stop();
    }
}

} // namespace

Interrupt::Interrupt()
{
    const sigset_t signals = awaited_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    waiter_ = std::jthread([work = source_](const std::stop_token &ended) { wait_for_signals(ended, work); });
}

Interrupt::~Interrupt()
{
    waiter_.request_stop();
    pthread_kill(waiter_.native_handle(), kWake);
}

void ignore_write_signals()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

} // namespace ca
