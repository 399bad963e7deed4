// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/data/resize.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// Longer than this many times its other side, a picture is a line: its centre crop shows nothing of it, and its resized side
/// leaves the range of numbers.
constexpr int kLongest = 1000;

Result<RgbImage> resized(const RgbImage &image, const Preprocess &how, const std::string &name)
{
    const auto [width, height] = image.size;
    if (std::max(width, height) > kLongest * std::min(width, height))
        return fail(ErrorCode::unsupported,
                    "The picture " + clean_text(name) + " is " + std::to_string(width) + " pixels wide and "
                        + std::to_string(height) + " high, which no network sees anything in. Leave it out.");
    PlaneResizer resizer(height, width, how);
    const std::size_t from_plane = image.pixels.size() / 3;
    const std::size_t to_plane = static_cast<std::size_t>(resizer.height()) * static_cast<std::size_t>(resizer.width());
    RgbImage result{{resizer.width(), resizer.height()}, std::vector<std::uint8_t>(3 * to_plane)};
    for (std::size_t channel = 0; channel < 3; ++channel)
        resizer.resize(std::span(image.pixels).subspan(channel * from_plane, from_plane),
                       std::span(result.pixels).subspan(channel * to_plane, to_plane));
    return result;
}

/// What decides the pixels, without what only scales their values.
Preprocess without_scale(const Preprocess &how)
{
    return {.size = how.size, .crop = how.crop, .filter = how.filter};
}

} // namespace

/// One cache for all sizes, so that one limit holds: picture i at size s has the number s * files + i.
struct ImageFiles::Pictures {
    Pictures(fs::path from, std::vector<std::string> names, Bytes memory)
        : folder(std::move(from)), files(std::move(names)), cache(memory, [this](std::size_t number) { return load(number); })
    {
    }

    Result<RgbImage> load(std::size_t number)
    {
        const std::string &file = files[number % files.size()];
        const auto image = read_image(folder / file);
        return image ? resized(*image, size(number / files.size()), file) : forward(image);
    }

    Preprocess size(std::size_t place)
    {
        const std::lock_guard lock(mutex);
        return sizes[place];
    }

    std::size_t place_of(const Preprocess &size)
    {
        const std::lock_guard lock(mutex);
        const auto known = std::find(sizes.begin(), sizes.end(), size);
        const auto place = static_cast<std::size_t>(known - sizes.begin());
        if (known == sizes.end())
            sizes.push_back(size);
        return place;
    }

    const fs::path folder;
    const std::vector<std::string> files;
    std::mutex mutex;
    std::vector<Preprocess> sizes; ///< that were asked for
    ImageCache cache;
};

ImageFiles::ImageFiles(fs::path folder, std::vector<std::string> files, Bytes memory)
    : pictures_(std::make_unique<Pictures>(std::move(folder), std::move(files), memory))
{
}

ImageFiles::~ImageFiles() = default;

std::size_t ImageFiles::size() const
{
    return pictures_->files.size();
}

const std::string &ImageFiles::name(std::size_t index) const
{
    return pictures_->files[index];
}

Result<std::shared_ptr<const RgbImage>> ImageFiles::picture(std::size_t index, const Preprocess &how) const
{
    return pictures_->cache.image(pictures_->place_of(without_scale(how)) * size() + index);
}

Result<RgbImage> ImageFiles::original(std::size_t index) const
{
    return read_image(pictures_->folder / name(index));
}

ImageCache::Counts ImageFiles::counts() const
{
    return pictures_->cache.counts();
}

std::string ImageFiles::content_hash(std::size_t index) const
{
    constexpr std::size_t kMost = std::size_t{1} << 30U;
    const auto bytes = read_file(pictures_->folder / name(index), kMost);
    return sha256(bytes ? *bytes : std::string());
}

std::string ImageFiles::hash() const
{
    Sha256 hash;
    for (const std::string &file : pictures_->files) {
        std::error_code missing;
        const auto size = fs::file_size(pictures_->folder / file, missing);
        hash.add(file + '\0' + (missing ? "-" : std::to_string(size)) + '\0');
    }
    return hash.hex();
}

} // namespace ca
