// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layers_pane.h"

#include "ui/common/elided_label.h"
#include "ui/common/state_pane.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"
#include "ui/layers/heat_legend.h"
#include "ui/layers/layers_model.h"

#include <QPainter>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kNoiseWidth = 54;
constexpr int kCellFont = 11; // px: a value must fit a cell of 44 px

class HeatDelegate final : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const QVariant heat = index.data(LayersModel::HeatRole);
        if (!heat.isValid()) {
            RowDelegate::paint(painter, option, index);
            return;
        }
        paint_ground(*painter, option);
        const QColor ground = viridis(heat.toDouble());
        const QRectF cell = QRectF(option.rect).adjusted(3, 2, -3, -3);
        QFont font = option.font;
        font.setPixelSize(kCellFont);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ground);
        painter->drawRoundedRect(cell, 3, 3);
        painter->setPen(text_on(ground));
        painter->setFont(font);
        painter->drawText(cell, Qt::AlignCenter, index.data().toString());
        painter->restore();
    }

protected:
    QColor color(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Theme &theme = theme_of(option.palette);
        return index.column() == LayersModel::Name ? theme.ink : theme.dim;
    }
};

} // namespace

LayersPane::LayersPane(QWidget *parent) : QWidget(parent)
{
    model_ = new LayersModel(this);
    legend_ = new HeatLegend;
    auto *table = new Table(u"layers_table"_s, tr("Layers"));
    table->setModel(model_);
    table->setItemDelegate(new HeatDelegate(table));
    std::vector<int> widths{0, 66, 70};
    widths.insert(widths.end(), kNoiseBits.size(), kNoiseWidth);
    widths.push_back(56);
    table->set_widths(widths);
    states_ = new StatePane(u"layers"_s, table);
    notes_ = new ElidedLabel;
    notes_->setObjectName(u"layers_notes"_s);
    notes_->setProperty("role", "dim");
    notes_->setContentsMargins(12, 6, 12, 0);
    notes_->hide();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(notes_);
    column->addWidget(states_, 1);
}

void LayersPane::set_layers(const std::vector<LayerFacts> &layers)
{
    model_->set_layers(layers);
    legend_->set_scale(model_->scale().first, model_->scale().second);
}

void LayersPane::set_notes(const QStringList &notes)
{
    notes_->set_text(notes.isEmpty() ? QString() : notes.front());
    notes_->setToolTip(words::tip(notes.join(u'\n')));
    notes_->setVisible(!notes.isEmpty());
}

void LayersPane::set_recipe(const QString &trial, const Recipe &recipe)
{
    model_->set_recipe(trial, recipe);
}

QWidget *LayersPane::legend() const
{
    return legend_;
}

} // namespace ca
