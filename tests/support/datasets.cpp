// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/datasets.h"

#include "core/base/random.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <system_error>

namespace {

constexpr int kSide = 32;
constexpr int kNoise = 20;

} // namespace

std::array<int, 3> class_colour(int label)
{
    const auto level = [&](int bit) { return ((label >> bit) & 1) != 0 ? 190 : 60 + 12 * (label / 8); };
    return {level(0), level(1), level(2)};
}

std::shared_ptr<const ca::ImageSet> coloured_images(int images_per_class, int classes, std::uint64_t seed)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->height = kSide;
    images->width = kSide;
    for (int label = 0; label < classes; ++label)
        images->classes.push_back("class " + std::to_string(label));
    std::uint64_t position = 0;
    for (int i = 0; i < images_per_class * classes; ++i) {
        images->labels.push_back(i % classes);
        for (const int level : class_colour(i % classes)) {
            for (int pixel = 0; pixel < kSide * kSide; ++pixel) {
                const int noise = static_cast<int>(ca::mix(seed, position++) % (2 * kNoise + 1)) - kNoise;
                images->pixels.push_back(static_cast<std::uint8_t>(std::clamp(level + noise, 0, 255)));
            }
        }
    }
    return images;
}

ca::ImageSet one_image(int channels, int height, int width, std::vector<std::uint8_t> pixels)
{
    return {channels, height, width, std::move(pixels), {}, {0}, {"only"}};
}

ca::Split whole_split(std::shared_ptr<const ca::ImageSet> images, std::string name)
{
    std::vector<std::uint32_t> indices(images->size());
    std::iota(indices.begin(), indices.end(), 0U);
    return {std::move(name), std::move(images), std::move(indices)};
}

ca::DataSet split_colours()
{
    const auto images = coloured_images(20, 10, 5);
    const auto part = [&images](const std::string &name, std::uint32_t first, std::uint32_t end) {
        ca::Split split{name, images, std::vector<std::uint32_t>(end - first)};
        std::iota(split.indices.begin(), split.indices.end(), first);
        return split;
    };
    return {"colours",
            "",
            images->classes,
            whole_split(coloured_images(4, 10, 6), "calibration"),
            part("selection", 0, 100),
            part("holdout", 100, 200),
            part("all", 0, 200),
            {}};
}

bool write_bytes(const std::filesystem::path &file, std::string_view bytes)
{
    std::ofstream stream(file, std::ios::binary);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    return !stream.fail();
}

bool write_cifar_file(const std::filesystem::path &file, const ca::ImageSet &images)
{
    std::string bytes;
    for (std::size_t i = 0; i < images.size(); ++i) {
        bytes += static_cast<char>(images.labels[i]);
        const auto pixels = images.image(i);
        bytes.append(pixels.begin(), pixels.end());
    }
    return write_bytes(file, bytes);
}

bool write_cifar_folder(const std::filesystem::path &folder, int images_per_class, int classes, std::uint64_t seed)
{
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    const auto test = coloured_images(images_per_class, classes, seed);
    std::string names;
    for (const std::string &name : test->classes)
        names += name + '\n';
    return write_cifar_file(folder / "test_batch.bin", *test)
        && write_cifar_file(folder / "calibration.bin", *coloured_images(images_per_class, classes, seed + 1))
        && write_bytes(folder / "batches.meta.txt", names);
}
