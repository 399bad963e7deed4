// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The colour of a class in the images below: red, green, blue from 0 to 255; classes 0 to 7 differ by at least 100 in one
/// channel.
[[nodiscard]] std::array<int, 3> class_colour(int label);

/// 32 x 32 images in order 0, 1, …, classes-1, 0, 1, … : each the colour of its class with seeded noise of +-20 around it, so
/// that the mean of a channel tells the class.
[[nodiscard]] std::shared_ptr<const ca::ImageSet> coloured_images(int images_per_class, int classes, std::uint64_t seed);

/// One image of the given planar pixels.
[[nodiscard]] ca::ImageSet one_image(int channels, int height, int width, std::vector<std::uint8_t> pixels);

/// All images of a set, in order.
[[nodiscard]] ca::Split whole_split(std::shared_ptr<const ca::ImageSet> images, std::string name = "selection");

/// 200 coloured images of ten classes: 100 each for selection and holdout, and 40 others for calibration.
[[nodiscard]] ca::DataSet split_colours();

/// One file of CIFAR binary records. Says whether it was written.
[[nodiscard]] bool write_cifar_file(const std::filesystem::path &file, const ca::ImageSet &images);

/// `test_batch.bin`, `calibration.bin` (other noise, as many images) and `batches.meta.txt` (`class 0` …) in `folder`, which is
/// made.
[[nodiscard]] bool write_cifar_folder(const std::filesystem::path &folder, int images_per_class, int classes, std::uint64_t seed);

/// A file with these bytes. Says whether it was written.
[[nodiscard]] bool write_bytes(const std::filesystem::path &file, std::string_view bytes);
