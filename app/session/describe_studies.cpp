// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe_studies.h"

#include "app/session/goal.h"
#include "ui/common/words.h"
#include "ui/goal/goal_words.h"
#include "ui/trials/trial_words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Studies", text);
}

QString time_words(std::chrono::system_clock::time_point time)
{
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    if (since.count() == 0)
        return {};
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(since.count());
    const QString clock = moment.toString(u"HH:mm"_s);
    const auto days = moment.date().daysTo(QDate::currentDate());
    if (days == 0)
        return tr("today %1").arg(clock);
    return days == 1 ? tr("yesterday %1").arg(clock) : QLocale().toString(moment.date(), QLocale::ShortFormat);
}

const std::pair<std::size_t, std::string> *split_of(const Study &study, const char *name)
{
    const auto place =
        std::find_if(study.splits.begin(), study.splits.end(), [name](const auto &split) { return split.first == name; });
    return place == study.splits.end() ? nullptr : &place->second;
}

bool same_images(const Study &one, const Study &other)
{
    const auto *a = split_of(one, "selection"), *b = split_of(other, "selection");
    return a && b && a->second == b->second && one.head_sentence == other.head_sentence
        && one.preprocess_sentence == other.preprocess_sentence;
}

std::size_t done_trials(const Study &study)
{
    return static_cast<std::size_t>(std::count_if(study.trials.begin(), study.trials.end(), is_finished));
}

QString figures(const TrialFacts &facts)
{
    QStringList parts{words::three_digits(*facts.megabytes) + tr(" MB"), words::percent(*facts.top1) + tr(" %")};
    if (facts.drop)
        parts << tr("%1 points").arg(words::points(*facts.drop));
    if (facts.milliseconds)
        parts << words::three_digits(*facts.milliseconds) + tr(" ms");
    return parts.join(u" · "_s);
}

/// What a person who asked nothing of the study is told as well: the knee of its front.
QString answer_words(const Study &study)
{
    const bool limited = study.constraints != Constraints();
    const auto &best = limited ? study.answer : study.balanced;
    const Trial *trial = best ? find_trial(study, words::from(*best)) : nullptr;
    if (!trial || !is_finished(*trial))
        return limited ? tr("no trial reaches the goal") : tr("none yet");
    return tr("%1, %2: %3").arg(words::from(*best), words::clean(trial->name), figures(trial_facts(study, *trial)));
}

ComparedStudy facts_of(const Study &study)
{
    ComparedStudy facts;
    facts.name = words::clean(study.name);
    facts.model = words::clean(study.model_name);
    facts.data = words::clean(study.data_name);
    const auto *selection = split_of(study, "selection");
    const auto *holdout = split_of(study, "holdout");
    facts.images = tr("%1 of selection, %2 of holdout")
                       .arg(words::grouped(selection ? selection->first : 0), words::grouped(holdout ? holdout->first : 0));
    facts.trials = tr("%1 of %2 finished").arg(done_trials(study)).arg(study.trials.size());
    const Measurement *measured = float_measurement(study);
    facts.float_model =
        words::size(study.float_bytes) + (measured ? tr(" · %1 %").arg(words::percent(measured->accuracy.top1())) : QString());
    facts.goal = goal_words(goal_of(study.constraints));
    facts.hypervolume = study.hypervolume.empty() ? tr("none yet")
                                                  : tr("%1 bit-points").arg(words::three_digits(study.hypervolume.back().second));
    facts.answer = answer_words(study);
    return facts;
}

QStringList differences(const Study &one, const Study &other)
{
    QStringList sentences;
    if (one.model_sha256 != other.model_sha256)
        sentences << tr("The models are not the same file.");
    if (!same_images(one, other))
        sentences << tr("They were measured on different images or judged in another way, so their accuracies are not compared.");
    if (one.model_sha256 == other.model_sha256 && one.constraints != other.constraints)
        sentences << tr("Their goals differ.");
    if (one.model_sha256 == other.model_sha256 && one.seed != other.seed)
        sentences << tr("Their seeds differ: %1 and %2.").arg(one.seed).arg(other.seed);
    if (!sentences.isEmpty() || one.hypervolume.empty() || other.hypervolume.empty())
        return sentences;
    const double a = one.hypervolume.back().second, b = other.hypervolume.back().second;
    if (a > 0 && b > 0 && words::three_digits(a) != words::three_digits(b))
        sentences << tr("The front of %1 covers %2 times the hypervolume.")
                         .arg(words::clean(a > b ? one.name : other.name), words::three_digits(std::max(a, b) / std::min(a, b)));
    return sentences;
}

/// The other's trial that is at least as small and as accurate, and better in one of the two; null where there is none.
const Trial *beaten_by(const Trial &trial, const Study &other)
{
    const Measurement &own = *trial.selection;
    for (const Trial &rival : other.trials) {
        if (!rival.on_front || !is_finished(rival))
            continue;
        const Measurement &its = *rival.selection;
        const bool as_good = its.size <= own.size && its.accuracy.top1() >= own.accuracy.top1();
        if (as_good && (its.size < own.size || its.accuracy.top1() > own.accuracy.top1()))
            return &rival;
    }
    return nullptr;
}

void add_front(std::vector<ComparedTrial> &trials, int side, const Study &study, const Study &other)
{
    const bool comparable = same_images(study, other);
    for (const Trial &trial : study.trials) {
        if (!trial.on_front || !is_finished(trial))
            continue;
        const TrialFacts facts = trial_facts(study, trial);
        ComparedTrial compared{side, facts.id, facts.recipe, *facts.megabytes, *facts.top1 * 100, facts.drop, facts.milliseconds,
                               {},   true};
        if (comparable) {
            const Trial *better = beaten_by(trial, other);
            compared.holds = better == nullptr;
            compared.standing = better ? tr("beaten by %1").arg(words::from(better->id)) : tr("on the common front");
        }
        trials.push_back(std::move(compared));
    }
}

} // namespace

StudyRow describe_study(const StudySummary &summary)
{
    StudyRow row;
    row.folder = words::from(summary.folder.string());
    row.name = words::clean(summary.name);
    row.model = words::clean(summary.model);
    row.data = words::clean(summary.data);
    row.trials = summary.trials;
    row.done = summary.done;
    row.changed = time_words(summary.changed);
    row.writer = summary.writer ? words::from(*summary.writer) : QString();
    row.problem = summary.problem ? words::from(summary.problem->text()) : QString();
    return row;
}

ComparisonFacts compare_studies(const Study &one, const Study &other)
{
    ComparisonFacts facts;
    facts.studies = {facts_of(one), facts_of(other)};
    facts.differences = differences(one, other);
    add_front(facts.trials, 0, one, other);
    add_front(facts.trials, 1, other, one);
    std::stable_sort(facts.trials.begin(), facts.trials.end(),
                     [](const ComparedTrial &a, const ComparedTrial &b) { return a.megabytes < b.megabytes; });
    if (same_images(one, other) && !facts.trials.empty()) {
        const auto count = [&](int side) {
            return std::count_if(facts.trials.begin(), facts.trials.end(),
                                 [side](const ComparedTrial &trial) { return trial.holds && trial.side == side; });
        };
        facts.differences << tr("Trials on their common front: %1 of the first, %2 of the second.").arg(count(0)).arg(count(1));
    }
    return facts;
}

} // namespace ca
