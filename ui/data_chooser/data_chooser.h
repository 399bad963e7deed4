// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QFrame>

class QComboBox;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace ca {

/// The panel of the data chip: which images, how answers are judged, how many images of each split.
class DataChooser final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DataChooser)
public:
    explicit DataChooser(QWidget *parent = nullptr);

    [[nodiscard]] DataChoice choice() const;
    void set_choice(const DataChoice &choice);
    /// Opens under `anchor`.
    void open_under(QWidget *anchor);

Q_SIGNALS:
    void data_chosen(const DataChoice &choice); ///< any part of it changed
    void folder_requested();                    ///< a person wants to choose a folder

private:
    void tell();

    QString folder_;
    bool telling_ = true;
    QRadioButton *embedded_ = nullptr;
    QRadioButton *other_ = nullptr;
    QPushButton *browse_ = nullptr;
    QComboBox *head_ = nullptr;
    QSpinBox *samples_ = nullptr;
};

} // namespace ca
