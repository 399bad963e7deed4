// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/splits.h"

#include "core/base/random.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ca {
namespace {

constexpr std::size_t kCalibrationPart = 10;    // one tenth of a test set that comes without calibration images
constexpr std::uint64_t kCalibrationStream = 1; // added to the seed, so that two orders of one length differ

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

} // namespace

Split shuffled(Split split, std::uint64_t seed)
{
    std::stable_sort(split.indices.begin(), split.indices.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return mix(seed, a) < mix(seed, b); });
    return split;
}

Order calibration_order(std::size_t count, std::uint64_t seed)
{
    return seeded_order(count, seed + kCalibrationStream);
}

Split whole(ImageSet images)
{
    Order order(images.size());
    std::iota(order.begin(), order.end(), 0U);
    return {"all", std::make_shared<const ImageSet>(std::move(images)), std::move(order)};
}

Status divide(DataSet &data, std::uint64_t seed)
{
    const auto images = data.all.images;
    const std::size_t count = images->size();
    const Order order = seeded_order(count, seed);
    std::size_t taken = 0;
    if (!data.calibration.images)
        taken = std::clamp(count / kCalibrationPart, std::size_t{1}, kMostForCalibration);
    if (count < taken + 2)
        return fail(ErrorCode::bad_data,
                    "The folder " + data.path + " has too few test images to divide: " + std::to_string(count) + " of at least "
                        + std::to_string(taken + 2) + ". Add some.");
    if (taken > 0)
        data.calibration = {"calibration", images, part(order, 0, taken)};
    const std::size_t middle = taken + (count - taken) / 2;
    data.selection = {"selection", images, part(order, taken, middle)};
    data.holdout = {"holdout", images, part(order, middle, count)};
    return {};
}

} // namespace ca
