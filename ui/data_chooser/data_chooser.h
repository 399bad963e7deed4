// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QFrame>

class QComboBox;
class QFormLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace ca {

/// The data that come with the program and those that are downloaded, as `DataChoice::data` and `--data` name them.
[[nodiscard]] const QString &pictogram10();
[[nodiscard]] const QString &cifar10();

/// The panel of the data chip: which images, how answers are judged, how many images of each split, and what a CLIP model is
/// asked.
class DataChooser final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DataChooser)
public:
    explicit DataChooser(QWidget *parent = nullptr);

    [[nodiscard]] DataChoice choice() const;
    void set_choice(const DataChoice &choice);
    /// Where CIFAR-10 stands, which is chosen only when it is here.
    void set_cifar10(const Availability &there);
    /// The names of the open model, where it is a CLIP model.
    void set_zero_shot(const std::optional<ClassNames> &names);
    /// Opens under `anchor`.
    void open_under(QWidget *anchor);

Q_SIGNALS:
    void data_chosen(const ca::DataChoice &choice); ///< any part of it changed
    void folder_requested();                        ///< a person wants to choose a folder
    void cifar10_requested();                       ///< a person wants it downloaded
    void cifar10_cancelled();
    void names_requested(); ///< a person wants to see or change the class names

private:
    void make_images();
    void make_measuring();
    void place_parts();
    void connect_parts();
    void show_choice();
    void ask_for(void (DataChooser::*request)());
    void tell();

    DataChoice choice_;
    Availability cifar10_there_{Availability::State::absent, 0, {}};
    bool telling_ = true;
    QRadioButton *embedded_ = nullptr;
    QRadioButton *cifar10_ = nullptr;
    QPushButton *cifar10_button_ = nullptr;
    QProgressBar *cifar10_bar_ = nullptr;
    QLabel *cifar10_words_ = nullptr;
    QRadioButton *other_ = nullptr;
    QPushButton *browse_ = nullptr;
    QComboBox *head_ = nullptr;
    QSpinBox *samples_ = nullptr;
    QLabel *names_words_ = nullptr;
    QPushButton *names_button_ = nullptr;
};

} // namespace ca
