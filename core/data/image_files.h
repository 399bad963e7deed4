// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/data/image_cache.h"
#include "core/data/preprocess.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ca {

/// The memory that decoded pictures of a data set may take.
inline constexpr std::int64_t kPictureMemory = std::int64_t{2} << 30U;

/// Pictures of a folder, decoded when they are asked for and kept, at the size that a network takes, while there is room. Safe
/// from several threads.
class ImageFiles {
public:
    /// `files` are relative to `folder`.
    ImageFiles(std::filesystem::path folder, std::vector<std::string> files, Bytes memory = bytes(kPictureMemory));
    ~ImageFiles();
    ImageFiles(const ImageFiles &) = delete;
    ImageFiles &operator=(const ImageFiles &) = delete;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] const std::string &name(std::size_t index) const; ///< relative to the folder
    /// Resized and cropped as `how` tells, three channels, 8 bits. Errors: those of `read_image`.
    [[nodiscard]] Result<std::shared_ptr<const RgbImage>> picture(std::size_t index, const Preprocess &how) const;
    /// As it is in the file, for people to look at. Not kept.
    [[nodiscard]] Result<RgbImage> original(std::size_t index) const;
    [[nodiscard]] ImageCache::Counts counts() const; ///< of all sizes together
    /// SHA-256 of what the file holds; of nothing where it cannot be read.
    [[nodiscard]] std::string content_hash(std::size_t index) const;
    /// SHA-256 over the names and the sizes of the files.
    [[nodiscard]] std::string hash() const;

private:
    struct Pictures;
    std::unique_ptr<Pictures> pictures_;
};

} // namespace ca
