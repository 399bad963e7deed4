// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/fetcher.h"

#include "app/cli/data_folder.h"
#include "core/base/sha256.h"
#include "core/files/tar_members.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace ca {
namespace {

namespace fs = std::filesystem;

bool has_size(const fs::path &file, std::int64_t bytes)
{
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    return !missing && size > 0 && (bytes == 0 || size == static_cast<std::uintmax_t>(bytes));
}

/// Not empty.
using Missing = std::vector<PublishedFile>;

tl::unexpected<Error> by_hand(const Missing &missing, const fs::path &folder)
{
    if (missing.size() == 1)
        return fail(ErrorCode::unsupported,
                    "This build has no downloads, and " + missing.front().name + " is not in " + folder.string()
                        + ". Download it by hand from " + missing.front().url + " into that folder.");
    std::string files;
    for (const PublishedFile &file : missing)
        files += (files.empty() ? "" : ", ") + file.name + " (" + file.url + ")";
    return fail(ErrorCode::unsupported,
                "This build has no downloads, and some files are not in " + folder.string()
                    + ". Download them by hand into that folder: " + files + ".");
}

Status unpack_by_hand(const fs::path &archive, const fs::path &folder, const std::stop_token &stop, const Progress &progress)
{
    const auto checksum = sha256_of_file(archive, stop);
    if (!checksum)
        return forward(checksum);
    if (!checksum->starts_with(cifar10_archive().sha256))
        return fail(ErrorCode::bad_format,
                    "The archive " + archive.string()
                        + " is not the published one: its checksum differs. Delete it and try again.");
    return extract_tar_members(archive, cifar10_members(), folder, stop, progress);
}

/// `fetched` is the program's own: it stays only where the next start can go on with it.
Status fetch_and_unpack(const Fetch &fetch, const fs::path &fetched, const fs::path &folder, const std::stop_token &stop,
                        const Progress &progress)
{
    const PublishedFile &archive = cifar10_archive();
    if (!is_fetched(archive, fetched)) {
        if (!fetch)
            return by_hand({archive}, folder);
        if (const auto file = fetch(archive, fetched, stop, progress); !file)
            return forward(file);
    }
    const auto unpacked = extract_tar_members(fetched / archive.name, cifar10_members(), folder, stop, progress);
    const bool is_damaged =
        !unpacked && (unpacked.error().code == ErrorCode::bad_format || unpacked.error().code == ErrorCode::unreadable);
    std::error_code ignored;
    if (unpacked || is_damaged)
        fs::remove_all(fetched, ignored);
    if (is_damaged) // by the disk: it had its checksum when it got its name
        return fail(unpacked.error().code,
                    "The archive " + archive.name + " has been damaged since it was downloaded, and was deleted. Try again.");
    return unpacked;
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
    Missing missing;
    std::copy_if(entry.files.begin(), entry.files.end(), std::back_inserter(missing),
                 [&](const PublishedFile &file) { return !is_fetched(file, folder); });
    if (!missing.empty() && !fetch)
        return by_hand(missing, folder);
    // The weights, which are first, come last: what can fail fails before hours of waiting.
    for (auto file = missing.rbegin(); file != missing.rend(); ++file)
        if (const auto fetched = fetch(*file, folder, stop, progress); !fetched)
            return forward(fetched);
    return model_path(entry, *data);
}

Result<fs::path> fetch_cifar10(const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    const auto data = data_folder();
    if (!data)
        return forward(data);
    const fs::path folder = cifar10_place(*data);
    const fs::path fetched = folder / ".fetched";
    if (is_cifar10_fetched(*data)) {
        std::error_code ignored;
        fs::remove_all(fetched, ignored); // of a process that was killed after it had unpacked
        return folder;
    }
    const auto unpacked = is_fetched(cifar10_archive(), folder)
        ? unpack_by_hand(folder / cifar10_archive().name, folder, stop, progress)
        : fetch_and_unpack(fetch, fetched, folder, stop, progress);
    return unpacked ? Result<fs::path>(folder) : forward(unpacked);
}

} // namespace ca
