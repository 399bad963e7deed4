// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/zip_directory.h"

#include "core/files/zip_records.h"

#include <algorithm>
#include <optional>
#include <system_error>

// Source of the layouts: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.

namespace ca {
namespace {

namespace fs = std::filesystem;
using zip::number;
using zip::read_at;
using zip::refused;
using zip::shown;

constexpr std::uint64_t kMostMembers = 65535;
constexpr std::uint64_t kLargestDirectory = 64 << 20; // 65,535 members with names of 1,000 bytes
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLongestComment = 65535;
constexpr std::size_t kEntrySize = 46;
constexpr std::string_view kEndMark = "PK\x05\x06";
constexpr std::uint64_t kFull16 = 0xFFFF, kFull32 = 0xFFFFFFFF; // "see the larger record"

struct End {
    std::uint64_t members = 0, size = 0, begin = 0;
};

tl::unexpected<Error> ends_early(const fs::path &file)
{
    return fail(ErrorCode::bad_format,
                "The file " + file.string()
                    + " ends early: it begins as a model archive and has no directory at its end. It is "
                      "probably an incomplete download; download or copy it again.");
}

tl::unexpected<Error> damaged_directory(const fs::path &file)
{
    return refused(file, "is damaged: its directory cannot be read. Download or copy it again.");
}

/// Whether some reader could take another place of `tail` for the end record. Bytes of weights look so once in 2^60 files.
bool has_second_end(std::string_view tail, std::size_t end, std::uint64_t tail_begin)
{
    for (std::size_t at = tail.find(kEndMark); at < end; at = tail.find(kEndMark, at + 1)) {
        const std::uint64_t directory_end = number(tail, at + 12, 4) + number(tail, at + 16, 4);
        if (number(tail, at + 4, 4) == 0 && directory_end <= tail_begin + at)
            return true;
    }
    return false;
}

/// What the record for large archives says, where a locator stands before the end record; it must not contradict `end`.
Result<End> large_end(const fs::path &file, std::ifstream &stream, std::string_view locator, std::uint64_t file_size, End end)
{
    const bool has_locator =
        locator.size() >= kLocatorSize && locator.substr(locator.size() - kLocatorSize).starts_with("PK\x06\x07");
    const bool wants_one = end.members == kFull16 || end.size == kFull32 || end.begin == kFull32;
    if (!has_locator && wants_one)
        return ends_early(file);
    if (!has_locator)
        return end;
    const std::uint64_t begin = number(locator, locator.size() - kLocatorSize + 8, 8);
    const std::string record = begin < file_size ? read_at(stream, begin, kEnd64Size) : std::string();
    if (record.size() < kEnd64Size || !record.starts_with("PK\x06\x06"))
        return ends_early(file);
    const End large{number(record, 32, 8), number(record, 40, 8), number(record, 48, 8)};
    const auto agrees = [](std::uint64_t small, std::uint64_t full, std::uint64_t value) {
        return small == full || small == value;
    };
    if (!agrees(end.members, kFull16, large.members) || !agrees(end.size, kFull32, large.size)
        || !agrees(end.begin, kFull32, large.begin))
        return refused(file, "has two directories that contradict each other. It is not opened.");
    return large;
}

Result<End> find_end(const fs::path &file, std::ifstream &stream, std::uint64_t file_size)
{
    const std::size_t tail_size = std::min<std::uint64_t>(file_size, kEndSize + kLongestComment);
    const std::string tail = read_at(stream, file_size - tail_size, tail_size);
    const std::size_t at = tail.size() < kEndSize ? std::string::npos : tail.rfind(kEndMark, tail.size() - kEndSize);
    if (at == std::string::npos)
        return ends_early(file);
    if (at != tail.size() - kEndSize || number(tail, at + 20, 2) != 0)
        return refused(file, "goes on after its end, which no model does. Save or download it again.");
    if (has_second_end(tail, at, file_size - tail_size))
        return refused(file, "has two directories, of which programs see one or the other. It is not opened.");
    const End end{number(tail, at + 10, 2), number(tail, at + 12, 4), number(tail, at + 16, 4)};
    return large_end(file, stream, std::string_view(tail).substr(0, at), file_size, end);
}

/// Sizes and place that did not fit into 32 bits, and whatever else the extra fields of an entry say. False where they are
/// broken.
bool read_extra(std::string_view extra, ZipEntry &entry, bool &second_name)
{
    while (extra.size() >= 4) {
        const std::uint64_t kind = number(extra, 0, 2);
        const std::size_t size = number(extra, 2, 2);
        if (size > extra.size() - 4)
            return false;
        std::string_view content = extra.substr(4, size);
        extra.remove_prefix(4 + size);
        second_name = second_name || kind == 0x7075; // Info-ZIP's name in Unicode
        if (kind != 1)
            continue;
        for (std::uint64_t *value : {&entry.size, &entry.packed, &entry.local}) {
            if (*value != kFull32)
                continue;
            if (content.size() < 8)
                return false;
            *value = number(content, 0, 8);
            content.remove_prefix(8);
        }
    }
    return true;
}

/// The entry at the front of `bytes`, which it is taken off from; absent where it is broken.
std::optional<ZipEntry> take_entry(std::string_view &bytes, bool &second_name)
{
    if (bytes.size() < kEntrySize || !bytes.starts_with("PK\x01\x02"))
        return std::nullopt;
    const std::size_t name = number(bytes, 28, 2), extra = number(bytes, 30, 2), comment = number(bytes, 32, 2);
    if (bytes.size() - kEntrySize < name + extra + comment || number(bytes, 34, 2) != 0) // on another disk
        return std::nullopt;
    ZipEntry entry;
    entry.name = bytes.substr(kEntrySize, name);
    entry.flags = number(bytes, 8, 2);
    entry.method = number(bytes, 10, 2);
    entry.packed = number(bytes, 20, 4);
    entry.size = number(bytes, 24, 4);
    entry.attributes = number(bytes, 38, 4);
    entry.local = number(bytes, 42, 4);
    if (!read_extra(bytes.substr(kEntrySize + name, extra), entry, second_name))
        return std::nullopt;
    bytes.remove_prefix(kEntrySize + name + extra + comment);
    return entry;
}

Result<std::vector<ZipEntry>> read_entries(const fs::path &file, std::string_view bytes, std::uint64_t count)
{
    std::vector<ZipEntry> entries;
    for (std::uint64_t i = 0; i < count; ++i) {
        bool second_name = false;
        auto entry = take_entry(bytes, second_name);
        if (!entry)
            return damaged_directory(file);
        if (second_name)
            return refused(file, "gives its member " + shown(entry->name) + " a second name. It is not opened.");
        entries.push_back(std::move(*entry));
    }
    if (!bytes.empty())
        return damaged_directory(file);
    return entries;
}

} // namespace

Result<ZipDirectory> read_zip_directory(const fs::path &file)
{
    std::error_code reason;
    const std::uint64_t file_size = fs::file_size(file, reason);
    std::ifstream stream(file, std::ios::binary);
    if (reason || !stream)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    const auto end = find_end(file, stream, file_size);
    if (!end)
        return forward(end);
    if (end->members > kMostMembers || end->size > kLargestDirectory)
        return refused(file,
                       "lists " + std::to_string(end->members) + " members, more than any model has (65,535). It is not opened.");
    if (end->size > file_size || end->begin > file_size - end->size)
        return ends_early(file);
    const std::string bytes = read_at(stream, end->begin, static_cast<std::size_t>(end->size));
    if (bytes.size() != end->size)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be read to its end.");
    auto entries = read_entries(file, bytes, end->members);
    if (!entries)
        return forward(entries);
    return ZipDirectory{std::move(*entries), end->begin};
}

} // namespace ca
