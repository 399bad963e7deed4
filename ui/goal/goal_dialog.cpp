// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/goal/goal_dialog.h"

#include "ui/common/button.h"
#include "ui/common/table.h"
#include "ui/common/words.h"
#include "ui/goal/goal_layers.h"
#include "ui/goal/goal_limits.h"
#include "ui/goal/goal_words.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{960, 560};
constexpr int kLimitsWidth = 440, kKeepWidth = 160;

void set_role(QLabel *label, const char *role)
{
    label->setProperty("role", role);
    label->style()->unpolish(label); // a style sheet looks at properties only when it is applied
    label->style()->polish(label);
}

} // namespace

GoalDialog::GoalDialog(const GoalModel &model, const GoalFacts &goal, QWidget *parent)
    : QDialog(parent), model_(model), choices_(keep_choices())
{
    setObjectName(u"goal_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Run a study of %1").arg(words::escaped(model.name)));
    limits_ = new GoalLimits(model.float_file, goal);
    limits_->setFixedWidth(kLimitsWidth);
    problem_ = new QLabel;
    problem_->setObjectName(u"goal_problem"_s);
    problem_->setTextFormat(Qt::PlainText);
    problem_->setWordWrap(true);
    problem_->setMinimumHeight(2 * fontMetrics().lineSpacing()); // nothing moves when it speaks

    auto *left = new QVBoxLayout;
    left->addWidget(limits_);
    left->addStretch();
    auto *row = new QHBoxLayout;
    row->setSpacing(24);
    row->addLayout(left);
    row->addWidget(make_layers(goal), 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addLayout(row, 1);
    column->addWidget(problem_);
    column->addWidget(make_buttons());
    resize(kUsual);
    connect(limits_, &GoalLimits::changed, this, &GoalDialog::check);
    show_selected();
    check();
    run_->setFocus();
}

QWidget *GoalDialog::make_layers(const GoalFacts &goal)
{
    layers_ = new GoalLayers(model_.layers, goal.keeps, this);
    found_ = new QSortFilterProxyModel(this);
    found_->setSourceModel(layers_);
    found_->setFilterKeyColumn(GoalLayers::Name);
    found_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    auto *heading = new QLabel(tr("Layers that keep a format"));
    heading->setProperty("role", "heading");
    kept_ = new QLabel;
    kept_->setObjectName(u"goal_kept"_s);
    kept_->setProperty("role", "dim");
    auto *find = new QLineEdit;
    find->setObjectName(u"goal_find"_s);
    find->setAccessibleName(tr("Find layers by a part of their name"));
    find->setProperty("role", "field");
    find->setPlaceholderText(tr("Find layers"));
    find->setClearButtonEnabled(true);
    find->setAcceptDrops(false); // a dropped file is the window's
    table_ = new Table(u"goal_layers"_s, tr("Layers, and what each keeps"));
    table_->setModel(found_);
    table_->setItemDelegate(new RowDelegate(table_));
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->set_widths({0, 72, 112});
    keep_ = new QComboBox;
    keep_->setObjectName(u"goal_keep"_s);
    keep_->setAccessibleName(tr("What the selected layers keep"));
    keep_->setFixedWidth(kKeepWidth);
    for (const LayerKeep &choice : choices_)
        keep_->addItem(keep_word(choice));
    auto *words = new QLabel(tr("The selected layers keep"));
    words->setBuddy(keep_);

    auto *widget = new QWidget;
    auto *column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto *top = new QHBoxLayout;
    top->addWidget(heading);
    top->addStretch();
    top->addWidget(kept_);
    auto *foot = new QHBoxLayout;
    foot->addWidget(words);
    foot->addWidget(keep_);
    foot->addStretch();
    column->addLayout(top);
    column->addWidget(find);
    column->addWidget(table_, 1);
    column->addLayout(foot);
    connect(find, &QLineEdit::textChanged, found_, &QSortFilterProxyModel::setFilterFixedString);
    connect(keep_, &QComboBox::activated, this, &GoalDialog::keep_selected);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &GoalDialog::show_selected);
    return widget;
}

QWidget *GoalDialog::make_buttons()
{
    auto *cancel = make_button(u"goal_cancel"_s, tr("Cancel"), tr("Run no study"));
    run_ = make_button(u"goal_run"_s, tr("Run study"), tr("Run the study with this goal"));
    return make_dialog_foot(*this, cancel, run_);
}

GoalFacts GoalDialog::goal() const
{
    GoalFacts goal = limits_->goal();
    goal.keeps = layers_->keeps();
    return goal;
}

std::vector<int> GoalDialog::selected_rows() const
{
    std::vector<int> rows;
    for (const QModelIndex &place : table_->selectionModel()->selectedRows())
        rows.push_back(found_->mapToSource(place).row());
    return rows;
}

void GoalDialog::keep_selected(int choice)
{
    layers_->keep(selected_rows(), choices_[static_cast<std::size_t>(choice)]);
    check();
}

/// What the selected layers have in common, or nothing.
void GoalDialog::show_selected()
{
    const std::vector<int> rows = selected_rows();
    keep_->setEnabled(!rows.empty());
    const bool same = !rows.empty() && std::all_of(rows.begin(), rows.end(), [&](int row) {
        return layers_->keep_of(row) == layers_->keep_of(rows.front());
    });
    const auto choice = same ? std::find(choices_.begin(), choices_.end(), layers_->keep_of(rows.front())) : choices_.end();
    keep_->setCurrentIndex(choice == choices_.end() ? -1 : static_cast<int>(choice - choices_.begin()));
}

void GoalDialog::check()
{
    const GoalFacts now = goal();
    const QString problem = problem_of(now, model_);
    set_role(problem_, problem.isEmpty() ? "dim" : "bad");
    problem_->setText(problem.isEmpty() ? note_on(now, model_) : problem);
    run_->setEnabled(problem.isEmpty());
    kept_->setText(now.keeps.empty() ? tr("all %1 are free").arg(model_.layers.size())
                                     : tr("%1 of %2").arg(now.keeps.size()).arg(model_.layers.size()));
}

} // namespace ca
