// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/zip_reader.h"

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/files/zip_directory.h"
#include "core/files/zip_records.h"

#include <zip.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;
using zip::refused;
using zip::shown;

constexpr std::uint64_t kHighestRatio = 100;    // code packs 5 to 10 times, tensors are stored as they are
constexpr std::uint64_t kHighestTotal = 4;      // times the file
constexpr std::uint64_t kSmall = 16 << 20;      // bytes; below this, unpacking harms nobody
constexpr std::uint64_t kSmallMember = 1 << 20; // the same for one member
constexpr std::size_t kLongestName = 1024;
constexpr std::uint64_t kStored = 0, kDeflated = 8; // the two methods that LibTorch reads

bool is_safe_name(std::string_view name)
{
    if (name.empty() || name.size() > kLongestName || name.front() == '/' || name.find('\\') != std::string_view::npos
        || name.find('\0') != std::string_view::npos || (name.size() > 1 && name[1] == ':'))
        return false;
    while (true) { // no part of the path is ".."
        const std::size_t slash = name.find('/');
        if (name.substr(0, slash) == "..")
            return false;
        if (slash == std::string_view::npos)
            return true;
        name.remove_prefix(slash + 1);
    }
}

/// What is wrong with a member by itself, as the end of a sentence; empty where nothing is.
std::string problem_of(const ZipEntry &entry)
{
    if (!is_safe_name(entry.name))
        return "has a member named " + shown(entry.name) + ", which points outside of it. It is not opened.";
    if (entry.is_encrypted())
        return "is encrypted. Unpack it, and save the model without a password.";
    if (entry.is_link())
        return "has a member " + shown(entry.name) + " that is a link to another file. It is not opened.";
    if (entry.method != kStored && entry.method != kDeflated)
        return "has a member " + shown(entry.name) + " that is packed in a way that models are not. Save it again.";
    if (entry.method == kStored && entry.size != entry.packed)
        return "is damaged: its member " + shown(entry.name) + " has two sizes. Download or copy it again.";
    if (entry.size > kSmallMember && entry.size / kHighestRatio > entry.packed)
        return "has a member " + shown(entry.name) + " that unpacks to "
            + std::to_string(entry.size / std::max<std::uint64_t>(1, entry.packed)) + " times its size. It is not opened.";
    return {};
}

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

} // namespace

struct ZipReader::Archive {
    zip_t *value = nullptr;
    explicit Archive(zip_t *opened) : value(opened) { }
    ~Archive() { zip_discard(value); }
    Archive(const Archive &) = delete;
    Archive &operator=(const Archive &) = delete;
};

Result<ZipReader> ZipReader::open(const fs::path &file)
{
    std::error_code reason;
    if (!fs::exists(file, reason))
        return fail(ErrorCode::not_found, "There is no file " + file.string() + ". Check its name.");
    if (!fs::is_regular_file(file, reason))
        return fail(ErrorCode::unreadable, file.string() + " is not a file. Choose a model file.");
    const auto directory = read_zip_directory(file);
    if (!directory)
        return forward(directory);
    int code = 0;
    zip_t *opened = zip_open(file.c_str(), ZIP_RDONLY, &code);
    if (!opened) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string text = clean_text(zip_error_strerror(&error));
        zip_error_fini(&error);
        return refused(file, "is damaged (" + text + "). Download or copy it again.");
    }
    ZipReader reader;
    reader.file_ = file;
    reader.archive_ = std::make_shared<Archive>(opened);
    if (const auto listed = reader.list(*directory); !listed)
        return forward(listed);
    if (const auto checked = reader.check_total(fs::file_size(file, reason)); !checked)
        return forward(checked);
    if (const auto checked = check_zip_members(file, *directory); !checked)
        return forward(checked);
    return reader;
}

Status ZipReader::list(const ZipDirectory &directory)
{
    std::set<std::string> names; // LibTorch finds members without regard to case
    for (const ZipEntry &entry : directory.entries) {
        if (const std::string problem = problem_of(entry); !problem.empty())
            return refused(file_, problem);
        if (!names.insert(lower_case(entry.name)).second)
            return refused(file_, "has two members named " + shown(entry.name) + ". It is not opened.");
        zip_stat_t stat;
        zip_stat_init(&stat);
        const auto index = static_cast<zip_uint64_t>(members_.size());
        constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
        if (zip_stat_index(archive_->value, index, ZIP_FL_ENC_RAW, &stat) != 0 || (stat.valid & needed) != needed
            || stat.name != entry.name || stat.size != entry.size || stat.comp_size != entry.packed)
            return refused(file_, "is damaged: its directory cannot be read. Download or copy it again.");
        by_name_.emplace(entry.name, members_.size());
        members_.push_back({entry.name, entry.size, entry.packed});
    }
    if (zip_get_num_entries(archive_->value, 0) != static_cast<zip_int64_t>(members_.size()))
        return refused(file_, "is damaged: its directory cannot be read. Download or copy it again.");
    return {};
}

Status ZipReader::check_total(std::uint64_t file_size) const
{
    std::uint64_t unpacked = 0;
    std::uint64_t packed = 0;
    for (const ZipMember &member : members_) {
        // Each is at most 100 times (or 1 MiB more than) what the file can hold, so the sums cannot overflow before they are
        // refused.
        unpacked += member.size;
        packed += member.packed;
        if (member.packed > file_size || packed > file_size)
            return refused(file_, "is damaged: its members overlap or end after the file does. Download or copy it again.");
        if (unpacked > std::max(kHighestTotal * file_size, kSmall))
            return refused(file_, "would unpack to more than four times its size. It is not opened.");
    }
    return {};
}

const ZipMember *ZipReader::find(std::string_view name) const
{
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &members_[found->second];
}

Result<std::string> ZipReader::read(const ZipMember &member, std::size_t limit) const
{
    if (member.size > limit)
        return refused(file_,
                       "has a member " + shown(member.name) + " of " + to_text(bytes(static_cast<std::int64_t>(member.size)))
                           + ", larger than such a part of a model is.");
    const auto index = static_cast<zip_uint64_t>(&member - members_.data());
    zip_file_t *stream = zip_fopen_index(archive_->value, index, 0);
    std::string content(static_cast<std::size_t>(member.size), '\0');
    zip_int64_t got = stream ? zip_fread(stream, content.data(), content.size()) : -1;
    char beyond = 0; // reading to the end makes libzip compare the checksum
    const bool whole = got == static_cast<zip_int64_t>(content.size()) && zip_fread(stream, &beyond, 1) == 0;
    if (stream)
        zip_fclose(stream);
    if (!whole)
        return refused(file_, "is damaged: " + shown(member.name) + " cannot be unpacked. Download or copy it again.");
    return content;
}

} // namespace ca
