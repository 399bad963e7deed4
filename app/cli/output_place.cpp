// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_place.h"

#include <unistd.h>

#include <algorithm>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// Absolute and without `..`; the empty path is the working directory.
fs::path normal(const fs::path &folder)
{
    std::error_code ignored;
    return fs::absolute(folder.empty() ? fs::path(".") : folder, ignored).lexically_normal();
}

fs::path nearest_existing(const fs::path &folder)
{
    std::error_code ignored;
    fs::path place = normal(folder);
    while (!fs::exists(place, ignored) && place.has_relative_path())
        place = place.parent_path();
    return place;
}

} // namespace

Status check_place(const fs::path &folder)
{
    std::error_code ignored;
    const fs::path place = nearest_existing(folder);
    if (!fs::is_directory(place, ignored))
        return fail(ErrorCode::unwritable,
                    "The folder " + folder.string() + " cannot be made: " + place.string()
                        + " is not a folder. Choose another --output.");
    if (::access(place.c_str(), W_OK | X_OK) != 0)
        return fail(ErrorCode::unwritable,
                    "The folder " + folder.string() + " cannot be written: there is no permission to write in " + place.string()
                        + ". Choose another --output, or change the permission.");
    return {};
}

Status check_not_input(const fs::path &output, const std::vector<fs::path> &inputs)
{
    std::error_code ignored;
    if (!fs::exists(output, ignored))
        return {};
    // Of the name itself: a link in a folder of links is replaced there, and not what it leads to.
    const fs::path place = fs::weakly_canonical(output.has_parent_path() ? output.parent_path() : fs::path("."), ignored);
    const auto is_read = [&](const fs::path &input) {
        if (input.empty())
            return false;
        if (fs::equivalent(output, input, ignored))
            return true;
        fs::path folder = place;
        if (fs::is_directory(input, ignored))
            for (; folder.has_relative_path(); folder = folder.parent_path())
                if (fs::equivalent(folder, input, ignored))
                    return true;
        return false;
    };
    if (std::any_of(inputs.begin(), inputs.end(), is_read))
        return fail(ErrorCode::unwritable,
                    "The output " + output.string() + " is the file that is read, or one of its folder. Choose another name.");
    return {};
}

MadeFolders::MadeFolders(const fs::path &folder) : folder_(normal(folder)), stood_(nearest_existing(folder)) { }

MadeFolders::~MadeFolders()
{
    std::error_code ignored;
    for (fs::path place = folder_; place != stood_ && place.has_relative_path(); place = place.parent_path())
        if (place.has_filename())       // not the empty name behind a last slash
            fs::remove(place, ignored); // only where it is empty
}

} // namespace ca
