// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/png_files.h"

#include <memory>
#include <set>

/// The images as PNG files in `folder`, but those at `unread`, which hold no picture.
inline ca::Split split_of_files(const std::filesystem::path &folder, const ca::ImageSet &images,
                                const std::set<std::size_t> &unread)
{
    const auto files = std::make_shared<ca::ImageSet>(as_files(folder, images));
    for (const std::size_t index : unread)
        if (!write_bytes(folder / files->files->name(index), "no picture"))
            return {};
    return whole_split(files);
}
