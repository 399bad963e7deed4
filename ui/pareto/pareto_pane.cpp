// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_pane.h"

#include "ui/common/state_pane.h"
#include "ui/common/words.h"
#include "ui/pareto/axes_bar.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/trials/trial_words.h"

#include <QEvent>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kCardHeight = 148; // eight lines, more scroll: nothing moves when another trial is selected
constexpr int kLeastCard = 56;
constexpr int kLeastChart = 170;
constexpr int kHoverWidth = 300;
constexpr int kFromPointer = 14;

QLabel *make_card_text(const QString &name, QWidget *parent)
{
    auto *card = new QLabel(parent);
    card->setObjectName(name);
    card->setTextFormat(Qt::RichText);
    card->setWordWrap(true);
    card->setMargin(8);
    return card;
}

/// Keeps its size in a pane, whatever the text.
QScrollArea *make_card_room(QLabel *text)
{
    auto *room = new QScrollArea;
    room->setObjectName(u"trial_card_room"_s);
    room->setAccessibleName(ParetoPane::tr("The selected trial"));
    room->setProperty("role", "card");
    room->setWidgetResizable(true);
    room->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    room->setFixedHeight(kCardHeight);
    room->setWidget(text);
    text->setAutoFillBackground(false); // a scroll area turns it on, and the window's ground is not the pane's
    return room;
}

/// Which of the chosen axes some of `points` have no value on.
QStringList lacking(const std::vector<ParetoPoint> &points, ParetoAxes axes)
{
    QStringList names;
    for (const ParetoAxis axis : {axes.x, axes.y})
        if (std::any_of(points.begin(), points.end(), [axis](const ParetoPoint &point) { return !value_on(axis, point); }))
            names << axis_name(axis).toLower();
    return names;
}

QString left_out_note(const std::vector<ParetoPoint> &points, std::size_t count, ParetoAxes axes)
{
    if (count == 0)
        return {};
    const QString what = lacking(points, axes).join(ParetoPane::tr(" or a "));
    return count == 1 ? ParetoPane::tr("1 trial without a %1 is not shown").arg(what)
                      : ParetoPane::tr("%1 trials without a %2 are not shown").arg(count).arg(what);
}

QString below_note(int count)
{
    if (count == 0)
        return {};
    return count == 1 ? ParetoPane::tr("1 trial with an arrow is far less accurate than the scale shows")
                      : ParetoPane::tr("%1 trials with an arrow are far less accurate than the scale shows").arg(count);
}

bool has_values(const std::vector<ParetoPoint> &points, ParetoAxis axis)
{
    return points.empty() || std::any_of(points.begin(), points.end(), [axis](const ParetoPoint &point) {
               return value_on(axis, point).has_value();
           });
}

} // namespace

ParetoPane::ParetoPane(QWidget *parent) : QWidget(parent)
{
    axes_ = new AxesBar;
    chart_ = new ParetoChart;
    card_ = make_card_text(u"trial_card"_s, nullptr);
    card_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    hover_ = make_card_text(u"hover_card"_s, chart_);
    hover_->setProperty("role", "card");
    hover_->setAttribute(Qt::WA_TransparentForMouseEvents);
    hover_->setFixedWidth(kHoverWidth);
    hover_->hide();
    lay_out();
    connect(axes_, &AxesBar::axes_chosen, this, &ParetoPane::show_axes);
    connect(chart_, &ParetoChart::trial_selected, this, &ParetoPane::trial_selected);
    connect(chart_, &ParetoChart::limit_moved, this, &ParetoPane::limit_moved);
    connect(chart_, &ParetoChart::trial_hovered, this, &ParetoPane::hover);
    fill_card();
}

void ParetoPane::lay_out()
{
    auto *content = new QWidget;
    auto *inside = new QVBoxLayout(content);
    inside->setContentsMargins(8, 8, 8, 8);
    inside->setSpacing(8);
    inside->addWidget(axes_);
    inside->addWidget(chart_, 1);
    card_room_ = make_card_room(card_);
    inside->addWidget(card_room_);
    states_ = new StatePane(u"pareto"_s, content);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(states_);
}

/// In a low pane the chart comes first: the card's facts are in the table, and under the pointer.
void ParetoPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    constexpr int kGaps = 4 * 8;
    const int left = height() - axes_->sizeHint().height() - kGaps - kLeastChart;
    card_room_->setVisible(left >= kLeastCard);
    card_room_->setFixedHeight(std::clamp(left, kLeastCard, kCardHeight));
}

void ParetoPane::set_study(std::shared_ptr<const Study> study)
{
    study_ = std::move(study);
    points_ = study_ ? pareto_points(*study_) : std::vector<ParetoPoint>();
    for (const ParetoAxis axis : kParetoAxes)
        axes_->set_available(axis, has_values(points_, axis));
    // Axes that were chosen for another study may say nothing of this one.
    if (!has_values(points_, axes_->axes().x) || !has_values(points_, axes_->axes().y))
        axes_->set_axes({});
    chart_->set_limits(study_ ? pareto_limits(*study_) : std::vector<ParetoLimit>());
    chart_->set_points(points_);
    hover({}, {});
    show_axes(axes_->axes());
}

void ParetoPane::show_axes(ParetoAxes axes)
{
    chart_->set_axes(axes);
    const std::size_t left_out = points_.size() - chart_->shown().size();
    const int below = chart_->points_below();
    QStringList notes{left_out_note(points_, left_out, axes), below_note(below)};
    notes.removeAll(QString());
    const QString brief = left_out > 0 ? tr("%1 not shown").arg(left_out) : below > 0 ? tr("%1 below").arg(below) : QString();
    axes_->set_note(notes.join(u"; "_s), brief);
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

QString ParetoPane::card_text() const
{
    return card_->text();
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
    if (trial)
        card_->setText(trial_card(*study_, *trial, theme, why_not_in_chart(*trial)));
    else
        card_->setText(
            u"<span style='color:%1'>%2</span>"_s.arg(theme.dim.name(), tr("Select a trial in the chart or the table.")));
}

QString ParetoPane::why_not_in_chart(const Trial &trial) const
{
    const auto &shown = chart_->shown();
    const QString id = words::from(trial.id);
    if (std::any_of(shown.begin(), shown.end(), [&](const ParetoPoint &point) { return point.trial == id; }))
        return {};
    if (!is_finished(trial))
        return tr("Not in the chart: it has not been measured.");
    const TrialFacts facts = trial_facts(*study_, trial);
    const ParetoAxes axes = chart_->axes();
    const bool needs_latency = axes.x == ParetoAxis::latency || axes.y == ParetoAxis::latency;
    if (!needs_latency || facts.milliseconds)
        return tr("Not in the chart: it has no file, so it has no size.");
    return facts.simulated ? tr("Not in the chart: its arithmetic is simulated, so it has no latency.")
                           : tr("Not in the chart: its latency was not measured.");
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
