// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/confine.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#ifdef __linux__
#include "core/model/confine_linux.h"

#include <sys/prctl.h>
#endif

namespace ca {
namespace {

/// Never above what the process was given.
void set_limit(decltype(RLIMIT_AS) resource, rlim_t soft, rlim_t hard)
{
    rlimit given{};
    if (getrlimit(resource, &given) != 0)
        return;
    const rlimit wanted{std::min(soft, given.rlim_max), std::min(hard, given.rlim_max)};
    setrlimit(resource, &wanted);
}

#ifndef CA_SANITIZED // the address sanitizer reserves terabytes
/// Bytes of address space that this process takes now.
rlim_t address_space()
{
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}
#endif

/// A crash ends this process and nothing else: handlers of a forked parent or of a library would do other work first.
void forget_signal_handlers()
{
    for (int number = 1; number < NSIG; ++number)
        std::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

void limit_process(const FirstLoadLimits &limits)
{
    forget_signal_handlers();
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    std::ofstream("/proc/self/oom_score_adj") << 1000; // where memory runs out, this process goes first
#endif
#ifndef CA_SANITIZED
    const rlim_t memory = address_space() + static_cast<rlim_t>(limits.memory.value);
    set_limit(RLIMIT_AS, memory, memory);
#endif
    const auto seconds = static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(limits.cpu).count());
    set_limit(RLIMIT_CPU, seconds, seconds + 1);
    set_limit(RLIMIT_FSIZE, static_cast<rlim_t>(limits.written.value), static_cast<rlim_t>(limits.written.value));
    set_limit(RLIMIT_NOFILE, static_cast<rlim_t>(limits.descriptors), static_cast<rlim_t>(limits.descriptors));
    set_limit(RLIMIT_CORE, 0, 0);
    // The parent's clock ends this process; its own does where the parent is gone or stopped.
    const auto alarm = std::chrono::ceil<std::chrono::seconds>(limits.wall).count() + 2;
    const itimerval timer{{0, 0}, {alarm, 0}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

void isolate_process([[maybe_unused]] int file)
{
#ifdef __linux__
    restrict_files(file);
    restrict_calls();
#endif
}

} // namespace ca
