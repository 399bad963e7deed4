// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

namespace ca {
namespace {

/// Images that run together: enough for full speed of small ones, few enough that those of large ones fit memory on every core.
std::size_t batch_size(const InputSpec &input)
{
    constexpr std::int64_t kPixels = 100 * 64 * 64;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(kPixels / std::max<std::int64_t>(1, input.height * input.width), 8, 100));
}

/// The places of the five largest values, the first of equals first; -1 where there are fewer.
std::array<int, 5> largest_five(std::span<const float> row)
{
    std::array<int, 5> five{-1, -1, -1, -1, -1};
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::size_t place = 5;
        while (place > 0 && (five[place - 1] < 0 || row[i] > row[static_cast<std::size_t>(five[place - 1])]))
            --place;
        if (place == 5)
            continue;
        std::copy_backward(five.begin() + static_cast<std::ptrdiff_t>(place), five.end() - 1, five.end());
        five[place] = static_cast<int>(i);
    }
    return five;
}

Status check_sizes(const InputSpec &input, const Split &split, const Preprocess &how)
{
    if (!split.images)
        return fail(ErrorCode::bad_data, "The split " + split.name + " has no images. Choose a data set that has some.");
    const auto [height, width] = output_size(how, split.images->height, split.images->width);
    if (input.channels == 3 && input.height == height && input.width == width)
        return {};
    return fail(ErrorCode::bad_data,
                "The model takes images of " + std::to_string(input.height) + " x " + std::to_string(input.width) + " with "
                    + std::to_string(input.channels) + " channels, and this preprocessing makes " + std::to_string(height) + " x "
                    + std::to_string(width) + " with 3. Choose one that fits, for instance with size="
                    + std::to_string(input.height) + ",crop=" + std::to_string(input.height) + ".");
}

Result<Matrix> answer(const Program &program, const InputSpec &input, const Split &split, const Preprocess &how,
                      std::size_t first, std::size_t count, const std::stop_token &stop)
{
    ImageBatch batch{static_cast<std::int64_t>(count), 3, input.height, input.width, {}};
    batch.values.resize(count * static_cast<std::size_t>(3 * input.height * input.width));
    preprocess(*split.images, std::span(split.indices).subspan(first, count), how, batch.values);
    auto output = run(program, batch, stop, 1);
    if (!output)
        return output;
    if (output->rows != batch.count || output->columns < 1)
        return fail(ErrorCode::failed,
                    "The model gave " + std::to_string(output->rows) + " rows of answers for " + std::to_string(count)
                        + " images. Only models with a row of class outputs for each image can be evaluated.");
    if (std::any_of(output->values.begin(), output->values.end(), [](float value) { return std::isnan(value); }))
        return fail(ErrorCode::failed,
                    "The model's output is not a number (NaN) for an image among the " + std::to_string(count) + " from number "
                        + std::to_string(first) + " of " + split.name + ". Its accuracy cannot be told; check its weights.");
    return output;
}

} // namespace

std::string to_text(Head head)
{
    return head == Head::logits ? "logits" : head == Head::zero_shot ? "zero-shot" : "agreement";
}

Result<Predictions> predict(const Program &program, const InputSpec &input, const Split &split, const Preprocess &how,
                            int threads, std::stop_token stop, const Progress &progress)
{
    if (const auto fits = check_sizes(input, split, how); !fits)
        return forward(fits);
    const std::size_t images = split.size(), size = batch_size(input);
    Predictions predictions;
    predictions.top.resize(images);
    predictions.five.resize(images);
    std::atomic<std::size_t> done{0};
    const std::string stage = "Evaluating on " + split.name;
    progress.report(stage, 0, images);
    const auto status = parallel_for((images + size - 1) / size, threads, stop, [&](std::size_t index) -> Status {
        const std::size_t first = index * size, count = std::min(size, images - first);
        const auto output = answer(program, input, split, how, first, count, stop);
        if (!output)
            return forward(output);
        for (std::size_t i = 0; i < count; ++i) {
            predictions.five[first + i] = largest_five(output->row(static_cast<std::int64_t>(i)));
            predictions.top[first + i] = predictions.five[first + i][0];
        }
        progress.report(stage, done += count, images);
        return {};
    });
    if (!status)
        return forward(status);
    return predictions;
}

Accuracy accuracy_of(const Predictions &predictions, const Split &split, Head head, const Predictions *reference)
{
    Accuracy accuracy;
    const std::size_t images = predictions.top.size();
    const std::size_t classes = head != Head::agreement && split.images ? split.images->classes.size() : 0;
    std::vector<std::int64_t> of_class(classes), right_of_class(classes);
    std::int64_t within_five = 0;
    for (std::size_t i = 0; i < images; ++i) {
        const int wanted = head != Head::agreement ? split.label(i) : reference ? reference->top[i] : -1;
        const bool right = wanted >= 0 && predictions.top[i] == wanted;
        accuracy.right.push_back(right ? 1 : 0);
        accuracy.correct += right ? 1 : 0;
        const auto &five = predictions.five[i];
        within_five += wanted >= 0 && std::find(five.begin(), five.end(), wanted) != five.end() ? 1 : 0;
        if (wanted >= 0 && static_cast<std::size_t>(wanted) < classes) {
            ++of_class[static_cast<std::size_t>(wanted)];
            right_of_class[static_cast<std::size_t>(wanted)] += right ? 1 : 0;
        }
    }
    accuracy.n = static_cast<std::int64_t>(images);
    const auto [low, high] = wilson_interval(accuracy.correct, accuracy.n);
    accuracy.interval = {low, high};
    if (classes >= 6 && images > 0)
        accuracy.top5 = static_cast<double>(within_five) / static_cast<double>(images);
    for (std::size_t c = 0; c < classes; ++c)
        accuracy.per_class.push_back(of_class[c] == 0
                                         ? std::numeric_limits<double>::quiet_NaN()
                                         : static_cast<double>(right_of_class[c]) / static_cast<double>(of_class[c]));
    return accuracy;
}

} // namespace ca
