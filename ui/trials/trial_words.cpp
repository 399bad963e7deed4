// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/trial_words.h"

#include "core/study/trial_front.h"
#include "ui/common/words.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Trials", text);
}

QString origin_word(TrialOrigin origin)
{
    switch (origin) {
    case TrialOrigin::baseline:
        return tr("baseline");
    case TrialOrigin::planner:
        return tr("planner");
    case TrialOrigin::advisor:
        return tr("advisor");
    case TrialOrigin::user:
        return tr("user");
    }
    return {};
}

QString images_looked_at(const Trial &trial)
{
    return words::grouped(static_cast<std::uint64_t>(trial.selection->accuracy.n + trial.selection->accuracy.unread));
}

QString done_word(const Study &study, const Trial &trial)
{
    if (is_reference(trial))
        return tr("reference");
    if (stopped_early(study, trial))
        return tr("stopped at %1").arg(images_looked_at(trial));
    const bool answers = study.answer == trial.id;
    if (!trial.on_front)
        return answers ? tr("answer · dominated") : tr("dominated");
    QStringList words{answers ? tr("answer") : tr("front")};
    if (study.balanced == trial.id)
        words << tr("knee");
    if (study.smallest == trial.id)
        words << tr("smallest");
    if (study.fastest == trial.id)
        words << tr("fastest");
    return words.join(u" · "_s);
}

QString state_word(const Study &study, const Trial &trial)
{
    switch (trial.state) {
    case TrialState::queued:
        return tr("waiting");
    case TrialState::running:
        return tr("running");
    case TrialState::done:
        return done_word(study, trial);
    case TrialState::failed:
        return tr("failed");
    case TrialState::cancelled:
        return tr("cancelled");
    case TrialState::interrupted:
        return tr("interrupted");
    }
    return {};
}

TrialFacts::Tone tone_of(const Study &study, const Trial &trial)
{
    if (trial.state == TrialState::failed)
        return TrialFacts::Tone::bad;
    const bool stands_out = trial.on_front || study.answer == trial.id;
    return trial.state == TrialState::done && stands_out ? TrialFacts::Tone::good : TrialFacts::Tone::plain;
}

/// Paired where that is known: a race ends on fewer images than float was measured on.
std::optional<double> drop_of(const Study &study, const Trial &trial)
{
    const Measurement *reference = float_measurement(study);
    if (is_reference(trial) || !reference)
        return std::nullopt;
    if (trial.selection->versus_float)
        return -measured_drop(*trial.selection).points;
    return (trial.selection->accuracy.top1() - reference->accuracy.top1()) * 100;
}

QString verdict_words(const PairedComparison &versus)
{
    const QString p = words::p_value(versus.p_value).toHtmlEscaped();
    if (versus.verdict == "same")
        return tr("no detectable drop (p %1)").arg(p);
    if (versus.verdict == "better")
        return tr("better than float (p %1)").arg(p);
    if (versus.verdict == "worse")
        return tr("worse than float (p %1)").arg(p);
    return tr("too few images to tell it from float (p %1)").arg(p);
}

QString latency_words(const Latency &latency, const Measurement &own)
{
    if (!latency.real || !latency.batch1)
        return tr("time not measured, the arithmetic is simulated");
    QString text = tr("<b>%1 ms</b> real kernels").arg(words::three_digits(latency.batch1->median));
    const auto &floats = own.float_latency;
    if (floats && floats->torchscript && floats->torchscript->batch1 && latency.batch1->median > 0) {
        const double times = floats->torchscript->batch1->median / latency.batch1->median;
        text += times >= 1 ? tr(", %1× as fast as TorchScript").arg(words::three_digits(times))
                           : tr(", %1× as slow as TorchScript").arg(words::three_digits(1 / times));
    }
    return text;
}

QString measured_line(const Study &study, const Trial &trial)
{
    const Measurement &own = *trial.selection;
    QStringList parts;
    QString size = tr("<b>%1</b>").arg(words::size(own.size));
    if (study.float_bytes.value > 0 && own.size.value > 0 && !is_reference(trial))
        size += tr(" %1× smaller").arg(words::three_digits(words::megabytes(study.float_bytes) / words::megabytes(own.size)));
    parts << size;
    parts << tr("<b>%1 %</b> [%2, %3]")
                 .arg(words::percent(own.accuracy.top1()), words::percent(own.accuracy.interval[0]),
                      words::percent(own.accuracy.interval[1]));
    if (own.versus_float && !is_reference(trial))
        parts << verdict_words(*own.versus_float);
    if (own.latency)
        parts << latency_words(*own.latency, own);
    return parts.join(u" · "_s);
}

} // namespace

bool is_reference(const Trial &trial)
{
    return trial.method == "fp32";
}

bool is_finished(const Trial &trial)
{
    return trial.state == TrialState::done && trial.selection.has_value();
}

const Trial *find_trial(const Study &study, const QString &id)
{
    const auto place = std::find_if(study.trials.begin(), study.trials.end(),
                                    [wanted = id.toStdString()](const Trial &trial) { return trial.id == wanted; });
    return place == study.trials.end() ? nullptr : &*place;
}

const Measurement *float_measurement(const Study &study)
{
    if (study.float_selection)
        return &*study.float_selection;
    const auto place = std::find_if(study.trials.begin(), study.trials.end(),
                                    [](const Trial &trial) { return is_reference(trial) && is_finished(trial); });
    return place == study.trials.end() ? nullptr : &*place->selection;
}

QString stopped_sentence(const Study &study, const Trial &trial)
{
    if (!is_finished(trial) || !stopped_early(study, trial))
        return {};
    return tr("Stopped after %1 images: it could not reach the front any more.").arg(images_looked_at(trial));
}

TrialFacts trial_facts(const Study &study, const Trial &trial)
{
    TrialFacts facts;
    facts.id = words::from(trial.id);
    facts.from = origin_word(trial.origin);
    facts.recipe = words::from(trial.name);
    facts.state = state_word(study, trial);
    facts.tone = tone_of(study, trial);
    facts.predicted = prediction_facts(trial);
    if (!is_finished(trial))
        return facts;
    const Measurement &own = *trial.selection;
    facts.megabytes = words::megabytes(own.size);
    facts.top1 = own.accuracy.top1();
    facts.drop = drop_of(study, trial);
    if (own.latency && own.latency->real && own.latency->batch1)
        facts.milliseconds = own.latency->batch1->median;
    facts.simulated = own.latency && !own.latency->real;
    return facts;
}

QString trial_card(const Study &study, const Trial &trial, const Theme &theme, const QString &note)
{
    const TrialFacts facts = trial_facts(study, trial);
    QString from = facts.from;
    if (trial.parent)
        from += tr(", from %1").arg(words::from(*trial.parent).toHtmlEscaped());
    QStringList lines{u"<b>%1 · %2</b> %3"_s.arg(facts.id.toHtmlEscaped(), facts.recipe.toHtmlEscaped(), from)};
    if (is_finished(trial))
        lines << measured_line(study, trial);
    else
        lines << (trial.error.empty() ? facts.state : words::from(trial.error).toHtmlEscaped());
    lines << prediction_line(trial);
    lines << stopped_sentence(study, trial);
    lines << note.toHtmlEscaped();
    if (!trial.reason.empty())
        lines << tr("Why: %1").arg(words::from(trial.reason).toHtmlEscaped());
    lines.removeAll(QString());
    return u"<span style='color:%1'>%2</span>"_s.arg(
        theme.dim.name(), lines.join(u"<br>"_s).replace(u"<b>"_s, u"<b style='color:%1'>"_s.arg(theme.ink.name())));
}

} // namespace ca
