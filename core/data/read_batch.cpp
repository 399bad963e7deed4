// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/read_batch.h"

#include "core/data/image_files.h"

#include <algorithm>

namespace ca {
namespace {

/// Errors that tell of the machine and not of the picture: leaving pictures out for them would change what is measured.
bool is_of_machine(const Error &error)
{
    return error.code == ErrorCode::out_of_memory;
}

Status read_pictures(const Split &split, std::size_t first, std::size_t count, const Preprocess &how, ReadBatch &batch)
{
    const Normaliser normaliser(how);
    const std::size_t one = batch.images.values.size() / count;
    for (std::size_t place = first; place < first + count; ++place) {
        const auto picture = split.images->files->picture(split.indices[place], how);
        if (!picture && is_of_machine(picture.error()))
            return forward(picture);
        if (!picture) {
            batch.unread.push_back(picture.error());
            continue;
        }
        if ((*picture)->size.height != batch.images.height || (*picture)->size.width != batch.images.width) {
            batch.unread.push_back({ErrorCode::bad_data,
                                    "The picture " + split.images->files->name(split.indices[place])
                                        + " has another size than when the data set was opened. Open the data set again.",
                                    nullptr});
            continue;
        }
        normaliser.write((*picture)->pixels, 3, std::span(batch.images.values).subspan(batch.places.size() * one, one));
        batch.places.push_back(place);
    }
    batch.images.count = static_cast<std::int64_t>(batch.places.size());
    batch.images.values.resize(batch.places.size() * one);
    return {};
}

std::string sides(std::int64_t height, std::int64_t width)
{
    return std::to_string(height) + " x " + std::to_string(width);
}

} // namespace

Status check_sizes(const Split &split, const Preprocess &how, const InputSpec &input)
{
    if (!split.images || split.size() == 0)
        return fail(ErrorCode::bad_data, "The split " + split.name + " has no images. Choose a data set that has some.");
    const auto [height, width] = output_size(how, split.images->height, split.images->width);
    const bool has_known_channels = input.channels == 1 || input.channels == 3;
    if (has_known_channels && input.height == height && input.width == width)
        return {};
    const bool is_varied = split.images->height == 0 && how.crop == 0;
    return fail(ErrorCode::bad_data,
                "The model takes images of " + sides(input.height, input.width) + " with " + std::to_string(input.channels)
                    + " channels, and this preprocessing "
                    + (is_varied ? "leaves pictures of different sizes different" : "makes " + sides(height, width))
                    + (has_known_channels ? "" : " with 1 or 3") + ". Choose one that fits, for instance with size="
                    + std::to_string(input.height) + ",crop=" + std::to_string(input.height) + ".");
}

Result<ReadBatch> read_batch(const Split &split, std::size_t first, std::size_t count, const Preprocess &how,
                             const InputSpec &input)
{
    if (const auto fits = check_sizes(split, how, input); !fits)
        return forward(fits);
    first = std::min(first, split.size());
    count = std::min(count, split.size() - first);
    if (count == 0)
        return fail(ErrorCode::bad_data, "The split " + split.name + " ends before image " + std::to_string(first + 1) + ".");
    ReadBatch batch;
    batch.images = {static_cast<std::int64_t>(count), input.channels, input.height, input.width, {}};
    batch.images.values.resize(count * static_cast<std::size_t>(input.channels * input.height * input.width));
    if (split.images->files) {
        if (const auto read = read_pictures(split, first, count, how, batch); !read)
            return forward(read);
        return batch;
    }
    preprocess(*split.images, std::span(split.indices).subspan(first, count), how, batch.images.values);
    for (std::size_t place = first; place < first + count; ++place)
        batch.places.push_back(place);
    return batch;
}

} // namespace ca
