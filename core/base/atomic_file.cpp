// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unwritable(const fs::path &file, int reason)
{
    std::string advice = " Choose another place, or check its permissions.";
    if (reason == ENOSPC || reason == EDQUOT)
        advice = " Free some space, or choose another place.";
    else if (reason == EFBIG)
        advice = " A limit on file sizes is in force here; raise it, or choose another place.";
    return fail(ErrorCode::unwritable,
                "The file " + file.string() + " cannot be written: " + std::generic_category().message(reason) + "." + advice);
}

std::string linked_name(int descriptor)
{
    return "/proc/self/fd/" + std::to_string(descriptor);
}

/// A file without a name, of which nothing stays when the process is killed; -1 where the file system has none, or where it could
/// not be given a name later.
int open_unnamed(const fs::path &folder)
{
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    if (descriptor < 0 || ::access(linked_name(descriptor).c_str(), F_OK) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

/// A temporary file that is gone unless it was kept. It has a name from the start only where it cannot do without.
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path &target)
        : path_(target.parent_path() / ("." + target.filename().string() + "." + std::to_string(::getpid()) + ".part")),
          descriptor_(open_unnamed(target.parent_path()))
    {
        if (descriptor_ >= 0)
            return;
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        named_ = descriptor_ >= 0;
    }
    ~TemporaryFile()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        if (named_)
            ::unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;

    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

    /// 0, or the system's reason.
    int append(std::span<const std::byte> bytes)
    {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return errno;
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return 0;
    }

    int keep_as(const fs::path &target)
    {
        if (::fsync(descriptor_) != 0)
            return errno;
        if (const int reason = named_ ? 0 : give_name())
            return reason;
        const int closed = ::close(std::exchange(descriptor_, -1));
        if (closed != 0 || ::rename(path_.c_str(), target.c_str()) != 0)
            return errno;
        named_ = false;
        return 0;
    }

private:
    /// A link takes no name that is in use, so this is not the target's yet. 0, or the system's reason.
    int give_name()
    {
        ::unlink(path_.c_str()); // of a process that was killed and had the same number
        if (::linkat(AT_FDCWD, linked_name(descriptor_).c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return errno;
        named_ = true;
        return 0;
    }

    fs::path path_;
    int descriptor_;
    bool named_ = false; // path_ is there, and this file's
};

void sync_folder(const fs::path &folder)
{
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return; // a folder that may be written and not read: the rename itself stands
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

Result<Bytes> write_file(const fs::path &file, const std::function<Status(const ByteSink &)> &produce)
{
    std::error_code ignored;
    if (fs::is_directory(file, ignored))
        return fail(ErrorCode::unwritable,
                    "The name " + file.string() + " is taken by a folder. Choose another name for the file.");
    TemporaryFile temporary(file);
    if (!temporary.is_open())
        return unwritable(file, errno);
    Bytes size;
    const auto produced = produce([&](std::span<const std::byte> bytes) -> Status {
        if (const int reason = temporary.append(bytes))
            return unwritable(file, reason);
        size += ca::bytes(static_cast<std::int64_t>(bytes.size()));
        return {};
    });
    if (!produced)
        return forward(produced);
    if (const int reason = temporary.keep_as(file))
        return unwritable(file, reason);
    sync_folder(file.parent_path());
    return size;
}

Result<Bytes> write_file(const fs::path &file, std::string_view content)
{
    return write_file(file, [&](const ByteSink &sink) { return sink(std::as_bytes(std::span(content))); });
}

Status make_writable_folder(const fs::path &folder)
{
    std::error_code reason;
    fs::create_directories(folder, reason);
    if (reason)
        return fail(ErrorCode::unwritable,
                    "The folder " + folder.string() + " cannot be made: " + reason.message() + ". Choose another output folder.");
    TemporaryFile probe(folder / "writable");
    const std::byte one{0};
    const int failed = probe.is_open() ? probe.append(std::span(&one, 1)) : errno;
    return failed ? Status(unwritable(folder / "writable", failed)) : Status();
}

namespace {

/// At most `most` bytes. `expected`: what the system says that there are, which may be 0 (files of /proc) or too few by now.
std::string read_up_to(std::istream &stream, std::uintmax_t expected, std::size_t most)
{
    constexpr std::size_t kLeast = 4096; // bytes
    std::string content;
    std::size_t got = 0;
    for (std::size_t room = std::min<std::uintmax_t>(most, std::max<std::uintmax_t>(expected, kLeast) + 1); got < room;
         room = std::min(most, 2 * room)) {
        content.resize(room);
        stream.read(content.data() + got, static_cast<std::streamsize>(room - got));
        got += static_cast<std::size_t>(stream.gcount());
        if (got < room)
            break;
    }
    content.resize(got);
    return content;
}

} // namespace

Result<std::string> read_file(const fs::path &file, std::size_t limit)
{
    std::error_code reason;
    if (!fs::exists(file, reason))
        return fail(ErrorCode::not_found, "There is no file " + file.string() + ". Check its name.");
    if (!fs::is_regular_file(file, reason))
        return fail(ErrorCode::unreadable, file.string() + " is not a file.");
    std::ifstream stream(file, std::ios::binary);
    const std::uintmax_t size = fs::file_size(file, reason);
    std::string content = read_up_to(stream, reason ? 0 : size, limit + 1);
    if (!stream.is_open() || stream.bad())
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be read. Check its permissions.");
    if (content.size() > limit)
        return fail(ErrorCode::unreadable,
                    "The file " + file.string() + " is larger than " + to_text(bytes(static_cast<std::int64_t>(limit)))
                        + ", more than such a file holds.");
    return content;
}

} // namespace ca
