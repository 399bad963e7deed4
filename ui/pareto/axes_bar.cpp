// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/axes_bar.h"

#include "ui/common/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStandardItemModel>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kBoxWidth = 106; // the longest name, and the arrow

int place_of(ParetoAxis axis)
{
    const auto *const found = std::find(kParetoAxes.begin(), kParetoAxes.end(), axis);
    return static_cast<int>(found - kParetoAxes.begin());
}

ParetoAxis axis_at(int place)
{
    return kParetoAxes.at(static_cast<std::size_t>(place));
}

/// The window's style sheet draws a box of choices without its arrow.
class ChoiceBox final : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void paintEvent(QPaintEvent *event) override
    {
        QComboBox::paintEvent(event);
        constexpr double kHalf = 4; // px, of the arrow's width
        const QPointF tip(width() - 14, height() / 2.0 + kHalf / 2);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme_of(palette()).dim, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(QPolygonF{tip + QPointF(-kHalf, -kHalf), tip, tip + QPointF(kHalf, -kHalf)});
    }
};

} // namespace

AxesBar::AxesBar(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"pareto_axes"_s);
    x_ = make_box(u"pareto_x"_s, tr("Axis across"), tr("What the chart shows from left to right"));
    y_ = make_box(u"pareto_y"_s, tr("Axis up"), tr("What the chart shows from bottom to top"));
    auto *times = new QLabel(u"×"_s);
    times->setProperty("role", "dim");
    note_ = new QLabel;
    note_->setObjectName(u"pareto_left_out"_s);
    note_->setProperty("role", "dim");
    note_->setTextFormat(Qt::PlainText);
    note_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // takes what the choices leave
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(x_);
    row->addWidget(times);
    row->addWidget(y_);
    row->addWidget(note_, 1);
    set_axes(axes_);
    connect(x_, &QComboBox::activated, this, [this](int place) { choose({axis_at(place), axes_.y}, axes_); });
    connect(y_, &QComboBox::activated, this, [this](int place) { choose({axes_.x, axis_at(place)}, axes_); });
}

QComboBox *AxesBar::make_box(const QString &name, const QString &accessible_name, const QString &tip)
{
    auto *box = new ChoiceBox;
    box->setObjectName(name);
    box->setAccessibleName(accessible_name);
    box->setToolTip(tip);
    for (const ParetoAxis axis : kParetoAxes)
        box->addItem(axis_name(axis));
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setFixedWidth(kBoxWidth);
    return box;
}

/// One axis taken for both means that they change places.
void AxesBar::choose(ParetoAxes axes, ParetoAxes before)
{
    if (axes.x == axes.y)
        axes = {before.y, before.x};
    set_axes(axes);
    if (axes != before)
        Q_EMIT axes_chosen(axes);
}

void AxesBar::set_axes(ParetoAxes axes)
{
    axes_ = axes;
    x_->setCurrentIndex(place_of(axes.x));
    y_->setCurrentIndex(place_of(axes.y));
}

void AxesBar::set_available(ParetoAxis axis, bool available)
{
    for (QComboBox *box : {x_, y_}) {
        auto *item = qobject_cast<QStandardItemModel *>(box->model())->item(place_of(axis));
        item->setEnabled(available);
        item->setToolTip(available ? QString() : tr("No trial has a value on this axis."));
    }
}

void AxesBar::set_note(const QString &note, const QString &brief)
{
    words_ = note;
    brief_ = brief;
    fit_note();
}

void AxesBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit_note();
}

void AxesBar::fit_note()
{
    const bool fits = note_->fontMetrics().horizontalAdvance(words_) <= note_->width();
    note_->setText(fits ? words_ : brief_);
    note_->setToolTip(fits ? QString() : words_);
    note_->setAccessibleName(words_);
}

} // namespace ca
