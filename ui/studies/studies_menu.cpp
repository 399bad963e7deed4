// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/studies/studies_menu.h"

#include "ui/common/words.h"

#include <QAction>
#include <QKeySequence>
#include <QMenu>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostRecent = 8; // what is found at a glance

/// An ampersand in a name is no mnemonic.
QString menu_text(const QString &text)
{
    return words::escaped(text).replace(u'&', u"&&"_s);
}

QString row_text(const StudyRow &row)
{
    const QString more = row.problem.isEmpty() ? StudiesMenu::tr("%1 of %2 trials").arg(row.done).arg(row.trials)
                                               : StudiesMenu::tr("cannot be read");
    return menu_text(row.name) + u"   "_s + more + u" · "_s + row.changed;
}

} // namespace

StudiesMenu::StudiesMenu(QMenu *menu, QWidget *window) : QObject(window)
{
    const auto add = [&](const QString &text, auto signal) {
        QAction *action = menu->addAction(text);
        connect(action, &QAction::triggered, this, signal);
        window->addAction(action); // keys work while the menu is closed
        return action;
    };
    open_ = add(tr("Open a study…"), &StudiesMenu::open_requested);
    open_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
    recent_ = menu->addMenu(tr("Recent studies"));
    recent_->setObjectName(u"menu_recent_studies"_s);
    recent_->setToolTipsVisible(true);
    compare_ = add(tr("Compare studies…"), &StudiesMenu::compare_requested);
    report_ = add(tr("Export report…"), &StudiesMenu::report_requested);
    report_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
    folder_ = add(tr("Open results folder"), &StudiesMenu::folder_requested);
    copy_ = add(tr("Copy this study…"), &StudiesMenu::copy_requested);
    remove_ = add(tr("Delete this study…"), &StudiesMenu::remove_requested);
    open_->setObjectName(u"action_open_study"_s);
    compare_->setObjectName(u"action_compare_studies"_s);
    report_->setObjectName(u"action_export_report"_s);
    folder_->setObjectName(u"action_open_results"_s);
    copy_->setObjectName(u"action_copy_study"_s);
    remove_->setObjectName(u"action_delete_study"_s);
    set_recent({});
    refresh();
}

void StudiesMenu::set_recent(const std::vector<StudyRow> &rows)
{
    recent_->clear();
    for (std::size_t i = 0; i < std::min(rows.size(), kMostRecent); ++i) {
        QAction *action = recent_->addAction(row_text(rows[i]));
        action->setToolTip(words::tip(rows[i].problem.isEmpty() ? words::escaped(rows[i].folder) : rows[i].problem));
        connect(action, &QAction::triggered, this, [this, folder = rows[i].folder] { Q_EMIT study_chosen(folder); });
    }
    if (rows.empty())
        recent_->addAction(tr("Studies that ran stand here"))->setEnabled(false);
}

void StudiesMenu::set_shown(const QString &name)
{
    shown_ = name;
    refresh();
}

void StudiesMenu::set_busy(bool busy)
{
    busy_ = busy;
    refresh();
}

void StudiesMenu::refresh()
{
    open_->setEnabled(!busy_);
    recent_->setEnabled(!busy_);
    for (QAction *action : {report_, folder_, copy_})
        action->setEnabled(!shown_.isEmpty());
    remove_->setEnabled(!shown_.isEmpty() && !busy_);
}

} // namespace ca
