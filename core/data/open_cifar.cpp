// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/open_folder.h"
#include "core/data/splits.h"
#include "core/files/cifar_binary.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImageBytes = 3 * 32 * 32;

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
ImageSet subset(const ImageSet &images, std::span<const std::uint32_t> chosen)
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
Result<Split> read_calibration(const fs::path &folder, const std::vector<std::string> &classes, std::uint64_t seed,
                               const std::stop_token &stop)
{
    std::error_code ignored;
    ImageSet images = empty_set(classes);
    std::vector<fs::path> files{folder / "calibration.bin"};
    const bool own = fs::exists(files.front(), ignored);
    if (!own)
        files = training_files(folder);
    for (const fs::path &file : files) {
        if (stop.stop_requested())
            return cancelled();
        if (const auto read = append_records(file, images); !read)
            return forward(read);
    }
    if (images.size() == 0)
        return Split{"calibration", nullptr, {}};
    Order order = calibration_order(images.size(), seed);
    if (own)
        return Split{"calibration", std::make_shared<const ImageSet>(std::move(images)), std::move(order)};
    Split split = whole(subset(images, std::span(order).first(std::min(order.size(), kMostForCalibration))));
    split.name = "calibration";
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

} // namespace

Result<DataSet> open_cifar(const fs::path &folder, std::uint64_t seed, const std::stop_token &stop)
{
    auto classes = class_names(folder);
    if (!classes)
        return forward(classes);
    ImageSet test = empty_set(*classes);
    if (const auto read = append_records(folder / "test_batch.bin", test); !read)
        return forward(read);
    auto calibration = read_calibration(folder, *classes, seed, stop);
    if (!calibration)
        return forward(calibration);
    DataSet data;
    data.classes = std::move(*classes);
    data.all = whole(std::move(test));
    data.calibration = std::move(*calibration);
    return data;
}

} // namespace ca
