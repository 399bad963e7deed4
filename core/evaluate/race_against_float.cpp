// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/race_against_float.h"

#include "core/data/read_batch.h"
#include "core/data/splits.h"

#include <algorithm>

namespace ca {
namespace {

/// Images between two looks, the same for any number of threads: then so is the result.
constexpr std::size_t kStride = 200;

void append(Predictions &to, const Predictions &from)
{
    to.top.insert(to.top.end(), from.top.begin(), from.top.end());
    to.five.insert(to.five.end(), from.five.begin(), from.five.end());
    to.odds.insert(to.odds.end(), from.odds.begin(), from.odds.end());
}

Split part(const Split &split, std::size_t first, std::size_t count)
{
    const auto begin = split.indices.begin() + static_cast<std::ptrdiff_t>(first);
    return {split.name, split.images, {begin, begin + static_cast<std::ptrdiff_t>(count)}};
}

/// The race for the sign of the mean of (difference + allowed), to which an image that was not read adds nothing, so that the
/// mean over those that were decides.
class DropRace {
public:
    DropRace(std::size_t images, double max_drop) : allowed_(max_drop / 100), race_(images, 0) { }

    void add(const Predictions &float_answers, const Predictions &quantized, const Split &split, const Scoring &scoring)
    {
        const Accuracy before = accuracy_of(float_answers, split, scoring, &float_answers);
        const Accuracy after = accuracy_of(quantized, split, scoring, &float_answers);
        for (std::size_t i = 0; i < split.size(); ++i) {
            const bool read = float_answers.top[i] != kUnread && quantized.top[i] != kUnread;
            const double difference = static_cast<double>(after.right[i]) - static_cast<double>(before.right[i]);
            race_.add(read ? (difference + allowed_) / (1 + allowed_) : 0);
        }
    }

    [[nodiscard]] RaceVerdict verdict() const { return race_.verdict(); }

private:
    double allowed_;
    Race race_;
};

} // namespace

std::string drop_verdict(RaceVerdict verdict)
{
    switch (verdict) {
    case RaceVerdict::below:
        return "beyond";
    case RaceVerdict::not_below:
        return "within";
    case RaceVerdict::undecided:
        break;
    }
    return "undecided";
}

Result<RaceResult> race_against_float(const RaceEntry &entry, const Split &split, const Preprocess &preprocess,
                                      const Scoring &scoring, const RaceOptions &options, std::stop_token stop,
                                      const Progress &progress)
{
    if (const auto fits = check_sizes(split, preprocess, entry.input); !fits)
        return forward(fits);
    RaceResult result;
    result.images = shuffled(split, options.seed);
    DropRace race(split.size(), options.max_drop);
    std::optional<Error> unread; // of images between two looks; others may serve
    const auto answers = [&](const Program &program, const Split &images) -> Result<Predictions> {
        auto predictions = predict(program, entry.input, images, preprocess, options.threads, stop, {});
        if (predictions || predictions.error().code != ErrorCode::bad_data)
            return predictions;
        unread = predictions.error();
        return Predictions{std::vector(images.size(), kUnread), std::vector(images.size(), std::array{-1, -1, -1, -1, -1}),
                           std::vector(images.size(), std::array{0.0F, 0.0F})};
    };
    std::size_t seen = 0;
    while (seen < split.size() && race.verdict() == RaceVerdict::undecided) {
        progress.report("Racing on " + split.name, seen, split.size());
        const Split images = part(result.images, seen, std::min(kStride, split.size() - seen));
        const auto quantized = answers(entry.quantized, images);
        if (!quantized)
            return forward(quantized);
        const auto of_float = answers(entry.float_program, images);
        if (!of_float)
            return forward(of_float);
        race.add(*of_float, *quantized, images, scoring);
        append(result.quantized, *quantized);
        append(result.float_answers, *of_float);
        seen += images.size();
    }
    progress.report("Racing on " + split.name, seen, split.size());
    const auto &top = result.quantized.top;
    if (unread && std::all_of(top.begin(), top.end(), [](int answer) { return answer == kUnread; }))
        return tl::unexpected<Error>(*unread);
    result.images = result.images.first(seen);
    result.verdict = race.verdict();
    return result;
}

} // namespace ca
