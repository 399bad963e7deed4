// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output_place.h"

#include "core/base/atomic_file.h"

#include <unistd.h>

namespace ca {
namespace {

namespace fs = std::filesystem;

fs::path nearest_existing(const fs::path &folder)
{
    std::error_code ignored;
    fs::path place = fs::absolute(folder, ignored).lexically_normal();
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

Status prepare_place(const fs::path &folder)
{
    std::error_code ignored;
    const fs::path place = folder.empty() ? fs::path(".") : folder;
    const fs::path stood = nearest_existing(place);
    const auto made = make_writable_folder(place);
    if (!made) {
        for (fs::path empty = fs::absolute(place, ignored).lexically_normal(); empty != stood && empty.has_relative_path();
             empty = empty.parent_path())
            fs::remove(empty, ignored); // removes empty folders only
    }
    return made;
}

} // namespace ca
