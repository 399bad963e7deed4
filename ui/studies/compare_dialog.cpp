// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/studies/compare_dialog.h"

#include "ui/common/elided_label.h"
#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"
#include "ui/studies/compared_trials_model.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{1040, 640};

/// What is said of each study, in this order.
struct Fact {
    const char *heading;
    QString ComparedStudy::*words;
};
constexpr std::array kFacts{
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Model"), &ComparedStudy::model},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Data"), &ComparedStudy::data},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Images"), &ComparedStudy::images},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Float"), &ComparedStudy::float_model},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Goal"), &ComparedStudy::goal},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Trials"), &ComparedStudy::trials},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Hypervolume"), &ComparedStudy::hypervolume},
    Fact{QT_TRANSLATE_NOOP("ca::CompareDialog", "Best answer"), &ComparedStudy::answer},
};

class TrialDelegate final : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

protected:
    QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = theme_of(option.palette);
        return index.data(ComparedTrialsModel::kHoldsRole).toBool() ? theme.ink : theme.dim;
    }
};

} // namespace

CompareDialog::CompareDialog(QWidget *parent) : QDialog(parent)
{
    setObjectName(u"compare_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("Compare two studies"));
    differences_ = new QLabel;
    differences_->setObjectName(u"compare_differences"_s);
    differences_->setProperty("role", "explanation");
    differences_->setTextFormat(Qt::PlainText);
    differences_->setWordWrap(true);
    trials_ = new ComparedTrialsModel(this);
    auto *table = new Table(u"compare_trials"_s, tr("Trials of both fronts by size"));
    table->setModel(trials_);
    table->setItemDelegate(new TrialDelegate(table));
    table->set_widths({168, 52, 0, 64, 72, 64, 64, 208});
    auto *content = new QWidget;
    auto *inside = new QVBoxLayout(content);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(12);
    inside->addWidget(make_facts());
    inside->addWidget(differences_);
    inside->addWidget(table, 1);
    states_ = new StatePane(u"compare"_s, content);
    states_->show_working(tr("Looking for studies"));

    auto *head = new QHBoxLayout;
    head->setSpacing(8);
    for (int side : {0, 1})
        head->addWidget(make_choice(side), 1);
    auto *close = new QPushButton(tr("Close"));
    close->setObjectName(u"compare_close"_s);
    close->setAccessibleName(tr("Close the comparison"));
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addLayout(head);
    column->addWidget(states_, 1);
    column->addWidget(close, 0, Qt::AlignRight);
    resize(kUsual);
}

QComboBox *CompareDialog::make_choice(int side)
{
    auto *choice = new QComboBox;
    choice->setObjectName(u"compare_choice_%1"_s.arg(side));
    choice->setAccessibleName(side == 0 ? tr("The first study") : tr("The second study"));
    choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    choices_[static_cast<std::size_t>(side)] = choice;
    connect(choice, &QComboBox::currentIndexChanged, this, &CompareDialog::choose);
    return choice;
}

QWidget *CompareDialog::make_facts()
{
    auto *widget = new QWidget;
    auto *grid = new QGridLayout(widget);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    for (std::size_t fact = 0; fact < kFacts.size(); ++fact) {
        auto *heading = new QLabel(tr(kFacts[fact].heading));
        heading->setProperty("role", "dim");
        grid->addWidget(heading, static_cast<int>(fact), 0);
        for (std::size_t side : {0U, 1U}) {
            auto *words = new ElidedLabel;
            words->setObjectName(
                u"compare_%1_%2"_s.arg(QString::fromLatin1(kFacts[fact].heading).toLower().replace(u' ', u'_')).arg(side));
            words->setProperty("role", "explanation");
            grid->addWidget(words, static_cast<int>(fact), static_cast<int>(side) + 1);
            facts_[side].push_back(words);
        }
    }
    return widget;
}

void CompareDialog::set_studies(const std::vector<StudyRow> &rows, const QString &first)
{
    has_studies_ = true;
    std::vector<StudyRow> readable;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(readable),
                 [](const StudyRow &row) { return row.problem.isEmpty(); });
    std::stable_partition(readable.begin(), readable.end(), [&](const StudyRow &row) { return row.folder == first; });
    for (QComboBox *choice : choices_) {
        const QSignalBlocker quiet(choice);
        choice->clear();
        for (const StudyRow &row : readable)
            choice->addItem(words::escaped(row.name) + u" · "_s + row.changed, row.folder);
    }
    if (readable.size() < 2) {
        states_->show_empty(tr("Two studies are compared here. Run or open another one first."), {});
        return;
    }
    const QSignalBlocker quiet(choices_[1]);
    choices_[1]->setCurrentIndex(1);
    choose();
}

void CompareDialog::choose()
{
    if (choices_[0]->count() < 2)
        return;
    states_->show_working(tr("Reading the studies"));
    Q_EMIT pair_chosen(choices_[0]->currentData().toString(), choices_[1]->currentData().toString());
}

void CompareDialog::set_comparison(const ComparisonFacts &facts)
{
    for (std::size_t side : {0U, 1U})
        for (std::size_t fact = 0; fact < kFacts.size(); ++fact)
            facts_[side][fact]->set_text(facts.studies[side].*kFacts[fact].words);
    differences_->setText(facts.differences.join(u'\n'));
    trials_->set_facts(facts);
    states_->show_content();
}

void CompareDialog::show_failure(const QString &sentence)
{
    states_->show_failed(sentence, {}, {});
}

} // namespace ca
