// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/studies/study_rows.h"

#include <QObject>

class QAction;
class QMenu;
class QWidget;

namespace ca {

/// The studies in the window's menu: open, recent, compare, and what is done with the one in the panes.
class StudiesMenu final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudiesMenu)
public:
    /// Adds its entries at the end of `menu`; `window` gets their keys.
    StudiesMenu(QMenu *menu, QWidget *window);

    void set_recent(const std::vector<StudyRow> &rows); ///< the first few are offered
    void set_shown(const QString &name);                ///< of the study in the panes that is on disk; empty: there is none
    void set_busy(bool busy);                           ///< a study runs, so that no other is opened

Q_SIGNALS:
    void open_requested();
    void study_chosen(const QString &folder);
    void compare_requested();
    void report_requested(); ///< of the study in the panes, likewise below
    void folder_requested(); ///< to be shown
    void copy_requested();
    void remove_requested();

private:
    void refresh();

    QAction *open_ = nullptr;
    QMenu *recent_ = nullptr;
    QAction *compare_ = nullptr;
    QAction *report_ = nullptr;
    QAction *folder_ = nullptr;
    QAction *copy_ = nullptr;
    QAction *remove_ = nullptr;
    QString shown_;
    bool busy_ = false;
};

} // namespace ca
