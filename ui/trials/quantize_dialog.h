// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "ui/trials/quantize_facts.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace ca {

class QuantizeOptions;
class QuantizeResult;

/// One method carried out whole: choose it and its options, see what that will take, quantize, measure, export. Passive: it says
/// what a person wants by signals, and shows the values it is given.
class QuantizeDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QuantizeDialog)
public:
    /// `why_not_measure`: empty where there is data and a network to measure accuracy with.
    QuantizeDialog(const QString &model, const QString &why_not_measure, QWidget *parent = nullptr);

    [[nodiscard]] QuantizeChoice choice() const;
    [[nodiscard]] bool measures() const; ///< accuracy as well

    void set_expected(const ExpectedFacts &facts);
    void show_working();
    void show_exporting(); ///< what was made stays on the screen
    void set_progress(const ProgressReport &how);
    void set_result(const QuantizedFacts &facts);
    void show_failure(const Error &error); ///< also of an export
    void show_stopped();
    void set_exported(const QString &file, Bytes size);

public Q_SLOTS:
    void reject() override; ///< asks what runs to stop first

Q_SIGNALS:
    void choice_changed();
    void quantize_requested();
    void cancel_requested();
    void export_requested();

private:
    QWidget *make_methods();
    QWidget *make_right();
    QWidget *make_buttons();
    void show_method();
    void tell();
    void end_work(const QString &sentence);
    void refresh();

    QListWidget *methods_ = nullptr;
    QLabel *summary_ = nullptr;
    QuantizeOptions *options_ = nullptr;
    QCheckBox *measure_ = nullptr;
    QuantizeResult *result_ = nullptr;
    QProgressBar *bar_ = nullptr;
    QLabel *stage_ = nullptr;
    QPushButton *quantize_ = nullptr;
    QPushButton *export_ = nullptr;
    QPushButton *close_ = nullptr;
    bool possible_ = false; ///< what is chosen, as far as is known
    bool working_ = false, stopping_ = false, has_result_ = false;
};

} // namespace ca
