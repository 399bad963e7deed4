// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/model_picker/picker_row.h"

#include <QWidget>

#include <vector>

class QListView;
class QMenu;
class QModelIndex;
class QPushButton;
class QStandardItem;
class QStandardItemModel;

namespace ca {

/// The models at hand, those opened lately, and a place to drop one. A click or Return opens a model that is here; one that is
/// not takes its button, a double click or Return.
class ModelPicker final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ModelPicker)
public:
    explicit ModelPicker(QWidget *parent = nullptr);

    /// The same rows with other facts change in place: what is selected or pressed stays so.
    void set_models(const std::vector<PickerRow> &models);
    void set_recent(const std::vector<PickerRow> &recent);
    /// Marks the row of the open model.
    void set_current(const QString &id);
    [[nodiscard]] QListView *list() const { return list_; }

    /// While a file that can be opened hangs over the window at `place`.
    void arm_drop(QPoint place);
    void disarm_drop();
    /// The model that a file dropped at `place`, in this widget, is for; empty where it is for none.
    [[nodiscard]] QString drop_target(QPoint place) const;

Q_SIGNALS:
    void model_chosen(const QString &id);
    void download_requested(const QString &id);
    void cancel_requested(const QString &id);
    void random_requested(const QString &id);
    void weights_requested(const QString &id); ///< a person wants to choose a file of weights for this model
    void open_requested();
    void refused(const QString &reason); ///< of a model that this machine cannot run

private:
    void fill();
    void update_item(QStandardItem *item, const PickerRow &row);
    void add_button(const QModelIndex &index, const PickerRow &row);
    void order_tabs();
    void act_on(const QModelIndex &index);
    void open_row(const QModelIndex &index);
    void open_menu(QPoint place);
    void add_weights_actions(QMenu *menu, const PickerRow &row);
    void arm_row(const QString &id);

    std::vector<PickerRow> models_, recent_;
    QString current_, armed_;
    QListView *list_ = nullptr;
    QStandardItemModel *items_ = nullptr;
    QPushButton *drop_ = nullptr;
};

} // namespace ca
