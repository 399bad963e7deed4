// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"

#include <vector>

namespace ca {

/// Images of a split as a network takes them, without those that cannot be read.
struct ReadBatch {
    ImageBatch images;
    std::vector<std::size_t> places; ///< of each image, in the split, ascending
    std::vector<Error> unread;       ///< one for each image that is missing
};

/// The images `first` to `first + count` of the split. Errors: `bad_data` where there are none, or where `how` makes another size
/// of them than `input` has.
[[nodiscard]] Result<ReadBatch> read_batch(const Split &split, std::size_t first, std::size_t count, const Preprocess &how,
                                           const InputSpec &input);

/// The check of sizes alone, before anything is read. Images of different sizes need a crop.
[[nodiscard]] Status check_sizes(const Split &split, const Preprocess &how, const InputSpec &input);

} // namespace ca
