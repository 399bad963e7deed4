// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/base/sha256.h"
#include "core/data/image_files.h"
#include "core/data/open_folder.h"
#include "core/data/splits.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

void add_number(Sha256 &hash, std::uint32_t number)
{
    const std::array<std::byte, 4> little{std::byte(number & 0xFFU), std::byte((number >> 8U) & 0xFFU),
                                          std::byte((number >> 16U) & 0xFFU), std::byte(number >> 24U)};
    hash.add(std::span<const std::byte>(little));
}

std::string hash_of(const ImageSet &images)
{
    Sha256 hash;
    for (const int number : {images.channels, images.height, images.width})
        add_number(hash, static_cast<std::uint32_t>(number));
    hash.add(std::as_bytes(std::span(images.pixels)));
    for (const int label : images.labels)
        add_number(hash, static_cast<std::uint32_t>(label));
    if (images.files)
        hash.add(images.files->hash());
    return hash.hex();
}

std::string folder_name(const fs::path &folder)
{
    std::error_code ignored;
    const fs::path whole = fs::absolute(folder, ignored).lexically_normal();
    return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

} // namespace

std::span<const std::uint8_t> ImageSet::image(std::size_t index) const
{
    const std::size_t bytes =
        static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    return std::span(pixels).subspan(index * bytes, bytes);
}

bool ImageSet::has_labels() const
{
    return std::all_of(labels.begin(), labels.end(), [](int label) { return label >= 0; });
}

std::string Split::hash() const
{
    Sha256 hash;
    hash.add(hash_of(*images));
    for (const std::uint32_t index : indices)
        add_number(hash, index);
    return hash.hex();
}

Split Split::first(std::size_t n) const
{
    Split few = *this;
    if (n > 0 && n < few.indices.size())
        few.indices.resize(n);
    return few;
}

Result<Split> DataSet::split(const std::string &split_name) const
{
    for (const Split *split : {&calibration, &selection, &holdout, &all})
        if (split->name == split_name)
            return *split;
    return fail(ErrorCode::usage, "There is no split \"" + split_name + "\". Choose selection, holdout, all or calibration.");
}

Result<DataSet> open_data_folder(const fs::path &folder, std::uint64_t seed, std::stop_token stop, const Progress &progress)
{
    std::error_code ignored;
    const bool is_cifar = fs::exists(folder / "test_batch.bin", ignored);
    auto data = is_cifar ? open_cifar(folder, seed, stop) : open_pictures(folder, seed, stop, progress);
    if (!data)
        return data;
    data->name = folder_name(folder);
    data->path = folder.string();
    if (const auto divided = divide(*data, seed); !divided)
        return forward(divided);
    return data;
}

} // namespace ca
