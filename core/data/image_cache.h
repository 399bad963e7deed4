// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/files/image_file.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace ca {

/// Keeps decoded images by their index, up to a limit of bytes: the first that fit stay, and later ones are loaded each time.
/// Sets are read in order, again and again; where one is larger than the limit, no policy gives more hits on that than this, and
/// dropping what was used longest ago gives none. Safe from several threads; an image is loaded outside of the lock, and while it
/// is, other threads that want it wait for it.
class ImageCache {
public:
    using Load = std::function<Result<RgbImage>(std::size_t index)>;
    using Image = std::shared_ptr<const RgbImage>;

    struct Counts {
        std::uint64_t hits = 0;   ///< given without loading
        std::uint64_t loads = 0;  ///< that succeeded
        std::uint64_t failed = 0; ///< loads that gave an error
        Bytes held;               ///< pixels kept
        bool operator==(const Counts &) const = default;
    };

    /// `load` is called from the threads that ask. A limit of 0 keeps none.
    ImageCache(Bytes limit, Load load);

    /// An error of `load` is handed on and not remembered; what it throws becomes one.
    [[nodiscard]] Result<Image> image(std::size_t index);

    [[nodiscard]] Counts counts() const;

private:
    [[nodiscard]] Result<Image> load(std::size_t index) const;
    void keep(std::size_t index, const Image &image);

    const Bytes limit_;
    const Load load_;
    mutable std::mutex mutex_;
    std::condition_variable loaded_;
    std::unordered_map<std::size_t, Image> kept_;
    std::unordered_set<std::size_t> loading_;
    Counts counts_;
};

} // namespace ca
