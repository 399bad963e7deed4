// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program.h"

#include <cmath>
#include <random>
#include <vector>

/// Seeded normal images.
inline ca::ImageBatch random_images(std::int64_t count, std::int64_t channels, std::int64_t height, std::int64_t width,
                                    unsigned seed = 1)
{
    ca::ImageBatch batch{count, channels, height, width, {}};
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    batch.values.resize(static_cast<std::size_t>(count * channels * height * width));
    for (float &value : batch.values)
        value = normal(generator);
    return batch;
}

/// Largest difference over largest reference value; infinite where sizes differ.
inline double relative_difference(const std::vector<float> &values, const std::vector<float> &reference)
{
    if (values.size() != reference.size() || values.empty())
        return INFINITY;
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        worst = std::max(worst, static_cast<double>(std::abs(values[i] - reference[i])));
        largest = std::max(largest, static_cast<double>(std::abs(reference[i])));
    }
    return worst / largest;
}

inline double cosine(const std::vector<float> &a, const std::vector<float> &b)
{
    double product = 0, of_a = 0, of_b = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        product += static_cast<double>(a[i]) * b[i];
        of_a += static_cast<double>(a[i]) * a[i];
        of_b += static_cast<double>(b[i]) * b[i];
    }
    return product / std::sqrt(of_a * of_b);
}
