// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_pane.h"

#include "ui/common/state_pane.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/trials/trial_words.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kCardHeight = 100; // four lines: nothing moves when another trial is selected
constexpr int kHoverWidth = 300;
constexpr int kFromPointer = 14;

QLabel *make_card(const QString &name, QWidget *parent)
{
    auto *card = new QLabel(parent);
    card->setObjectName(name);
    card->setProperty("role", "card");
    card->setTextFormat(Qt::RichText);
    card->setWordWrap(true);
    card->setMargin(8);
    return card;
}

} // namespace

ParetoPane::ParetoPane(QWidget *parent) : QWidget(parent)
{
    auto *content = new QWidget;
    chart_ = new ParetoChart;
    card_ = make_card(u"trial_card"_s, nullptr);
    card_->setFixedHeight(kCardHeight);
    card_->setAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    auto *inside = new QVBoxLayout(content);
    inside->setContentsMargins(8, 4, 8, 8);
    inside->setSpacing(8);
    inside->addWidget(chart_, 1);
    inside->addWidget(card_);
    hover_ = make_card(u"hover_card"_s, chart_);
    hover_->setAttribute(Qt::WA_TransparentForMouseEvents);
    hover_->setFixedWidth(kHoverWidth);
    hover_->hide();

    states_ = new StatePane(u"pareto"_s, content);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(states_);
    connect(chart_, &ParetoChart::trial_selected, this, &ParetoPane::trial_selected);
    connect(chart_, &ParetoChart::trial_hovered, this, &ParetoPane::hover);
    fill_card();
}

void ParetoPane::set_study(std::shared_ptr<const Study> study)
{
    study_ = std::move(study);
    chart_->set_points(study_ ? pareto_points(*study_) : std::vector<ParetoPoint>());
    hover({}, {});
    fill_card();
}

void ParetoPane::select(const QString &trial)
{
    selected_ = trial;
    chart_->select(trial);
    fill_card();
}

QString ParetoPane::card_trial() const
{
    return card_->property("trial").toString();
}

QWidget *ParetoPane::hover_card() const
{
    return hover_;
}

void ParetoPane::fill_card()
{
    const Trial *trial = study_ ? find_trial(*study_, selected_) : nullptr;
    const Theme &theme = theme_of(palette());
    card_->setProperty("trial", trial ? selected_ : QString());
    card_->setText(
        trial ? trial_card(*study_, *trial, theme)
              : u"<span style='color:%1'>%2</span>"_s.arg(theme.dim.name(), tr("Select a trial in the chart or the table.")));
}

void ParetoPane::hover(const QString &trial, const QPoint &place)
{
    const Trial *found = study_ && !trial.isEmpty() ? find_trial(*study_, trial) : nullptr;
    if (!found) {
        hover_->hide();
        return;
    }
    hover_->setText(trial_card(*study_, *found, theme_of(palette())));
    hover_->setFixedHeight(hover_->heightForWidth(kHoverWidth));
    QPoint corner = place + QPoint(kFromPointer, kFromPointer);
    if (corner.x() + hover_->width() > chart_->width())
        corner.setX(std::max(0, place.x() - kFromPointer - hover_->width()));
    if (corner.y() + hover_->height() > chart_->height())
        corner.setY(std::max(0, place.y() - kFromPointer - hover_->height()));
    hover_->move(corner);
    hover_->show();
    hover_->raise();
}

void ParetoPane::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        fill_card();
}

} // namespace ca
