// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/model_picker.h"

#include "ui/common/words.h"
#include "ui/model_picker/picker_delegate.h"
#include "ui/model_picker/row_button.h"

#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QStandardItemModel>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;
using State = Availability::State;

namespace {

PickerRow row_at(const QModelIndex &index)
{
    return index.data(PickerDelegate::RowRole).value<PickerRow>();
}

State state_of(const PickerRow &row)
{
    return row.there ? row.there->state : State::ready;
}

QString spoken(const PickerRow &row)
{
    QStringList parts{row.name, row.facts, row.more};
    if (row.there) {
        const State state = row.there->state;
        parts << (state == State::ready          ? ModelPicker::tr("ready")
                      : state == State::absent   ? ModelPicker::tr("not downloaded")
                      : state == State::arriving ? ModelPicker::tr("downloading")
                      : state == State::failed   ? ModelPicker::tr("the download failed")
                                                 : ModelPicker::tr("cannot run on this machine"));
        parts << row.there->words;
    }
    parts.removeAll(QString());
    return parts.join(u", "_s);
}

QString tip(const PickerRow &row)
{
    QStringList lines{row.place};
    if (row.there)
        lines << row.there->words;
    if (state_of(row) == State::absent)
        lines << ModelPicker::tr("Double-click to download and open it");
    lines.removeAll(QString());
    return words::tip(lines.join(u'\n'));
}

bool same_ids(const std::vector<PickerRow> &one, const std::vector<PickerRow> &other)
{
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const PickerRow &a, const PickerRow &b) { return a.id == b.id; });
}

} // namespace

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
    list_->setResizeMode(QListView::Adjust); // a narrower row may need more lines
    list_->setMouseTracking(true);
    list_->setTabKeyNavigation(false); // Tab leads on to the buttons of the rows
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    drop_ = new QPushButton(tr("Drop a model here\n.pt  .pth  .safetensors\n.bin  or a folder"));
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
    connect(list_, &QListView::clicked, this, &ModelPicker::open_row);
    connect(list_, &QListView::activated, this, &ModelPicker::act_on); // Return, or a double click
    connect(list_, &QListView::customContextMenuRequested, this, &ModelPicker::open_menu);
}

void ModelPicker::open_row(const QModelIndex &index)
{
    const PickerRow row = row_at(index);
    if (!row.id.isEmpty() && row.id != current_ && state_of(row) == State::ready)
        Q_EMIT model_chosen(row.id);
}

void ModelPicker::act_on(const QModelIndex &index)
{
    const PickerRow row = row_at(index);
    const State state = state_of(row);
    if (state == State::absent || state == State::failed)
        Q_EMIT download_requested(row.id);
    else if (state == State::impossible)
        Q_EMIT refused(row.there->words);
    else
        open_row(index);
}

void ModelPicker::open_menu(QPoint place)
{
    QModelIndex index = list_->indexAt(place);
    if (!index.isValid())
        index = list_->currentIndex();
    const PickerRow row = row_at(index);
    if (row.id.isEmpty())
        return;
    auto *menu = new QMenu(list_);
    menu->setObjectName(u"models_menu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const State state = state_of(row);
    if (state == State::ready)
        menu->addAction(tr("Open"), this, [this, id = row.id] { Q_EMIT model_chosen(id); });
    if (state == State::absent || state == State::failed)
        menu->addAction(tr("Download and open"), this, [this, id = row.id] { Q_EMIT download_requested(id); });
    if (state == State::arriving)
        menu->addAction(tr("Cancel the download"), this, [this, id = row.id] { Q_EMIT cancel_requested(id); });
    if (row.takes_weights)
        add_weights_actions(menu, row);
    menu->popup(list_->viewport()->mapToGlobal(place));
}

void ModelPicker::add_weights_actions(QMenu *menu, const PickerRow &row)
{
    auto *weights =
        menu->addAction(tr("Open with weights of your own…"), this, [this, id = row.id] { Q_EMIT weights_requested(id); });
    auto *random = menu->addAction(tr("Open with random weights"), this, [this, id = row.id] { Q_EMIT random_requested(id); });
    for (QAction *action : {weights, random})
        action->setEnabled(state_of(row) != State::impossible);
}

void ModelPicker::set_models(const std::vector<PickerRow> &models)
{
    const bool same = same_ids(models, models_);
    models_ = models;
    if (!same) {
        fill();
        return;
    }
    for (int row = 0; row < static_cast<int>(models_.size()); ++row)
        update_item(items_->item(row), models_[static_cast<std::size_t>(row)]);
}

void ModelPicker::set_recent(const std::vector<PickerRow> &recent)
{
    if (recent == recent_)
        return;
    recent_ = recent;
    fill();
}

void ModelPicker::fill()
{
    items_->clear();
    const auto append = [this](const PickerRow &row) {
        auto *item = new QStandardItem(row.name);
        item->setEditable(false);
        items_->appendRow(item);
        if (row.there)
            add_button(item->index(), row);
        update_item(item, row);
    };
    std::for_each(models_.begin(), models_.end(), append);
    if (!recent_.empty()) {
        auto *heading = new QStandardItem(tr("Recent"));
        heading->setFlags(Qt::ItemIsEnabled);
        items_->appendRow(heading);
    }
    std::for_each(recent_.begin(), recent_.end(), append);
    order_tabs();
    set_current(current_);
}

/// From the list through the buttons of its rows, from top to bottom.
void ModelPicker::order_tabs()
{
    QWidget *before = list_;
    for (int row = 0; row < items_->rowCount(); ++row)
        if (const auto *button = qobject_cast<RowButton *>(list_->indexWidget(items_->index(row, 0)))) {
            setTabOrder(before, button->button());
            before = button->button();
        }
}

void ModelPicker::update_item(QStandardItem *item, const PickerRow &row)
{
    const QVariant before = item->data(PickerDelegate::RowRole);
    if (before.isValid() && before.value<PickerRow>() == row)
        return;
    const bool moved = !before.isValid() || state_of(before.value<PickerRow>()) != state_of(row);
    item->setText(row.name);
    item->setData(QVariant::fromValue(row), PickerDelegate::RowRole);
    item->setData(spoken(row), Qt::AccessibleTextRole);
    item->setToolTip(tip(row));
    if (!moved)
        return;
    if (auto *button = qobject_cast<RowButton *>(list_->indexWidget(item->index())))
        button->set_state(state_of(row), row.name);
    list_->doItemsLayout(); // its height may be another
}

void ModelPicker::add_button(const QModelIndex &index, const PickerRow &row)
{
    auto *button = new RowButton(row.id);
    connect(button, &RowButton::clicked, this, [this, button, id = row.id] {
        if (button->state() == State::arriving)
            Q_EMIT cancel_requested(id);
        else
            Q_EMIT download_requested(id);
    });
    list_->setIndexWidget(index, button);
}

void ModelPicker::set_current(const QString &id)
{
    current_ = id;
    list_->clearSelection();
    for (int row = 0; row < items_->rowCount(); ++row)
        if (!id.isEmpty() && row_at(items_->index(row, 0)).id == id) {
            list_->setCurrentIndex(items_->index(row, 0));
            return;
        }
}

QString ModelPicker::drop_target(QPoint place) const
{
    const QPoint inside = list_->viewport()->mapFrom(this, place);
    if (!list_->viewport()->rect().contains(inside))
        return {};
    const PickerRow row = row_at(list_->indexAt(inside));
    return row.takes_weights && state_of(row) != State::impossible ? row.id : QString();
}

void ModelPicker::arm_drop(QPoint place)
{
    const QString target = drop_target(place);
    drop_->setProperty("armed", target.isEmpty());
    drop_->style()->unpolish(drop_); // a style sheet looks at properties only when it is applied
    drop_->style()->polish(drop_);
    arm_row(target);
}

void ModelPicker::disarm_drop()
{
    drop_->setProperty("armed", false);
    drop_->style()->unpolish(drop_);
    drop_->style()->polish(drop_);
    arm_row({});
}

void ModelPicker::arm_row(const QString &id)
{
    if (id == armed_)
        return;
    armed_ = id;
    for (int row = 0; row < items_->rowCount(); ++row)
        items_->item(row)->setData(!id.isEmpty() && row_at(items_->index(row, 0)).id == id, PickerDelegate::ArmedRole);
}

} // namespace ca
