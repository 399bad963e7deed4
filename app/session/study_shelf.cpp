// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/study_shelf.h"

#include "app/session/describe_studies.h"
#include "app/session/guarded_work.h"
#include "core/study/load_study.h"
#include "core/study/store.h"
#include "core/study/studies.h"

#include <algorithm>
#include <set>

namespace ca {
namespace {

namespace fs = std::filesystem;

using Summaries = std::vector<StudySummary>;

Result<ShelvedStudy> read_study(const fs::path &folder)
{
    auto opened = open_study(folder);
    if (!opened)
        return forward(opened);
    auto study = load_study(opened->store);
    if (!study)
        return forward(study);
    auto transcript = opened->store.transcript();
    if (!transcript)
        return forward(transcript);
    return ShelvedStudy{folder, std::make_shared<const Study>(std::move(*study)), std::move(opened->facts),
                        std::move(*transcript)};
}

Result<Summaries> studies_in(const fs::path &parent)
{
    auto found = parent.empty() ? Result<Summaries>(Summaries()) : list_studies(parent);
    return !found && found.error().code == ErrorCode::not_found ? Summaries() : found;
}

/// A folder that is gone, or cannot be read, is no longer a study's.
void add_elsewhere(Summaries &studies, const fs::path &kept_in, const std::vector<fs::path> &elsewhere)
{
    std::set<fs::path> parents;
    for (const fs::path &folder : elsewhere)
        if (folder.parent_path() != kept_in)
            parents.insert(folder.parent_path());
    for (const fs::path &parent : parents)
        if (auto found = studies_in(parent))
            for (StudySummary &study : *found)
                if (std::find(elsewhere.begin(), elsewhere.end(), study.folder) != elsewhere.end())
                    studies.push_back(std::move(study));
    std::stable_sort(studies.begin(), studies.end(),
                     [](const StudySummary &a, const StudySummary &b) { return a.changed > b.changed; });
}

Result<std::vector<StudyRow>> list_all(const fs::path &parent, const std::vector<fs::path> &elsewhere)
{
    auto studies = studies_in(parent);
    if (!studies)
        return forward(studies);
    add_elsewhere(*studies, parent, elsewhere);
    std::vector<StudyRow> rows;
    std::transform(studies->begin(), studies->end(), std::back_inserter(rows), describe_study);
    return rows;
}

Result<ComparisonFacts> compare_folders(const fs::path &one, const fs::path &other)
{
    const auto first = read_study(one);
    if (!first)
        return forward(first);
    const auto second = read_study(other);
    if (!second)
        return forward(second);
    return compare_studies(*first->study, *second->study);
}

} // namespace

StudyShelf::StudyShelf(fs::path studies, QObject *parent)
    : QObject(parent), studies_(std::move(studies)), worker_(std::make_unique<Worker>())
{
}

StudyShelf::~StudyShelf()
{
    worker_.reset(); // joins: nothing of the thread reaches this object afterwards
}

template <typename T>
void StudyShelf::ask(Number kind, std::function<Result<T>()> work, std::function<void(Result<T> &)> deliver)
{
    const std::uint64_t number = kind ? ++(this->*kind) : 0;
    worker_->post([this, kind, number, work = std::move(work), deliver = std::move(deliver)](const std::stop_token &) {
        auto outcome = std::make_shared<Result<T>>(guarded_work<Result<T>>(work));
        const auto unless_stale = [this, kind, number, outcome, deliver] {
            if (!kind || this->*kind == number)
                deliver(*outcome);
        };
        QMetaObject::invokeMethod(this, unless_stale, Qt::QueuedConnection);
    });
}

void StudyShelf::list(const QStringList &elsewhere)
{
    std::vector<fs::path> folders;
    for (const QString &folder : elsewhere)
        folders.emplace_back(folder.toStdString());
    ask<std::vector<StudyRow>>(
        &StudyShelf::lists_, [parent = studies_, folders] { return list_all(parent, folders); },
        [this](Result<std::vector<StudyRow>> &rows) {
            if (rows)
                Q_EMIT listed(*rows);
            else
                Q_EMIT list_failed(rows.error());
        });
}

void StudyShelf::open(const QString &folder)
{
    ask<ShelvedStudy>(
        &StudyShelf::openings_, [place = fs::path(folder.toStdString())] { return read_study(place); },
        [this, folder](Result<ShelvedStudy> &study) {
            if (study)
                Q_EMIT opened(std::make_shared<const ShelvedStudy>(std::move(*study)));
            else
                Q_EMIT open_failed(folder, study.error());
        });
}

void StudyShelf::compare(const QString &one, const QString &other)
{
    ask<ComparisonFacts>(
        &StudyShelf::comparisons_,
        [a = fs::path(one.toStdString()), b = fs::path(other.toStdString())] { return compare_folders(a, b); },
        [this](Result<ComparisonFacts> &facts) {
            if (facts)
                Q_EMIT compared(*facts);
            else
                Q_EMIT compare_failed(facts.error());
        });
}

void StudyShelf::copy(const QString &from, const QString &to)
{
    ask<bool>(
        nullptr,
        [a = fs::path(from.toStdString()), b = fs::path(to.toStdString())]() -> Result<bool> {
            const auto done = copy_study(a, b);
            return done ? Result<bool>(true) : Result<bool>(forward(done));
        },
        [this, to](Result<bool> &done) {
            if (done)
                Q_EMIT copied(to);
            else
                Q_EMIT change_failed(done.error());
        });
}

void StudyShelf::remove(const QString &folder)
{
    ask<std::vector<fs::path>>(
        nullptr, [place = fs::path(folder.toStdString())] { return remove_study(place); },
        [this, folder](Result<std::vector<fs::path>> &left) {
            if (!left) {
                Q_EMIT change_failed(left.error());
                return;
            }
            QStringList names;
            for (const fs::path &file : *left)
                names << QString::fromStdString(file.string());
            Q_EMIT removed(folder, names);
        });
}

} // namespace ca
