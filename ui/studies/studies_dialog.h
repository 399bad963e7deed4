// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace ca {

class StatePane;
class StudiesModel;
class Table;

/// The studies that are there, to open, copy or delete one. Passive: it says what a person wants by signals.
class StudiesDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudiesDialog)
public:
    explicit StudiesDialog(QWidget *parent = nullptr);

    void set_studies(const std::vector<StudyRow> &rows); ///< until then it is looking
    void show_failure(const QString &sentence);
    void set_note(const QString &sentence); ///< how what was asked for ended, until another study is selected

Q_SIGNALS:
    void study_chosen(const QString &folder); ///< to open
    void folder_requested();                  ///< one that stands elsewhere
    void copy_requested(const QString &folder);
    void remove_requested(const QString &folder);

private:
    QWidget *make_buttons();
    [[nodiscard]] const StudyRow *selected() const;
    void open_selected();
    void refresh();

    StudiesModel *model_ = nullptr;
    Table *table_ = nullptr;
    StatePane *states_ = nullptr;
    QLabel *about_ = nullptr; ///< the selected study's folder, or why it cannot be read
    QString note_;
    QPushButton *remove_ = nullptr;
    QPushButton *copy_ = nullptr;
    QPushButton *open_ = nullptr;
};

} // namespace ca
