// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/trials/quantize_facts.h"

#include <QWidget>

class QFormLayout;
class QLabel;
class QPlainTextEdit;

namespace ca {

/// What a choice is expected to take, and what became of it, line under line.
class QuantizeResult final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QuantizeResult)
public:
    explicit QuantizeResult(QWidget *parent = nullptr);

    void show_expecting(); ///< the answer is on its way
    void set_expected(const ExpectedFacts &facts);
    void set_result(const QuantizedFacts &facts);
    void clear_result();
    void set_exported(const QString &file, Bytes size);

private:
    QLabel *add_line(const QString &name, const QString &label);

    QFormLayout *lines_ = nullptr;
    QLabel *file_ = nullptr;
    QLabel *memory_ = nullptr;
    QLabel *time_ = nullptr;
    QLabel *made_ = nullptr;
    QLabel *accuracy_ = nullptr;
    QLabel *against_ = nullptr;
    QLabel *exported_ = nullptr;
    QPlainTextEdit *notes_ = nullptr;
};

} // namespace ca
