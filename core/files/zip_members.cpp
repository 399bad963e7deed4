// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/zip_directory.h"
#include "core/files/zip_records.h"

#include <algorithm>

// Source of the layout: PKWARE, APPNOTE.TXT 6.3.10, section 4.3.7.

namespace ca {
namespace {

namespace fs = std::filesystem;
using zip::number;
using zip::refused;
using zip::shown;

constexpr std::size_t kHeaderSize = 30;
constexpr std::uint64_t kSizesFollow = 8; // flag: the local header leaves the sizes open
constexpr std::uint64_t kFull32 = 0xFFFFFFFF;

/// The bytes of the local header, or 0 where it does not belong to `entry`.
std::uint64_t local_header_size(const std::string &bytes, const ZipEntry &entry)
{
    if (bytes.size() != kHeaderSize + entry.name.size() || !bytes.starts_with("PK\x03\x04")
        || bytes.compare(kHeaderSize, std::string::npos, entry.name) != 0)
        return 0;
    const std::uint64_t packed = number(bytes, 18, 4), size = number(bytes, 22, 4);
    const bool open = (number(bytes, 6, 2) & kSizesFollow) != 0;
    const auto agrees = [&](std::uint64_t local, std::uint64_t value) { return open || local == kFull32 || local == value; };
    if (number(bytes, 8, 2) != entry.method || number(bytes, 26, 2) != entry.name.size() || !agrees(packed, entry.packed)
        || !agrees(size, entry.size))
        return 0;
    return kHeaderSize + entry.name.size() + number(bytes, 28, 2);
}

} // namespace

Status check_zip_members(const fs::path &file, const ZipDirectory &directory)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    std::vector<const ZipEntry *> in_order;
    for (const ZipEntry &entry : directory.entries)
        in_order.push_back(&entry);
    std::sort(in_order.begin(), in_order.end(), [](const auto *a, const auto *b) { return a->local < b->local; });
    std::uint64_t end = 0;
    for (const ZipEntry *entry : in_order) {
        if (entry->local < end)
            return refused(file, "has members that share bytes (" + shown(entry->name) + "). It is not opened.");
        const bool within = entry->local < directory.begin;
        const std::string bytes = within ? zip::read_at(stream, entry->local, kHeaderSize + entry->name.size()) : std::string();
        const std::uint64_t header = local_header_size(bytes, *entry);
        if (header == 0)
            return refused(file,
                           "describes its member " + shown(entry->name)
                               + " in two places, and they contradict each other. Download or save it again.");
        if (header > directory.begin - entry->local || entry->packed > directory.begin - entry->local - header)
            return refused(file, "has a member " + shown(entry->name) + " that reaches into its directory. It is not opened.");
        end = entry->local + header + entry->packed;
    }
    return {};
}

} // namespace ca
