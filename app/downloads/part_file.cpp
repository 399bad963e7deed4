// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/part_file.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/units.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSidecarLimit = 64 * 1024;
constexpr std::int64_t kWriteback = 64 << 20; // bytes
constexpr int kMostRenames = 10; // between opening and locking, one after the other: none but a broken file system does that

fs::path with_suffix(fs::path path, const char *suffix)
{
    path += suffix;
    return path;
}

tl::unexpected<Error> unwritable(const fs::path &file, int reason)
{
    std::string advice = ". Check its permissions.";
    if (reason == ENOSPC || reason == EDQUOT)
        advice = ". Free some space and start the download again; it goes on from where it is.";
    else if (reason == EFBIG)
        advice = ". A limit on file sizes is in force here; raise it and start the download again.";
    return fail(ErrorCode::unwritable,
                "The file " + file.string() + " cannot be written: " + std::generic_category().message(reason) + advice);
}

tl::unexpected<Error> held_elsewhere(const fs::path &target)
{
    return fail(ErrorCode::unwritable,
                target.filename().string()
                    + " is being downloaded by another window or program. Wait until that is done, or stop it there.");
}

/// Whether the file at `path` is the one that is open: another owner may have renamed it between opening and locking.
bool is_still_at(const fs::path &path, int descriptor)
{
    struct stat open { };
    struct stat named { };
    return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino
        && open.st_dev == named.st_dev;
}

/// 0, or the system's reason: EWOULDBLOCK where another owner has it. File systems that know no locks are let through.
int lock(int descriptor)
{
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == ENOTSUP)
        return 0;
    return errno;
}

std::string text_at(const Json &json, const char *key)
{
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

PartFile::PartFile(fs::path target, int descriptor) : target_(std::move(target)), descriptor_(descriptor) { }

PartFile::PartFile(PartFile &&other) noexcept
    : target_(std::move(other.target_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_held_(other.is_held_),
      size_(other.size_),
      written_back_(other.written_back_),
      origin_(std::move(other.origin_))
{
}

PartFile::~PartFile()
{
    if (descriptor_ < 0)
        return;
    if (is_held_ && size_ == 0 && is_intact()) {
        ::unlink(sidecar().c_str()); // first: once the part is gone, the next owner may write another
        ::unlink(path().c_str());
    }
    ::close(descriptor_);
}

/// Whether it is as this owner wrote it, and where it was.
bool PartFile::is_intact() const
{
    struct stat status { };
    return ::fstat(descriptor_, &status) == 0 && status.st_size == size_ && is_still_at(path(), descriptor_);
}

fs::path PartFile::path() const
{
    return with_suffix(target_, ".part");
}

fs::path PartFile::sidecar() const
{
    return with_suffix(target_, ".part.json");
}

Result<PartFile> PartFile::open(const fs::path &target)
{
    const fs::path path = with_suffix(target, ".part");
    for (int i = 0; i < kMostRenames; ++i) {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor < 0)
            return unwritable(path, errno);
        PartFile part(target, descriptor);
        const int reason = lock(descriptor);
        if (reason == EWOULDBLOCK)
            return held_elsewhere(target);
        if (reason != 0)
            return unwritable(path, reason);
        if (!is_still_at(path, descriptor))
            continue;
        struct stat status { };
        if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
            return fail(ErrorCode::unwritable, "The name " + path.string() + " is taken by something else. Remove it.");
        part.is_held_ = true;
        part.size_ = part.written_back_ = status.st_size;
        part.read_origin();
        return part;
    }
    return fail(ErrorCode::unwritable,
                "The file " + path.string()
                    + " cannot be kept: each time that it is opened its name leads to another one. Stop what else works in that "
                      "folder, or choose a folder on this machine's own disk.");
}

/// A part whose origin cannot be read is as good as none.
void PartFile::read_origin()
{
    const auto text = read_file(sidecar(), kSidecarLimit);
    const auto json = text ? parse_json(*text, sidecar().string()) : Result<Json>(Json());
    if (!json || !json->is_object())
        return;
    origin_ = {text_at(*json, "url"), text_at(*json, "etag"), text_at(*json, "last_modified"), 0};
    if (const auto total = json->find("total"); total != json->end() && total->is_number_unsigned())
        origin_.total = total->get<std::int64_t>();
}

Status PartFile::check_room(std::int64_t total) const
{
    const std::int64_t rest = total - size_;
    if (rest <= 0)
        return {};
    const std::int64_t needed = rest + rest / 10;
    std::error_code unknown;
    const auto space = fs::space(path(), unknown);
    if (unknown || space.available >= static_cast<std::uintmax_t>(needed))
        return {};
    return fail(ErrorCode::unwritable,
                "Downloading " + target_.filename().string() + " takes " + to_text(bytes(needed)) + " in "
                    + target_.parent_path().string() + ", where " + to_text(bytes(static_cast<std::int64_t>(space.available)))
                    + " are free. Free some space and start again.");
}

Status PartFile::begin(PartOrigin origin)
{
    if (::ftruncate(descriptor_, 0) != 0)
        return unwritable(path(), errno);
    size_ = written_back_ = 0;
    origin_ = std::move(origin);
    const Json json{{"url", origin_.url},
                    {"etag", clean_text(origin_.etag)},
                    {"last_modified", clean_text(origin_.last_modified)},
                    {"total", origin_.total}};
    const auto written = write_file(sidecar(), canonical(json));
    return written ? Status() : forward(written);
}

Status PartFile::append(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return unwritable(path(), errno);
        size_ += written;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    begin_writeback();
    return {};
}

void PartFile::begin_writeback()
{
#ifdef __linux__
    if (size_ - written_back_ < kWriteback)
        return;
    ::sync_file_range(descriptor_, written_back_, size_ - written_back_, SYNC_FILE_RANGE_WRITE); // `sync` hears of errors
    written_back_ = size_;
#endif
}

Result<std::size_t> PartFile::read(std::int64_t offset, std::span<std::byte> bytes) const
{
    ssize_t got = -1;
    do
        got = ::pread(descriptor_, bytes.data(), bytes.size(), offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(ErrorCode::unreadable,
                    "The file " + path().string() + " cannot be read: " + std::generic_category().message(errno)
                        + ". Delete it and start the download again.");
    if (got == 0)
        return fail(ErrorCode::unreadable, "The file " + path().string() + " has been cut short. Start the download again.");
    return static_cast<std::size_t>(got);
}

Status PartFile::sync() const
{
    return ::fsync(descriptor_) == 0 ? Status() : unwritable(path(), errno);
}

Status PartFile::keep()
{
    if (!is_intact())
        return held_elsewhere(target_);
    if (::rename(path().c_str(), target_.c_str()) != 0)
        return unwritable(target_, errno);
    ::unlink(sidecar().c_str());
    const fs::path folder = target_.parent_path();
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) { // a folder that may be written and not read: the rename itself stands
        ::fsync(descriptor);
        ::close(descriptor);
    }
    return {};
}

} // namespace ca
