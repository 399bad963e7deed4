// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_cache.h"

#include <exception>
#include <new>
#include <string>
#include <utility>

namespace ca {

ImageCache::ImageCache(Bytes limit, Load load) : limit_(limit), load_(std::move(load)) { }

Result<ImageCache::Image> ImageCache::image(std::size_t index)
{
    std::unique_lock lock(mutex_);
    loaded_.wait(lock, [&] { return !loading_.contains(index); });
    if (const auto kept = kept_.find(index); kept != kept_.end()) {
        ++counts_.hits;
        return kept->second;
    }
    loading_.insert(index);
    lock.unlock();
    auto image = load(index);
    lock.lock();
    loading_.erase(index);
    loaded_.notify_all(); // those who wait go on once this has left
    ++(image ? counts_.loads : counts_.failed);
    if (image)
        keep(index, *image);
    return image;
}

ImageCache::Counts ImageCache::counts() const
{
    const std::lock_guard lock(mutex_);
    return counts_;
}

/// Throws nothing, so that `image` is always done with what it has begun.
Result<ImageCache::Image> ImageCache::load(std::size_t index) const
{
    try {
        auto image = load_(index);
        return image ? Result<Image>(std::make_shared<const RgbImage>(std::move(*image))) : forward(image);
    } catch (const std::bad_alloc &) {
        return fail(
            ErrorCode::out_of_memory,
            "There is not enough memory for an image. Close other programs, or allow fewer bytes for images that are kept.");
    } catch (const std::exception &error) {
        return fail(ErrorCode::failed, std::string("An image could not be loaded: ") + error.what() + ". Leave it out.");
    }
}

void ImageCache::keep(std::size_t index, const Image &image)
{
    const Bytes size = bytes(static_cast<std::int64_t>(image->pixels.size()));
    if (counts_.held + size > limit_)
        return;
    kept_.emplace(index, image);
    counts_.held += size;
}

} // namespace ca
