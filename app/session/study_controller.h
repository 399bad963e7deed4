// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"
#include "ui/goal/goal_facts.h"

#include <QObject>
#include <QPointer>

#include <filesystem>
#include <memory>

namespace ca {

class ChatController;
class DataController;
class GoalDialog;
class MainWindow;
class ModelController;
class Session;
class Settings;
struct ShelvedStudy;
struct StudyEnd;

/// The study in the window: it is given a goal, started, paused, resumed and stopped here, and shown, also one that was opened
/// from disk. Outlived by all that it is given.
class StudyController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudyController)
public:
    /// Where studies are kept, and what their scans measured; empty: nowhere.
    struct Places {
        std::filesystem::path studies, scans;
    };

    StudyController(MainWindow &window, Session &session, Settings &settings, const ModelController &model,
                    const DataController &data, ChatController &chat, Places places, QObject *parent = nullptr);

    void show(const ShelvedStudy &shelved);
    void drop(const std::filesystem::path &folder);                                       ///< shows that study no more
    [[nodiscard]] const std::filesystem::path &folder() const { return options_.folder; } ///< of the one shown; empty: none

Q_SIGNALS:
    void shown_changed();
    void written(); ///< a study on disk began, or ended

private:
    void connect_window();
    void connect_session();
    void ask_for_goal();
    void start(const GoalFacts &goal);
    [[nodiscard]] bool is_busy() const; ///< a study runs, or what was said is about to go to one
    void resume();
    void go_on();
    void open_for_talk();
    [[nodiscard]] QString why_no_talk() const;
    [[nodiscard]] std::string missing_here() const; ///< missing_for, of the study in the panes
    void set_shown(StudyOptions options, std::shared_ptr<const Study> study);
    void take_change(const std::shared_ptr<const Study> &study);
    void take_end(const StudyEnd &end);
    void take_failure(const Error &error);
    void take_model();
    [[nodiscard]] Json source(const GoalFacts &goal) const;
    [[nodiscard]] std::filesystem::path new_folder(const QString &name) const;

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    const ModelController &model_;
    const DataController &data_;
    ChatController &chat_;
    Places places_;
    QPointer<GoalDialog> dialog_;
    std::shared_ptr<const Study> study_; ///< in the panes; null: none
    StudyOptions options_;               ///< with which it was run, or would go on
};

} // namespace ca
