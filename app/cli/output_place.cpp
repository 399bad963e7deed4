// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_place.h"

#include <unistd.h>

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

MadeFolders::MadeFolders(const fs::path &folder) : folder_(normal(folder)), stood_(nearest_existing(folder)) { }

MadeFolders::~MadeFolders()
{
    std::error_code ignored;
    for (fs::path place = folder_; place != stood_ && place.has_relative_path(); place = place.parent_path())
        if (place.has_filename())       // not the empty name behind a last slash
            fs::remove(place, ignored); // only where it is empty
}

} // namespace ca
