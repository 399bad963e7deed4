// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {
namespace {

/// The output that would be right for an image; -1 where there is none.
int wanted_output(std::size_t place, const Split &split, const Scoring &scoring, const Predictions *reference)
{
    if (scoring.head == Head::agreement)
        return reference ? reference->top[place] : -1;
    const int label = split.label(place);
    if (label < 0 || scoring.outputs.empty())
        return label;
    return static_cast<std::size_t>(label) < scoring.outputs.size() ? scoring.outputs[static_cast<std::size_t>(label)] : -1;
}

/// Mean distance between the share of right answers and their mean probability, over equal bins of probability, each weighted by
/// its images. Source: Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", equation 3.
class CalibrationError {
public:
    void add(double probability, bool right)
    {
        // Bins are closed above: ((b-1)/15, b/15].
        const double bin = std::ceil(std::clamp(probability, 0.0, 1.0) * kBins) - 1;
        // Right answers less those that the probabilities promise.
        surplus_[static_cast<std::size_t>(std::max(0.0, bin))] += (right ? 1 : 0) - probability;
        ++images_;
    }

    [[nodiscard]] std::optional<double> value() const
    {
        if (images_ == 0)
            return std::nullopt;
        double sum = 0;
        for (const double surplus : surplus_)
            sum += std::abs(surplus);
        return sum / static_cast<double>(images_);
    }

private:
    static constexpr std::size_t kBins = 15;
    std::array<double, kBins> surplus_{};
    std::size_t images_ = 0;
};

/// Right answers among the images of each class.
class ClassCounts {
public:
    explicit ClassCounts(std::size_t classes) : images_(classes), right_(classes) { }

    void add(int label, bool right)
    {
        if (label < 0 || static_cast<std::size_t>(label) >= images_.size())
            return;
        ++images_[static_cast<std::size_t>(label)];
        right_[static_cast<std::size_t>(label)] += right ? 1 : 0;
    }

    [[nodiscard]] std::vector<double> shares() const
    {
        std::vector<double> shares;
        for (std::size_t c = 0; c < images_.size(); ++c)
            shares.push_back(images_[c] == 0 ? std::numeric_limits<double>::quiet_NaN()
                                             : static_cast<double>(right_[c]) / static_cast<double>(images_[c]));
        return shares;
    }

private:
    std::vector<std::int64_t> images_, right_;
};

} // namespace

std::string to_text(Head head)
{
    switch (head) {
    case Head::logits:
        return "logits";
    case Head::zero_shot:
        return "zero-shot";
    case Head::probe:
        return "probe";
    case Head::agreement:
        break;
    }
    return "agreement";
}

Accuracy accuracy_of(const Predictions &predictions, const Split &split, const Scoring &scoring, const Predictions *reference)
{
    constexpr std::size_t kClassesForTop5 = 6;
    const bool labels = scoring.head != Head::agreement && split.images;
    const std::size_t classes = labels ? split.images->classes.size() : 0;
    // A probe's outputs are distances from a class, no logits: there is no probability to hold against its answers.
    const bool calibrated = labels && scoring.head != Head::probe;
    Accuracy accuracy;
    accuracy.right.assign(predictions.size(), 0);
    std::int64_t within_five = 0;
    CalibrationError calibration;
    ClassCounts by_class(classes);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (predictions.top[i] == kUnread) {
            ++accuracy.unread;
            continue;
        }
        const int wanted = wanted_output(i, split, scoring, reference);
        const auto &five = predictions.five[i];
        const bool right = wanted >= 0 && predictions.top[i] == wanted;
        accuracy.right[i] = right ? 1 : 0;
        accuracy.correct += right ? 1 : 0;
        within_five += wanted >= 0 && std::find(five.begin(), five.end(), wanted) != five.end() ? 1 : 0;
        if (calibrated)
            calibration.add(static_cast<double>(predictions.odds[i][0]), right);
        if (labels)
            by_class.add(split.label(i), right);
    }
    accuracy.n = static_cast<std::int64_t>(predictions.size()) - accuracy.unread;
    const auto [low, high] = wilson_interval(accuracy.correct, accuracy.n);
    accuracy.interval = {low, high};
    if (classes >= kClassesForTop5 && accuracy.n > 0)
        accuracy.top5 = static_cast<double>(within_five) / static_cast<double>(accuracy.n);
    accuracy.calibration_error = calibration.value();
    accuracy.per_class = by_class.shares();
    return accuracy;
}

} // namespace ca
