// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QObject>
#include <QPointer>

#include <memory>

namespace ca {

class CompareDialog;
class MainWindow;
class Session;
class Settings;
class StudiesDialog;
class StudyController;
class StudyShelf;
struct Error;
struct ShelvedStudy;

/// The studies on disk: what the menu and its dialogs list, open, compare, copy and delete. Outlived by all that it is given.
class StudiesController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudiesController)
public:
    StudiesController(MainWindow &window, Session &session, Settings &settings, StudyShelf &shelf, StudyController &study,
                      QObject *parent = nullptr);

    void open(const QString &folder);
    void copy(const QString &folder, const QString &to);
    void remove(const QString &folder);

private:
    void connect_menu();
    void connect_shelf();
    void list();
    void open_list();
    void open_comparison();
    void choose_folder();
    void choose_copy(const QString &folder);
    void ask_to_remove(const QString &folder);
    void take_list(const std::vector<StudyRow> &rows);
    void take_opened(const ShelvedStudy &study);
    void say(const QString &sentence);    ///< where a person looks: in the list while it is open
    void warn(const Error &error);        ///< likewise
    [[nodiscard]] QString shown() const;  ///< the folder of the study in the panes
    [[nodiscard]] QWidget *front() const; ///< what a further dialog stands over

    MainWindow &window_;
    Session &session_;
    Settings &settings_;
    StudyShelf &shelf_;
    StudyController &study_;
    QPointer<StudiesDialog> dialog_;
    QPointer<CompareDialog> comparison_;
    std::vector<StudyRow> rows_; ///< the last list
};

} // namespace ca
