// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trial_prediction.h"

#include "core/study/trial_front.h"
#include "ui/common/words.h"
#include "ui/trials/trial_words.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kSizeTolerance = 0.001; // of the predicted size; DESIGN.md promises that much
constexpr double k95Percent = 1.959964;  // standard errors of a normal distribution

QString tr(const char *text)
{
    return QCoreApplication::translate("Trials", text);
}

Outcome size_outcome(Bytes predicted, Bytes measured)
{
    if (predicted.value <= 0 || measured.value <= 0)
        return Outcome::unknown;
    const auto expected = static_cast<double>(predicted.value);
    const double excess = static_cast<double>(measured.value) - expected;
    if (std::abs(excess) <= kSizeTolerance * expected)
        return Outcome::as_predicted;
    return excess > 0 ? Outcome::worse : Outcome::better;
}

Outcome accuracy_outcome(double predicted_drop, const Measurement &measured)
{
    if (!measured.versus_float)
        return Outcome::unknown;
    const auto [drop, error] = measured_drop(measured);
    if (std::abs(drop - predicted_drop) <= k95Percent * error)
        return Outcome::as_predicted;
    return drop > predicted_drop ? Outcome::worse : Outcome::better;
}

QString in_words(Outcome outcome, const QString &worse, const QString &better)
{
    switch (outcome) {
    case Outcome::unknown:
        return {};
    case Outcome::as_predicted:
        return tr("as predicted");
    case Outcome::better:
        return better;
    case Outcome::worse:
        return worse;
    }
    return {};
}

QString size_words(Outcome outcome)
{
    return in_words(outcome, tr("larger than predicted"), tr("smaller than predicted"));
}

QString accuracy_words(Outcome outcome)
{
    return in_words(outcome, tr("lost more than predicted"), tr("lost less than predicted"));
}

QString in_brackets(const QString &words)
{
    return words.isEmpty() ? QString() : u" ("_s + words + u')';
}

QString points_words(const Measurement &measured)
{
    return tr("<b>%1 points</b>").arg(words::points(-measured_drop(measured).points));
}

/// What came true of a finished trial.
QString outcome_words(const Trial &trial, const PredictionFacts &facts)
{
    QStringList parts;
    if (trial.selection->size.value > 0)
        parts << words::size(trial.selection->size)
                + (facts.size == Outcome::as_predicted ? QString() : in_brackets(size_words(facts.size)));
    if (trial.selection->versus_float)
        parts << tr("%1 on selection").arg(points_words(*trial.selection)) + in_brackets(accuracy_words(facts.accuracy));
    if (trial.holdout && trial.holdout->versus_float)
        parts << tr("%1 on holdout, %2 %").arg(points_words(*trial.holdout), words::percent(trial.holdout->accuracy.top1()));
    return parts.join(u"; "_s);
}

} // namespace

PredictionFacts prediction_facts(const Trial &trial)
{
    PredictionFacts facts;
    if (is_reference(trial))
        return facts;
    if (trial.predicted_bytes.value > 0)
        facts.megabytes = words::megabytes(trial.predicted_bytes);
    if (trial.predicted_drop)
        facts.drop = -*trial.predicted_drop;
    if (!is_finished(trial))
        return facts;
    facts.size = size_outcome(trial.predicted_bytes, trial.selection->size);
    if (trial.predicted_drop)
        facts.accuracy = accuracy_outcome(*trial.predicted_drop, *trial.selection);
    return facts;
}

QString prediction_line(const Trial &trial)
{
    const PredictionFacts facts = prediction_facts(trial);
    QStringList predicted;
    if (facts.megabytes)
        predicted << words::size(trial.predicted_bytes);
    if (facts.drop)
        predicted << tr("%1 points").arg(words::points(*facts.drop));
    if (predicted.isEmpty())
        return {};
    const QString line = tr("Predicted: %1.").arg(predicted.join(u", "_s));
    const QString outcome = is_finished(trial) ? outcome_words(trial, facts) : QString();
    return outcome.isEmpty() ? line : line + u' ' + tr("Came true: %1.").arg(outcome);
}

QString drop_sentence(const Trial &trial)
{
    const PredictionFacts facts = prediction_facts(trial);
    if (facts.accuracy == Outcome::unknown)
        return {};
    const auto [drop, error] = measured_drop(*trial.selection);
    return tr("Predicted %1 points, measured %2 with a 95 % interval of ±%3: %4")
        .arg(words::points(*facts.drop), words::points(-drop), QString::number(k95Percent * error, 'f', 2),
             accuracy_words(facts.accuracy));
}

QString size_sentence(const Trial &trial)
{
    const PredictionFacts facts = prediction_facts(trial);
    if (facts.size == Outcome::unknown)
        return {};
    return tr("Predicted %1, measured %2: %3")
        .arg(words::size(trial.predicted_bytes), words::size(trial.selection->size), size_words(facts.size));
}

} // namespace ca
