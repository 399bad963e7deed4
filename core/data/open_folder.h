// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace ca {

// What `open_data_folder` chooses between. Both give classes, notes, `all`, and `calibration` where the folder has images for it:
// a data set that has still to be divided.

/// `test_batch.bin` and what lies beside it. Errors: `cancelled`, `bad_data` where class names miss, those of the readers.
[[nodiscard]] Result<DataSet> open_cifar(const std::filesystem::path &folder, std::uint64_t seed, const std::stop_token &stop);

/// A folder of pictures (image_folder.h), of which only the headers are read. Errors: those of `list_image_folder`; `bad_data`
/// where no picture can be read.
[[nodiscard]] Result<DataSet> open_pictures(const std::filesystem::path &folder, std::uint64_t seed, const std::stop_token &stop,
                                            const Progress &progress);

} // namespace ca
