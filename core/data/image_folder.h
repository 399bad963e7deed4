// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/files/image_file.h"

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// The images of one part of a folder. Nothing of them has been opened.
struct ImageList {
    std::string split;              ///< `train`, `val`, `test`; empty where the folder is not divided
    std::vector<std::string> files; ///< relative to the folder; class after class, in natural order
    std::vector<int> labels; ///< one for each file, index into the folder's classes; -1 throughout where this part has none
};

/// A folder of images with what its structure tells.
struct ImageFolder {
    std::filesystem::path folder;
    std::vector<std::string> classes;  ///< of all parts together, in natural order; none where images have no labels
    std::vector<ImageList> lists;      ///< `train`, `val`, `test` as far as they exist, or one that has no name
    std::vector<std::string> warnings; ///< sentences about what is odd and was gone along with

    /// Null where there is no such part.
    [[nodiscard]] const ImageList *list(std::string_view split) const;
};

/// Lists a folder that holds one of
/// - `train`, `val`, `test` (`valid` and `validation` count as `val`), each one of the following;
/// - a CSV file of labels beside the images: `labels.csv`, or the only .csv where images lie directly in the folder. Its first
///   line names the columns, among them `file` (a path from the CSV's folder; also `filename`, `image`, `path`) and `label`
///   (`class`); other columns are passed over;
/// - folders named after classes, whose images may lie in further folders;
/// - images without labels.
/// Hidden names (`.x`) are skipped; links are followed, but for those to a folder that holds this one, and each real folder is
/// entered once for a class. Files are not opened, so `files` may name what cannot be read. Polls `stop` between folders. Errors:
/// `cancelled`; `not_found`, `unreadable`; `bad_data` where there is no image, or where a CSV has other columns, a broken line, a
/// file twice, a path out of its folder, or names images that are not there.
[[nodiscard]] Result<ImageFolder> list_image_folder(const std::filesystem::path &folder, std::stop_token stop);

/// An image that cannot be used, with the reason.
struct UnreadableImage {
    std::size_t index = 0; ///< in `files`
    Error error;
};

/// What the headers of a list's images tell.
struct ImageHeaders {
    std::vector<ImageSize> sizes;            ///< one for each file; 0 x 0 of those that cannot be read
    std::vector<UnreadableImage> unreadable; ///< in the order of the files
};

/// Looks at the header of each image from `threads` threads (0: one per core). Damage further on shows only when it is decoded.
/// Errors: `cancelled`.
[[nodiscard]] Result<ImageHeaders> read_headers(const std::filesystem::path &folder, const ImageList &list, int threads,
                                                std::stop_token stop, const Progress &progress);

} // namespace ca
