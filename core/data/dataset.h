// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

class ImageFiles;

/// Images, 8 bits a channel, with labels: held in memory, or read from files when they are needed. Immutable once built; shared
/// by pointer.
struct ImageSet {
    int channels = 3;
    int height = 0; ///< of every image; 0 where they differ in size
    int width = 0;
    std::vector<std::uint8_t> pixels;        ///< image after image, planar: channel, row, column; empty where there are `files`
    std::shared_ptr<const ImageFiles> files; ///< image_files.h; null where all are in `pixels`
    std::vector<int> labels;                 ///< one for each image, index into `classes`; -1 where unknown
    std::vector<std::string> classes;

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] std::span<const std::uint8_t> image(std::size_t index) const; ///< of those in `pixels`
    [[nodiscard]] bool has_labels() const;                                      ///< every image has one
};

/// Some images of a set, in a fixed order.
struct Split {
    std::string name; ///< `calibration`, `selection`, `holdout`, `all`
    std::shared_ptr<const ImageSet> images;
    std::vector<std::uint32_t> indices;

    [[nodiscard]] std::size_t size() const { return indices.size(); }
    [[nodiscard]] int label(std::size_t i) const { return images->labels[indices[i]]; }
    /// SHA-256 over the indices as little-endian 32-bit numbers, with the image set's own hash before them.
    [[nodiscard]] std::string hash() const;
    /// The first `n` of its order; all where n is 0 or larger than the split.
    [[nodiscard]] Split first(std::size_t n) const;
};

/// A data set that is open: where the four splits come from.
struct DataSet {
    std::string name; ///< `pictogram10`, or the folder's name
    std::string path; ///< the folder
    std::vector<std::string> classes;
    Split calibration, selection, holdout,
        all;                        ///< selection and holdout are disjoint halves of all; calibration shares no image with them
    std::vector<std::string> notes; ///< what was odd and gone along with: "3 of 1,000 images cannot be read and are left out"

    /// Errors: `usage` for another name.
    [[nodiscard]] Result<Split> split(const std::string &split_name) const;
};

/// Opens a folder with CIFAR binary records (`test_batch.bin`, `batches.meta.txt`), or one of pictures (image_folder.h).
///
/// The test set is test_batch.bin; of pictures the parts `val` and `test`, or all that there are. Calibration is
/// `calibration.bin`, else 2,000 seeded images of `data_batch_*.bin` or of `train`, else a seeded tenth of the test set (at most
/// 2,000), taken out of it. `selection` and `holdout` halve the test set by a hash of (seed, index); `all` is the whole test set
/// in the order of the files. The order inside selection, holdout and calibration is seeded, so that a split's first N are a fair
/// sample. Pictures whose header cannot be read are left out, which a note counts. Errors: `cancelled`; `not_found`; `bad_data`
/// where images or class names are missing, a label has no name, or no picture can be read; those of the readers.
[[nodiscard]] Result<DataSet> open_data_folder(const std::filesystem::path &folder, std::uint64_t seed, std::stop_token stop = {},
                                               const Progress &progress = {});

} // namespace ca
