// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/facts.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace ca {

/// The class names and sentences that a CLIP model is asked, one a line. It cannot be accepted while they make no sense, and says
/// why.
class ClassNamesDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ClassNamesDialog)
public:
    /// `usual`: what Reset brings back.
    ClassNamesDialog(const ClassNames &names, const ClassNames &usual, QWidget *parent = nullptr);

    [[nodiscard]] ClassNames names() const;

private:
    void check();

    ClassNames usual_;
    QPlainTextEdit *classes_ = nullptr;
    QPlainTextEdit *templates_ = nullptr;
    QLabel *problem_ = nullptr;
    QPushButton *reset_ = nullptr;
    QPushButton *ok_ = nullptr;
};

/// What is wrong with them, as a sentence; empty where nothing is.
[[nodiscard]] QString problem_of(const ClassNames &names);

} // namespace ca
