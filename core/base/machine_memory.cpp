// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/machine_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

std::int64_t total_memory(const fs::path &root)
{
    std::ifstream file(root / "proc/meminfo");
    std::string name;
    std::int64_t kibibytes = 0;
    while (file >> name >> kibibytes) {
        if (name == "MemTotal:")
            return kibibytes * 1024;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return kNone;
}

/// One number; "max" and whatever is no number is no limit.
std::int64_t limit_in(const fs::path &file)
{
    std::ifstream stream(file);
    std::int64_t limit = 0;
    return stream >> limit ? limit : kNone;
}

/// The tightest limit of a group and those around it.
std::int64_t tightest(const fs::path &top, fs::path group, const char *name)
{
    std::int64_t limit = limit_in(top / name);
    for (; group.has_relative_path(); group = group.parent_path())
        limit = std::min(limit, limit_in(top / group.relative_path() / name));
    return limit;
}

/// Source: cgroups(7). A line of `/proc/self/cgroup` is `0::/group` in version 2, `N:memory:/group` in version 1.
std::int64_t group_limit(const fs::path &root)
{
    std::ifstream file(root / "proc/self/cgroup");
    std::int64_t limit = kNone;
    for (std::string line; std::getline(file, line);) {
        const std::size_t end = line.rfind(':');
        const std::size_t begin = line.find(':');
        if (begin == std::string::npos || end == begin)
            continue;
        const std::string controllers = line.substr(begin + 1, end - begin - 1);
        const fs::path group = line.substr(end + 1);
        if (controllers.empty())
            limit = std::min(limit, tightest(root / "sys/fs/cgroup", group, "memory.max"));
        else if (("," + controllers + ",").find(",memory,") != std::string::npos)
            limit = std::min(limit, tightest(root / "sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
    return limit;
}

} // namespace

std::optional<Bytes> machine_memory(const fs::path &root)
{
    const std::int64_t limit = std::min(total_memory(root), group_limit(root));
    return limit == kNone ? std::nullopt : std::optional(bytes(limit));
}

} // namespace ca
