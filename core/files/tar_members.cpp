// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/tar_members.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 256 * 1024; // bytes read or written at once

struct FreeArchive {
    void operator()(archive *handle) const { archive_read_free(handle); }
};

/// One walk through an archive.
class Extraction {
public:
    Extraction(fs::path file, std::span<const TarMember> members, fs::path folder, std::stop_token stop, const Progress &progress)
        : file_(std::move(file)),
          members_(members),
          folder_(std::move(folder)),
          stop_(std::move(stop)),
          progress_(progress),
          handle_(archive_read_new())
    {
        for (const TarMember &member : members_)
            total_ += member.bytes;
    }

    Status open()
    {
        std::error_code ignored;
        if (!fs::exists(file_, ignored))
            return fail(ErrorCode::not_found, "There is no file " + file_.string() + ". Check its name.");
        if (!fs::is_regular_file(file_, ignored))
            return fail(ErrorCode::unreadable, file_.string() + " is not a file.");
        if (!handle_)
            return fail(ErrorCode::out_of_memory, "There is no memory to open " + file_.string() + ". Close other programs.");
        archive_read_support_filter_gzip(handle_.get());
        archive_read_support_format_tar(handle_.get());
        if (archive_read_open_filename(handle_.get(), file_.c_str(), kBlock) == ARCHIVE_OK)
            return {};
        const int reason = archive_errno(handle_.get());
        if (reason == EACCES || reason == EPERM || reason == EIO)
            return fail(ErrorCode::unreadable,
                        "The file " + file_.string() + " cannot be read: " + std::generic_category().message(reason)
                            + ". Check its permissions.");
        return damaged();
    }

    Status run()
    {
        for (;;) {
            if (stop_.stop_requested())
                return cancelled();
            archive_entry *entry = nullptr;
            const int found = archive_read_next_header(handle_.get(), &entry);
            if (found == ARCHIVE_EOF)
                return check_complete();
            if (found != ARCHIVE_OK)
                return damaged();
            if (const auto taken = take(entry); !taken)
                return taken;
        }
    }

private:
    [[nodiscard]] tl::unexpected<Error> refused(const std::string &what) const
    {
        return fail(ErrorCode::bad_format, "The archive " + file_.string() + " " + what + ". Delete it and download it again.");
    }
    [[nodiscard]] tl::unexpected<Error> damaged() const { return refused("is damaged or cut off, or is no tar archive"); }

    Status take(archive_entry *entry)
    {
        const char *const text = archive_entry_pathname(entry);
        std::string name = text ? text : "";
        const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
        while (is_folder && name.ends_with('/'))
            name.pop_back();
        if (!seen_.insert(name).second)
            return refused("holds " + clean_text(name) + " twice");
        const auto member = std::find_if(members_.begin(), members_.end(), [&](const TarMember &one) {
            return is_folder ? one.name.starts_with(name + '/') : one.name == name;
        });
        if (member == members_.end())
            return refused("holds " + (name.empty() ? "something without a name" : clean_text(name))
                           + ", which does not belong into it");
        if (is_folder)
            return {};
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
            return refused("holds a link or a device in place of the file " + name);
        if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) != member->bytes)
            return refused("holds " + name + " with " + std::to_string(archive_entry_size(entry)) + " bytes in place of "
                           + std::to_string(member->bytes));
        return write(*member);
    }

    Status write(const TarMember &member)
    {
        const auto written =
            write_file(folder_ / fs::path(member.name).filename(), [&](const ByteSink &sink) { return unpack(member, sink); });
        return written ? Status() : forward(written);
    }

    Status unpack(const TarMember &member, const ByteSink &sink)
    {
        std::vector<std::byte> block(kBlock);
        for (std::int64_t left = member.bytes; left > 0;) {
            if (stop_.stop_requested())
                return cancelled();
            const auto wanted = std::min<std::int64_t>(left, static_cast<std::int64_t>(block.size()));
            const auto got = archive_read_data(handle_.get(), block.data(), static_cast<std::size_t>(wanted));
            if (got <= 0)
                return damaged();
            if (const auto sunk = sink(std::span(block).first(static_cast<std::size_t>(got))); !sunk)
                return sunk;
            left -= got;
            done_ += got;
            progress_.report("Unpacking " + file_.filename().string(), static_cast<std::uint64_t>(done_),
                             static_cast<std::uint64_t>(total_));
        }
        return {};
    }

    [[nodiscard]] Status check_complete() const
    {
        for (const TarMember &member : members_)
            if (member.required && !seen_.contains(member.name))
                return refused("lacks " + member.name);
        return {};
    }

    fs::path file_;
    std::span<const TarMember> members_;
    fs::path folder_;
    std::stop_token stop_;
    const Progress &progress_;
    std::unique_ptr<archive, FreeArchive> handle_;
    std::set<std::string, std::less<>> seen_; // names, of folders too
    std::int64_t done_ = 0, total_ = 0;       // bytes unpacked
};

} // namespace

Status extract_tar_members(const fs::path &archive, std::span<const TarMember> members, const fs::path &folder,
                           std::stop_token stop, const Progress &progress)
{
    if (const auto made = make_writable_folder(folder); !made)
        return made;
    Extraction extraction(archive, members, folder, std::move(stop), progress);
    if (const auto opened = extraction.open(); !opened)
        return opened;
    return extraction.run();
}

} // namespace ca
