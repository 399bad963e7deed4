// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/worker.h"
#include "core/study/study.h"
#include "core/study/study_facts.h"
#include "ui/studies/study_rows.h"

#include <QObject>
#include <QStringList>

#include <filesystem>
#include <functional>
#include <memory>

namespace ca {

/// A study as it lies on disk.
struct ShelvedStudy {
    std::filesystem::path folder;
    std::shared_ptr<const Study> study;
    StudyFacts facts;
    std::vector<Json> transcript{};
};

/// The studies on disk: lists, reads, compares, copies and removes them on a thread of its own, which a study that runs does not
/// keep waiting. Lives on the interface's thread: its functions return at once, its signals are emitted there. Of lists, studies
/// to open and comparisons the one that was asked for last is answered.
class StudyShelf final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudyShelf)
public:
    /// `studies`: the folder in which the window keeps them; empty: nowhere.
    explicit StudyShelf(std::filesystem::path studies, QObject *parent = nullptr);
    ~StudyShelf() override;

    [[nodiscard]] const std::filesystem::path &studies() const { return studies_; }

public Q_SLOTS:
    /// Those in the folder of studies, and these where they still are, the last changed first.
    void list(const QStringList &elsewhere);
    void open(const QString &folder);
    void compare(const QString &one, const QString &other);
    void copy(const QString &from, const QString &to);
    void remove(const QString &folder);

Q_SIGNALS:
    void listed(const std::vector<ca::StudyRow> &rows);
    void list_failed(const ca::Error &error);
    void opened(const std::shared_ptr<const ca::ShelvedStudy> &study);
    void open_failed(const QString &folder, const ca::Error &error);
    void compared(const ca::ComparisonFacts &facts);
    void compare_failed(const ca::Error &error);
    void copied(const QString &to);
    void removed(const QString &folder, const QStringList &left); ///< files that are not the study's and stay
    void change_failed(const ca::Error &error);                   ///< of a copy or a removal

private:
    using Number = std::uint64_t StudyShelf::*;

    /// Does `work` on the thread, then calls `deliver` with its outcome here, unless something newer of the kind was asked for.
    template <typename T>
    void ask(Number kind, std::function<Result<T>()> work, std::function<void(Result<T> &)> deliver);

    std::filesystem::path studies_;
    std::uint64_t lists_ = 0, openings_ = 0, comparisons_ = 0;
    std::unique_ptr<Worker> worker_;
};

} // namespace ca
