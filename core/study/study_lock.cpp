// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_lock.h"

#include "core/base/json.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

std::string machine()
{
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

tl::unexpected<Error> no_lock(const fs::path &file, int reason)
{
    return fail(ErrorCode::unwritable,
                "The file " + file.string() + ", which keeps two programs from writing one study, cannot be "
                    + (reason == ENOLCK || reason == EOPNOTSUPP ? "locked: " : "opened: ")
                    + std::generic_category().message(reason)
                    + ". Check the permissions of the study's folder, or copy the study.");
}

/// What a holder wrote: its process and machine. Whoever has just taken the lock may not have written yet.
std::string holder_in(int descriptor)
{
    std::array<char, 300> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    long process = 0;
    const char *end = text.data() + std::max<ssize_t>(size, 0);
    const auto [rest, bad] = std::from_chars(text.data(), end, process);
    if (bad != std::errc() || rest == end)
        return "another process";
    const std::string host = clean_text(std::string_view(rest + 1, end));
    return "process " + std::to_string(process) + (host == machine() ? " on this machine" : " on the machine " + host);
}

Status write_holder(int descriptor, const fs::path &file)
{
    const std::string text = std::to_string(::getpid()) + " " + machine();
    const bool written =
        ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    if (!written && errno != ENOSPC && errno != EFBIG && errno != EDQUOT) // a full disk: the lock holds without its text
        return no_lock(file, errno);
    return {};
}

/// A lock of the open file, not of the process: two holders in one process exclude each other, too, and asking takes nothing.
struct flock whole_file()
{
    struct flock whole { };
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return whole;
}

/// The file was removed, or replaced, between opening and locking it.
bool is_still(const fs::path &file, int descriptor)
{
    struct stat here { };
    struct stat there { };
    return ::fstat(descriptor, &here) == 0 && ::stat(file.c_str(), &there) == 0 && here.st_ino == there.st_ino
        && here.st_dev == there.st_dev;
}

} // namespace

Result<StudyLock> StudyLock::take(const fs::path &folder)
{
    const fs::path file = folder / kLockFile;
    while (true) {
        StudyLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
        if (lock.descriptor_ < 0)
            return no_lock(file, errno);
        struct flock whole = whole_file();
        if (::fcntl(lock.descriptor_, F_OFD_SETLK, &whole) != 0) {
            if (errno != EAGAIN && errno != EACCES)
                return no_lock(file, errno);
            return fail(ErrorCode::unwritable,
                        "The study in " + folder.string() + " is being written by " + holder_in(lock.descriptor_)
                            + ". Wait until that is done, or stop it; the study may be read meanwhile.");
        }
        if (!is_still(file, lock.descriptor_))
            continue;
        if (const auto written = write_holder(lock.descriptor_, file); !written)
            return forward(written);
        return lock;
    }
}

std::optional<std::string> StudyLock::holder(const fs::path &folder)
{
    const StudyLock look(::open((folder / kLockFile).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct flock whole = whole_file();
    if (look.descriptor_ < 0 || ::fcntl(look.descriptor_, F_OFD_GETLK, &whole) != 0 || whole.l_type == F_UNLCK)
        return std::nullopt;
    return holder_in(look.descriptor_);
}

StudyLock::StudyLock(StudyLock &&other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) { }

StudyLock &StudyLock::operator=(StudyLock &&other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

StudyLock::~StudyLock()
{
    if (descriptor_ >= 0)
        ::close(descriptor_); // which unlocks, unless a child that was forked still has it
}

} // namespace ca
