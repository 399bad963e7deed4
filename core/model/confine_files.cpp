// SPDX-License-Identifier: GPL-3.0-or-later
#ifdef __linux__
#include "core/model/confine_linux.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>

// Source: Linux, Documentation/userspace-api/landlock.rst. The structures and constants stand here because the headers of the
// oldest supported systems know only the first version; the numbers of the calls are the same on all architectures.

namespace ca {
namespace {

constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1; // flag of the first
constexpr int kBeneathPath = 1;     // kind of rule

constexpr std::uint64_t kExecute = 1U << 0U, kReadFile = 1U << 2U, kReadFolder = 1U << 3U;
constexpr std::uint64_t kVersion1 = (1U << 13U) - 1; // what the first version knows of files: bits 0 to 12
constexpr std::uint64_t kMoveAcross = 1U << 13U;     // from version 2
constexpr std::uint64_t kTruncate = 1U << 14U;       // 3
constexpr std::uint64_t kBindAndConnect = 3;         // TCP; 4
constexpr std::uint64_t kDeviceControl = 1U << 15U;  // 5
constexpr std::uint64_t kSocketsAndSignals = 3;      // to processes outside; 6

struct Ruleset {
    std::uint64_t files = 0, network = 0, scoped = 0;
};

struct [[gnu::packed]] PathRule {
    std::uint64_t allowed = 0;
    std::int32_t parent = -1;
};

Ruleset ruleset_of(long version)
{
    Ruleset rules{kVersion1, 0, 0};
    rules.files |= version >= 2 ? kMoveAcross : 0;
    rules.files |= version >= 3 ? kTruncate : 0;
    rules.files |= version >= 5 ? kDeviceControl : 0;
    rules.network = version >= 4 ? kBindAndConnect : 0;
    rules.scoped = version >= 6 ? kSocketsAndSignals : 0;
    return rules;
}

void allow(int ruleset, int place, std::uint64_t what)
{
    const PathRule rule{what, place};
    syscall(kAddRule, ruleset, kBeneathPath, &rule, 0);
}

} // namespace

void restrict_files(int file)
{
    const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
    if (version < 1)
        return;
    const Ruleset rules = ruleset_of(version);
    const int ruleset = static_cast<int>(syscall(kCreateRuleset, &rules, sizeof rules, 0));
    if (ruleset < 0)
        return;
    allow(ruleset, file, kReadFile);
    for (const char *folder : {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/sys/devices/system", "/proc/self"})
        if (const int place = open(folder, O_PATH | O_CLOEXEC); place >= 0) {
            allow(ruleset, place, kReadFile | kReadFolder | kExecute);
            close(place);
        }
    for (const char *one : {"/etc/ld.so.cache", "/proc/cpuinfo", "/proc/meminfo", "/dev/null", "/dev/urandom"})
        if (const int place = open(one, O_PATH | O_CLOEXEC); place >= 0) {
            allow(ruleset, place, kReadFile);
            close(place);
        }
    syscall(kRestrictSelf, ruleset, 0);
    close(ruleset);
}

} // namespace ca
#endif
