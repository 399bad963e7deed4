// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/trials/quantize_facts.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;

namespace ca {

/// The options of one method: those that it uses, and no others.
class QuantizeOptions final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QuantizeOptions)
public:
    explicit QuantizeOptions(QWidget *parent = nullptr);

    void set_method(const QString &method); ///< a name of the registry, or `mixed`
    [[nodiscard]] QuantizeChoice choice() const;

Q_SIGNALS:
    void changed(); ///< by a person

private:
    void make_weights();
    void make_activations();
    void make_targets();
    void add_row(const QString &label, QWidget *field);
    QComboBox *add_combo(const QString &name, const QString &label, const QStringList &texts, const QVariantList &values);
    QComboBox *add_three_way(const QString &name, const QString &label);
    QCheckBox *add_check(const QString &name, const QString &text);
    QDoubleSpinBox *add_number(const QString &name, const QString &label, double least, double most, double value);
    void show_target();

    QString method_;
    QFormLayout *form_ = nullptr;
    QComboBox *target_ = nullptr;
    QDoubleSpinBox *ratio_ = nullptr;
    QDoubleSpinBox *drop_ = nullptr;
    QComboBox *rounding_ = nullptr;
    QComboBox *group_ = nullptr;
    QComboBox *symmetry_ = nullptr;
    QComboBox *ranges_ = nullptr;
    QComboBox *equalize_ = nullptr;
    QComboBox *smooth_ = nullptr;
    QComboBox *biases_ = nullptr;
    QCheckBox *per_token_ = nullptr;
    QDoubleSpinBox *threshold_ = nullptr;
    QCheckBox *doubled_ = nullptr;
    QComboBox *compute_ = nullptr;
    QCheckBox *ends_ = nullptr;
};

} // namespace ca
