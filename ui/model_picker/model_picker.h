// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <QWidget>

class QListView;
class QPushButton;
class QStandardItemModel;

namespace ca {

/// A row of the picker.
struct PickerRow {
    QString name;
    QString facts; ///< second line
    QString file;
    QString state; ///< a word at the right: "Ready", "Open"
    bool operator==(const PickerRow &) const = default;
};

/// Names of two lines with a word at the right; sections are headings.
class PickerDelegate final : public QStyledItemDelegate {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PickerDelegate)
public:
    explicit PickerDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/// The models at hand, those opened lately, and a place to drop one.
class ModelPicker final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ModelPicker)
public:
    enum Role { FactsRole = Qt::UserRole + 1, FileRole, StateRole };

    explicit ModelPicker(QWidget *parent = nullptr);

    void set_models(const std::vector<PickerRow> &models);
    void set_recent(const std::vector<PickerRow> &recent);
    /// Marks the row of the open file.
    void set_current(const QString &file);
    /// While a file that can be opened hangs over the window.
    void set_drop_armed(bool armed);
    [[nodiscard]] QListView *list() const { return list_; }

Q_SIGNALS:
    void model_chosen(const QString &file);
    void open_requested();

private:
    void fill();

    std::vector<PickerRow> models_, recent_;
    QString current_;
    QListView *list_ = nullptr;
    QStandardItemModel *items_ = nullptr;
    QPushButton *drop_ = nullptr;
};

} // namespace ca
