// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_points.h"

#include "core/study/trial_front.h"
#include "ui/common/words.h"
#include "ui/trials/trial_words.h"

#include <QCoreApplication>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Pareto", text);
}

QString word_of(const Study &study, const Trial &trial)
{
    if (is_reference(trial))
        return tr("float");
    return study.answer == trial.id ? tr("%1 answer").arg(words::from(trial.id)) : QString();
}

/// As a person would write a limit: 6, 2.5, 0.35.
QString limit_number(double value)
{
    return QString::number(value, 'g', 3);
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
                          trial.on_front, trial.origin, operating_point(trial).latency, stopped_early(study, trial)});
    }
    return points;
}

ParetoLimit limit_at(ParetoAxis axis, double value, double of_float)
{
    switch (axis) {
    case ParetoAxis::size:
        return {axis, value, tr("at most %1 MB").arg(limit_number(value))};
    case ParetoAxis::latency:
        return {axis, value, tr("at most %1 ms").arg(limit_number(value))};
    case ParetoAxis::accuracy:
        break;
    }
    return {axis, value, tr("at most %1 points below float").arg(limit_number(of_float - value))};
}

std::vector<ParetoLimit> pareto_limits(const Study &study)
{
    std::vector<ParetoLimit> limits;
    const Constraints &asked = study.constraints;
    const Measurement *reference = float_measurement(study);
    const double of_float = reference ? reference->accuracy.top1() * 100 : 0;
    if (asked.bytes)
        limits.push_back(limit_at(ParetoAxis::size, words::megabytes(bytes(*asked.bytes)), of_float));
    if (asked.latency)
        limits.push_back(limit_at(ParetoAxis::latency, *asked.latency, of_float));
    if (asked.max_drop && reference)
        limits.push_back(limit_at(ParetoAxis::accuracy, of_float - *asked.max_drop, of_float));
    return limits;
}

} // namespace ca
