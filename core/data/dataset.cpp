// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/base/random.h"
#include "core/base/sha256.h"
#include "core/files/cifar_binary.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCalibrationImages = 2000; // CLI.md, "Splits"
constexpr std::size_t kCalibrationPart = 10;     // one tenth of a test set that has no calibration file
constexpr std::uint64_t kCalibrationStream = 1;  // added to the seed, so that two orders of one length differ
constexpr std::size_t kImageBytes = 3 * 32 * 32;

using Order = std::vector<std::uint32_t>;

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
    return hash.hex();
}

/// 0 … count-1 by the hash of (seed, index).
Order seeded_order(std::size_t count, std::uint64_t seed)
{
    Order order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<std::uint64_t> keys(count);
    for (std::size_t i = 0; i < count; ++i)
        keys[i] = mix(seed, i);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return std::pair(keys[a], a) < std::pair(keys[b], b); });
    return order;
}

/// The numbers `begin` to `end` of `order`.
Order part(const Order &order, std::size_t begin, std::size_t end)
{
    return {order.begin() + static_cast<std::ptrdiff_t>(begin), order.begin() + static_cast<std::ptrdiff_t>(end)};
}

Status append_records(const fs::path &file, ImageSet &images)
{
    const auto records = read_cifar_records(file);
    if (!records)
        return forward(records);
    const std::size_t classes = images.classes.size();
    for (const std::uint8_t label : records->labels) {
        if (label >= classes)
            return fail(ErrorCode::bad_data,
                        "The file " + file.string() + " has an image with label " + std::to_string(label)
                            + ", but there are names for " + std::to_string(classes)
                            + " classes. Complete batches.meta.txt, or correct the labels.");
        images.labels.push_back(label);
    }
    images.pixels.insert(images.pixels.end(), records->pixels.begin(), records->pixels.end());
    return {};
}

ImageSet empty_set(const std::vector<std::string> &classes)
{
    ImageSet images;
    images.height = 32;
    images.width = 32;
    images.classes = classes;
    return images;
}

/// Only the images that `chosen` names, in that order: a training set is not kept for the sake of 2,000 images.
ImageSet subset(const ImageSet &images, const Order &chosen)
{
    ImageSet few = empty_set(images.classes);
    few.pixels.reserve(chosen.size() * kImageBytes);
    for (const std::uint32_t index : chosen) {
        const auto pixels = images.image(index);
        few.pixels.insert(few.pixels.end(), pixels.begin(), pixels.end());
        few.labels.push_back(images.labels[index]);
    }
    return few;
}

std::vector<fs::path> training_files(const fs::path &folder)
{
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("data_batch_") && name.ends_with(".bin"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Calibration from files of its own; without images where the folder has none.
Result<Split> read_calibration(const fs::path &folder, const std::vector<std::string> &classes, std::uint64_t seed)
{
    Split split{"calibration", nullptr, {}};
    std::error_code ignored;
    ImageSet images = empty_set(classes);
    std::vector<fs::path> files{folder / "calibration.bin"};
    const bool own = fs::exists(files.front(), ignored);
    if (!own)
        files = training_files(folder);
    for (const fs::path &file : files)
        if (const auto read = append_records(file, images); !read)
            return forward(read);
    if (images.size() == 0)
        return split;
    Order order = seeded_order(images.size(), seed + kCalibrationStream);
    if (!own) {
        order.resize(std::min(order.size(), kCalibrationImages));
        images = subset(images, order);
        std::iota(order.begin(), order.end(), 0U);
    }
    split.images = std::make_shared<const ImageSet>(std::move(images));
    split.indices = std::move(order);
    return split;
}

Result<std::vector<std::string>> class_names(const fs::path &folder)
{
    std::error_code ignored;
    const fs::path file = folder / "batches.meta.txt";
    if (!fs::exists(file, ignored))
        return fail(ErrorCode::bad_data,
                    "The folder " + folder.string() + " has no batches.meta.txt. Write its class names there, one a line.");
    return read_class_names(file);
}

Status check_folder(const fs::path &folder)
{
    std::error_code ignored;
    if (!fs::exists(folder, ignored))
        return fail(ErrorCode::not_found, "There is no folder " + folder.string() + ". Check its name.");
    if (!fs::is_directory(folder, ignored))
        return fail(ErrorCode::bad_data, folder.string() + " is a file. Choose the folder that holds test_batch.bin.");
    if (!fs::exists(folder / "test_batch.bin", ignored))
        return fail(ErrorCode::not_found,
                    "The folder " + folder.string() + " has no test_batch.bin. Choose a folder with CIFAR binary records.");
    return {};
}

std::string folder_name(const fs::path &folder)
{
    std::error_code ignored;
    const fs::path whole = fs::absolute(folder, ignored).lexically_normal();
    return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

/// Fills selection and holdout, and calibration where it has no images of its own.
Status divide(DataSet &data, std::uint64_t seed)
{
    const auto images = data.all.images;
    const Order order = seeded_order(images->size(), seed);
    std::size_t taken = 0;
    if (!data.calibration.images) {
        taken = std::clamp(images->size() / kCalibrationPart, std::size_t{1}, kCalibrationImages);
        data.calibration = {"calibration", images, part(order, 0, taken)};
    }
    if (images->size() < taken + 2)
        return fail(ErrorCode::bad_data,
                    "The folder " + data.path + " has too few test images to divide: " + std::to_string(images->size())
                        + ". Add images to test_batch.bin.");
    const std::size_t middle = taken + (images->size() - taken) / 2;
    data.selection = {"selection", images, part(order, taken, middle)};
    data.holdout = {"holdout", images, part(order, middle, order.size())};
    return {};
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

Result<DataSet> open_data_folder(const fs::path &folder, std::uint64_t seed)
{
    if (const auto checked = check_folder(folder); !checked)
        return forward(checked);
    const auto classes = class_names(folder);
    if (!classes)
        return forward(classes);
    ImageSet test = empty_set(*classes);
    if (const auto read = append_records(folder / "test_batch.bin", test); !read)
        return forward(read);
    auto calibration = read_calibration(folder, *classes, seed);
    if (!calibration)
        return forward(calibration);

    DataSet data{folder_name(folder), folder.string(), *classes, std::move(*calibration), {}, {}, {}};
    Order in_file_order(test.size());
    std::iota(in_file_order.begin(), in_file_order.end(), 0U);
    data.all = {"all", std::make_shared<const ImageSet>(std::move(test)), std::move(in_file_order)};
    if (const auto divided = divide(data, seed); !divided)
        return forward(divided);
    return data;
}

} // namespace ca
