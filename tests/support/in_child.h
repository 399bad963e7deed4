// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

/// Runs `work` in a child and gives its wait status, 0 where all went well. LibTorch's threads do not live through a fork, so its
/// parent never uses it.
inline int in_child(const std::function<int()> &work)
{
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        const int code = work();
        std::fflush(nullptr);
        _exit(code);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}
