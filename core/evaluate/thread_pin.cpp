// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/thread_pin.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace ca {

ThreadPin::ThreadPin([[maybe_unused]] bool wanted)
{
#ifdef __linux__
    cpu_set_t before, here;
    const int core = sched_getcpu();
    if (!wanted || core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof before, &before) != 0)
        return;
    CPU_ZERO(&here);
    CPU_SET(static_cast<std::size_t>(core), &here);
    if (sched_setaffinity(0, sizeof here, &here) == 0)
        release_ = [before] { (void)sched_setaffinity(0, sizeof before, &before); };
#endif
}

ThreadPin::~ThreadPin()
{
    if (release_)
        release_();
}

} // namespace ca
