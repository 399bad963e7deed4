// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/datasets.h"
#include "tests/support/in_child.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/// Reads mutants in forked children, so that one that crashes the reader is counted and the rest goes on.
namespace fuzz {

constexpr unsigned kSeconds = 10;          // for one mutant
constexpr int kBatch = 100;                // mutants of one child
constexpr int kEnough = 20;                // failures after which it is not worth going on
constexpr rlim_t kMemory = 8ULL << 30U;    // bytes of address space; LibTorch's libraries alone map one of them
constexpr rlim_t kFile = rlim_t{1} << 30U; // bytes of a file that a child may write

/// What the children tell, in memory that they share with the parent.
struct Tally {
    int current = 0, opened = 0, refused = 0;
};

inline void limit_child()
{
    const rlimit none{0, 0}, file{kFile, kFile};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &file);
#ifndef CA_SANITIZED // the address sanitizer reserves terabytes
    const rlimit memory{kMemory, kMemory};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

/// `make(n)` gives the bytes of mutant n, `opens(file)` reads it: true where it was accepted. Prints the counts; the exit code.
inline int run_mutants(const char *what, int count, const std::filesystem::path &file,
                       const std::function<std::string(int)> &make,
                       const std::function<bool(const std::filesystem::path &)> &opens)
{
    void *shared = mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    auto *tally = new (shared) Tally;
    int crashed = 0, slow = 0;
    while (tally->current < count && crashed + slow < kEnough) {
        const int end = std::min(count, tally->current + kBatch);
        const int status = in_child([&] {
            limit_child();
            for (; tally->current < end; ++tally->current) {
                alarm(0);
                if (!write_bytes(file, make(tally->current)))
                    return 1;
                alarm(kSeconds); // its signal ends the child
                ++(opens(file) ? tally->opened : tally->refused);
            }
            return 0;
        });
        if (status == 0)
            continue;
        const bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
        ++(late ? slow : crashed);
        std::printf("%s: mutant %d %s (wait status %d)\n", what, tally->current,
                    late ? "took longer than 10 s" : "ended the program", status);
        ++tally->current;
    }
    std::printf("result: %s: %d mutants, %d refused, %d opened, %d crashed, %d over %u s\n", what, tally->current, tally->refused,
                tally->opened, crashed, slow, kSeconds);
    const bool good = crashed + slow == 0 && tally->refused > 0;
    munmap(shared, sizeof(Tally));
    return good ? 0 : 1;
}

} // namespace fuzz
