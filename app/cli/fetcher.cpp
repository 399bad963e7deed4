// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/fetcher.h"

#include "app/cli/data_folder.h"
#include "core/base/sha256.h"
#include "core/files/tar_members.h"

#include <algorithm>

namespace ca {
namespace {

namespace fs = std::filesystem;

bool has_size(const fs::path &file, std::int64_t bytes)
{
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    return !missing && size > 0 && (bytes == 0 || size == static_cast<std::uintmax_t>(bytes));
}

tl::unexpected<Error> by_hand(const PublishedFile &file, const fs::path &folder)
{
    return fail(ErrorCode::unsupported,
                "This build has no downloads, and " + file.name + " is not in " + folder.string() + ". Download it by hand from "
                    + file.url + " into that folder.");
}

} // namespace

bool is_fetched(const PublishedFile &file, const fs::path &folder)
{
    return has_size(folder / file.name, file.bytes);
}

bool is_fetched(const ZooEntry &entry, const fs::path &data)
{
    return std::all_of(entry.files.begin(), entry.files.end(),
                       [&](const PublishedFile &file) { return is_fetched(file, model_place(data, entry.key)); });
}

bool is_cifar10_fetched(const fs::path &data)
{
    const auto &members = cifar10_members();
    return std::all_of(members.begin(), members.end(), [&](const TarMember &member) {
        return !member.required || has_size(cifar10_place(data) / fs::path(member.name).filename(), member.bytes);
    });
}

fs::path model_path(const ZooEntry &entry, const fs::path &data)
{
    const fs::path folder = model_place(data, entry.key);
    return entry.is_clip() ? folder : folder / entry.files.front().name;
}

Result<fs::path> fetch_zoo_model(const ZooEntry &entry, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    const auto data = data_folder();
    if (!data)
        return forward(data);
    const fs::path folder = model_place(*data, entry.key);
    // The weights, which are first, come last: what can fail fails before hours of waiting.
    for (auto file = entry.files.rbegin(); file != entry.files.rend(); ++file) {
        if (is_fetched(*file, folder))
            continue;
        if (!fetch)
            return by_hand(*file, folder);
        if (const auto fetched = fetch(*file, folder, stop, progress); !fetched)
            return forward(fetched);
    }
    return model_path(entry, *data);
}

Result<fs::path> fetch_cifar10(const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    const auto data = data_folder();
    if (!data)
        return forward(data);
    const fs::path folder = cifar10_place(*data);
    if (is_cifar10_fetched(*data))
        return folder;
    const PublishedFile &archive = cifar10_archive();
    const bool was_there = is_fetched(archive, folder);
    if (!was_there) {
        if (!fetch)
            return by_hand(archive, folder);
        if (const auto fetched = fetch(archive, folder, stop, progress); !fetched)
            return forward(fetched);
    }
    const fs::path file = folder / archive.name;
    const auto checksum = sha256_of_file(file, stop);
    if (!checksum)
        return forward(checksum);
    if (!checksum->starts_with(archive.sha256))
        return fail(ErrorCode::bad_format,
                    "The archive " + file.string() + " is not the published one: its checksum differs. Delete it and try again.");
    if (const auto unpacked = extract_tar_members(file, cifar10_members(), folder, stop, progress); !unpacked)
        return forward(unpacked);
    std::error_code ignored;
    if (!was_there)
        fs::remove(file, ignored);
    return folder;
}

} // namespace ca
