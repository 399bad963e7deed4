// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_points.h"

#include "ui/common/words.h"
#include "ui/trials/trial_words.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kPadding = 0.05;

QString word_of(const Study &study, const Trial &trial)
{
    if (is_reference(trial))
        return QCoreApplication::translate("Pareto", "float");
    if (study.balanced == trial.id)
        return words::from(trial.id) + u' ' + QCoreApplication::translate("Pareto", "knee");
    return {};
}

} // namespace

std::vector<ParetoPoint> pareto_points(const Study &study)
{
    std::vector<ParetoPoint> points;
    for (const Trial &trial : study.trials) {
        if (!is_finished(trial))
            continue;
        const Accuracy &accuracy = trial.selection->accuracy;
        points.push_back({words::from(trial.id), word_of(study, trial), words::megabytes(trial.selection->size),
                          accuracy.top1() * 100, accuracy.interval[0] * 100, accuracy.interval[1] * 100, is_reference(trial),
                          trial.on_front, trial.origin});
    }
    return points;
}

AxisRange accuracy_range(const std::vector<ParetoPoint> &points)
{
    if (points.empty())
        return {0, 100, 20};
    double low = 100;
    double high = 0;
    for (const ParetoPoint &point : points) {
        low = std::min({low, point.percent, point.low});
        high = std::max({high, point.percent, point.high});
    }
    const double padding = std::max((high - low) * kPadding, 0.25);
    low = std::max(0.0, low - padding);
    high = std::min(100.0, high + padding);
    const double rough = (high - low) / 6;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double head = rough / power;
    return {low, high, power * (head <= 1 ? 1 : head <= 2 ? 2 : head <= 5 ? 5 : 10)};
}

AxisRange size_range(const std::vector<ParetoPoint> &points)
{
    std::vector<double> places;
    for (const ParetoPoint &point : points)
        if (point.megabytes > 0)
            places.push_back(std::log2(point.megabytes));
    if (places.empty())
        return {1, 16, 2};
    const auto [least, most] = std::minmax_element(places.begin(), places.end());
    double low = *least;
    double high = *most;
    const double padding = std::max((high - low) * kPadding, 0.1);
    low -= padding;
    high += padding;
    // Two labelled powers of two at least, or the axis could not be read.
    if (std::floor(high) - std::ceil(low) < 1) {
        low = std::floor(low);
        high = std::max(std::ceil(high), low + 1);
    }
    return {std::exp2(low), std::exp2(high), 2};
}

} // namespace ca
