// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/model_picker.h"

#include "ui/common/theme.h"

#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QStandardItemModel>
#include <QStyle>
#include <QVBoxLayout>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kRowHeight = 48;
constexpr int kHeadingHeight = 32;
constexpr int kSide = 12;
constexpr int kLine = 18; // px from one line of a row to the next

bool is_heading(const QModelIndex &index)
{
    return !index.flags().testFlag(Qt::ItemIsSelectable);
}

QStandardItem *make_row(const PickerRow &row)
{
    auto *item = new QStandardItem(row.name);
    item->setData(row.facts, ModelPicker::FactsRole);
    item->setData(row.file, ModelPicker::FileRole);
    item->setData(row.state, ModelPicker::StateRole);
    item->setToolTip(row.file);
    item->setData(row.facts.isEmpty() ? row.name : row.name + u", "_s + row.facts, Qt::AccessibleTextRole);
    item->setEditable(false);
    return item;
}

QFont weighted(QFont font, QFont::Weight weight)
{
    font.setWeight(weight);
    return font;
}

} // namespace

PickerDelegate::PickerDelegate(QObject *parent) : QStyledItemDelegate(parent) { }

QSize PickerDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const
{
    return {0, is_heading(index) ? kHeadingHeight : kRowHeight};
}

void PickerDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = theme_of(option.palette);
    QRect room = option.rect;
    painter->fillRect(QRect(room.left(), room.bottom(), room.width(), 1), theme.grid);
    const QFont bold = weighted(option.font, QFont::DemiBold);
    const auto draw = [&](const QRect &where, Qt::Alignment side, const QColor &color, const QFont &font, const QString &text) {
        painter->setPen(color);
        painter->setFont(font);
        painter->drawText(where, static_cast<int>(side), QFontMetrics(font).elidedText(text, Qt::ElideMiddle, where.width()));
    };
    if (is_heading(index)) {
        QFont font = bold;
        font.setPixelSize(12);
        draw(room.adjusted(kSide, 0, -kSide, 0), Qt::AlignVCenter | Qt::AlignLeft, theme.dim, font, index.data().toString());
        return;
    }
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver))
        painter->fillRect(room.adjusted(0, 0, 0, -1),
                          option.state & QStyle::State_Selected ? theme.selection : theme.accent_soft);
    room = room.adjusted(kSide, 6, -kSide, 0);
    const QRect first(room.left(), room.top(), room.width(), kLine);
    const QRect second = first.translated(0, kLine);
    const QString state = index.data(ModelPicker::StateRole).toString();
    const int state_width = state.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(state) + 8;
    draw(first.adjusted(0, 0, -state_width, 0), Qt::AlignVCenter | Qt::AlignLeft, theme.ink, bold, index.data().toString());
    draw(first, Qt::AlignVCenter | Qt::AlignRight, theme.good, option.font, state);
    draw(second, Qt::AlignVCenter | Qt::AlignLeft, theme.dim, option.font, index.data(ModelPicker::FactsRole).toString());
}

ModelPicker::ModelPicker(QWidget *parent) : QWidget(parent)
{
    items_ = new QStandardItemModel(this);
    list_ = new QListView;
    list_->setObjectName(u"models_list"_s);
    list_->setAccessibleName(tr("Models"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setModel(items_);
    list_->setItemDelegate(new PickerDelegate(list_));
    list_->setVerticalScrollMode(QListView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMouseTracking(true);
    drop_ = new QPushButton(tr("Drop a model here\n.pt  .pth  .safetensors"));
    drop_->setObjectName(u"models_drop"_s);
    drop_->setAccessibleName(tr("Choose a model file"));
    drop_->setToolTip(tr("Or press to choose a file"));
    drop_->setProperty("role", "drop");
    drop_->setCursor(Qt::PointingHandCursor);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 8);
    column->setSpacing(8);
    column->addWidget(list_, 1);
    auto *margin = new QVBoxLayout;
    margin->setContentsMargins(12, 0, 12, 0);
    margin->addWidget(drop_);
    column->addLayout(margin);
    connect(drop_, &QPushButton::clicked, this, &ModelPicker::open_requested);
    const auto choose = [this](const QModelIndex &index) {
        if (!is_heading(index))
            Q_EMIT model_chosen(index.data(FileRole).toString());
    };
    // `activated` is Return and, on some platforms, the click as well: the file that is open is not opened twice.
    connect(list_, &QListView::activated, this, [this, choose](const QModelIndex &index) {
        if (index.data(FileRole).toString() != current_)
            choose(index);
    });
    connect(list_, &QListView::clicked, this, [this, choose](const QModelIndex &index) {
        if (index.data(FileRole).toString() != current_)
            choose(index);
    });
}

void ModelPicker::set_models(const std::vector<PickerRow> &models)
{
    models_ = models;
    fill();
}

void ModelPicker::set_recent(const std::vector<PickerRow> &recent)
{
    recent_ = recent;
    fill();
}

void ModelPicker::fill()
{
    items_->clear();
    for (const PickerRow &row : models_)
        items_->appendRow(make_row(row));
    if (!recent_.empty()) {
        auto *heading = new QStandardItem(tr("Recent"));
        heading->setFlags(Qt::ItemIsEnabled);
        items_->appendRow(heading);
    }
    for (const PickerRow &row : recent_)
        items_->appendRow(make_row(row));
    set_current(current_);
}

void ModelPicker::set_current(const QString &file)
{
    current_ = file;
    list_->clearSelection();
    for (int row = 0; row < items_->rowCount(); ++row)
        if (!file.isEmpty() && items_->item(row)->data(FileRole).toString() == file) {
            list_->setCurrentIndex(items_->index(row, 0));
            return;
        }
}

void ModelPicker::set_drop_armed(bool armed)
{
    drop_->setProperty("armed", armed);
    drop_->style()->unpolish(drop_); // a style sheet looks at properties only when it is applied
    drop_->style()->polish(drop_);
}

} // namespace ca
