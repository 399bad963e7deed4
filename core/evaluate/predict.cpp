// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/evaluate/class_odds.h"
#include "core/evaluate/evaluate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

namespace ca {
namespace {

/// Images that run together: enough for full speed, few enough that the values between two steps of small ones stay in a core's
/// caches (of MobileNetV2, 32 run in two thirds of the time of 100 a third as often), and that those of large ones fit memory.
std::size_t batch_size(const InputSpec &input)
{
    constexpr std::int64_t kPixels = 100 * 64 * 64;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(kPixels / std::max<std::int64_t>(1, input.height * input.width), 8, 32));
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

Status check_answers(const Matrix &output, const ReadBatch &batch, const Split &split)
{
    if (output.rows != batch.images.count || output.columns < 1)
        return fail(ErrorCode::failed,
                    "The model gave " + std::to_string(output.rows) + " rows of answers for " + std::to_string(batch.images.count)
                        + " images. Only models with a row of class outputs for each image can be evaluated.");
    const auto nan = std::find_if(output.values.begin(), output.values.end(), [](float value) { return std::isnan(value); });
    if (nan == output.values.end())
        return {};
    const auto row = static_cast<std::size_t>((nan - output.values.begin()) / output.columns);
    return fail(ErrorCode::failed,
                "The model's output is not a number (NaN) for image " + std::to_string(batch.places[row] + 1) + " of "
                    + split.name + ". Its accuracy cannot be told; check its weights, and the preprocessing.");
}

/// One run over a split, while it goes on.
class Run {
public:
    Run(const Program &program, const InputSpec &input, const Split &split, const Preprocess &how, const Progress &progress,
        const Settled &settled)
        : program_(program),
          input_(input),
          split_(split),
          how_(how),
          progress_(progress),
          settled_(settled),
          size_(batch_size(input)),
          stage_("Evaluating on " + split.name),
          finished_((split.size() + size_ - 1) / size_)
    {
        answers_.top.assign(split.size(), kUnread);
        answers_.five.assign(split.size(), {-1, -1, -1, -1, -1});
        answers_.odds.assign(split.size(), {});
    }

    Result<Predictions> on(int threads, const std::stop_token &stop)
    {
        // A run that is settled stops its batches as a person would.
        const std::stop_callback handed_on(stop, [this] { end_.request_stop(); });
        progress_.report(stage_, 0, split_.size());
        const auto status =
            parallel_for(finished_.size(), threads, end_.get_token(), [this](std::size_t index) { return batch(index); });
        if (images_)
            keep(*images_);
        else if (!status)
            return forward(status);
        if (std::all_of(answers_.top.begin(), answers_.top.end(), [](int top) { return top == kUnread; }))
            return fail(ErrorCode::bad_data,
                        "No image of " + split_.name + " can be read. Check the files, or choose other data.",
                        *why_unread_); // of each image that is missing there is one
        return std::move(answers_);
    }

private:
    Status batch(std::size_t index)
    {
        const std::size_t first = index * size_, count = std::min(size_, split_.size() - first);
        const auto read = read_batch(split_, first, count, how_, input_);
        if (!read)
            return forward(read);
        if (read->images.count > 0) {
            const auto output = run(program_, read->images, end_.get_token(), 1);
            if (!output)
                return forward(output);
            if (const auto good = check_answers(*output, *read, split_); !good)
                return good;
            for (std::size_t i = 0; i < read->places.size(); ++i)
                note(read->places[i], output->row(static_cast<std::int64_t>(i)));
        }
        progress_.report(stage_, done_ += count, split_.size());
        tell(index, *read);
        return {};
    }

    void note(std::size_t place, std::span<const float> row)
    {
        const std::array<int, 5> five = largest_five(row);
        answers_.top[place] = five[0];
        answers_.five[place] = five;
        const ClassOdds odds(row);
        for (std::size_t rank = 0; rank < 2; ++rank)
            answers_.odds[place][rank] = five[rank] < 0 ? 0 : static_cast<float>(odds.of(static_cast<std::size_t>(five[rank])));
    }

    /// Tells of all batches that have no gap before them.
    void tell(std::size_t index, const ReadBatch &read)
    {
        const std::lock_guard lock(mutex_);
        if (!read.unread.empty() && !why_unread_)
            why_unread_ = read.unread.front();
        finished_[index] = true;
        for (; settled_ && !images_ && told_ < finished_.size() && finished_[told_]; ++told_)
            if (const std::size_t images = std::min((told_ + 1) * size_, split_.size()); settled_(answers_, images)) {
                images_ = images;
                end_.request_stop();
            }
    }

    void keep(std::size_t images)
    {
        answers_.top.resize(images);
        answers_.five.resize(images);
        answers_.odds.resize(images);
    }

    const Program &program_;
    const InputSpec &input_;
    const Split &split_;
    const Preprocess &how_;
    const Progress &progress_;
    const Settled &settled_;
    const std::size_t size_;
    const std::string stage_;
    Predictions answers_; // each batch writes its own places
    std::atomic<std::size_t> done_{0};
    std::stop_source end_;

    std::mutex mutex_; // guards what follows
    std::vector<bool> finished_;
    std::size_t told_ = 0;              // batches
    std::optional<std::size_t> images_; // where it was settled
    std::optional<Error> why_unread_;
};

} // namespace

Result<Predictions> predict(const Program &program, const InputSpec &input, const Split &split, const Preprocess &how,
                            int threads, std::stop_token stop, const Progress &progress, const Settled &settled)
{
    if (const auto fits = check_sizes(split, how, input); !fits)
        return forward(fits);
    return Run(program, input, split, how, progress, settled).on(threads, stop);
}

} // namespace ca
