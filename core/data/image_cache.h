// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/files/image_file.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace ca {

/// Keeps decoded images by their index, up to a limit of bytes: those used longest ago go first. Safe from several threads; an
/// image is loaded outside of the lock, and while it is, other threads that want it wait for it.
class ImageCache {
public:
    using Load = std::function<Result<RgbImage>(std::size_t index)>;
    using Image = std::shared_ptr<const RgbImage>;

    struct Counts {
        std::uint64_t hits = 0;    ///< given without loading
        std::uint64_t loads = 0;   ///< that succeeded
        std::uint64_t failed = 0;  ///< loads that gave an error
        std::uint64_t evicted = 0; ///< to make room
        Bytes held;                ///< pixels kept now
        bool operator==(const Counts &) const = default;
    };

    /// `load` is called from the threads that ask. An image larger than the limit is given and not kept; 0 keeps none.
    ImageCache(Bytes limit, Load load);

    /// What was given stays valid after it was evicted. An error of `load` is handed on and not remembered; what it throws
    /// becomes one.
    [[nodiscard]] Result<Image> image(std::size_t index);

    [[nodiscard]] Counts counts() const;

private:
    struct Kept {
        std::size_t index = 0;
        Image image;
    };

    [[nodiscard]] Result<Image> load(std::size_t index) const;
    void keep(std::size_t index, const Image &image);

    const Bytes limit_;
    const Load load_;
    mutable std::mutex mutex_;
    std::condition_variable loaded_;
    std::list<Kept> kept_; ///< used last, first
    std::unordered_map<std::size_t, std::list<Kept>::iterator> places_;
    std::unordered_set<std::size_t> loading_;
    Counts counts_;
};

} // namespace ca
