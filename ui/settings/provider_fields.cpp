// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/provider_fields.h"

#include <QCoreApplication>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include <cmath>

namespace ca {
namespace {

constexpr int kNumberWidth = 120; // px
constexpr double kMostPrice = 10'000;

/// Whole cents as people write them, and what is finer where it is.
class PriceBox final : public QDoubleSpinBox {
public:
    [[nodiscard]] QString textFromValue(double value) const override
    {
        constexpr double kNoDifference = 1e-9;
        const bool has_cents_alone = std::abs(value * 100 - std::round(value * 100)) < kNoDifference;
        return locale().toString(value, 'f', has_cents_alone ? 2 : decimals());
    }
};

} // namespace

QLineEdit *make_line(const QString &name, const QString &accessible)
{
    auto *line = new QLineEdit;
    line->setObjectName(name);
    line->setAccessibleName(accessible);
    line->setProperty("role", "field");
    line->setAcceptDrops(false); // a dropped file is the window's
    return line;
}

QLabel *make_note(const QString &name)
{
    auto *note = new QLabel;
    note->setObjectName(name);
    note->setProperty("role", "dim");
    note->setTextFormat(Qt::PlainText);
    note->setWordWrap(true);
    return note;
}

QDoubleSpinBox *make_price(const QString &name, const QString &accessible)
{
    auto *price = new PriceBox;
    price->setObjectName(name);
    price->setAccessibleName(accessible);
    price->setDecimals(4);
    price->setRange(kUnknownPrice, kMostPrice);
    price->setSingleStep(0.01);
    price->setSpecialValueText(QCoreApplication::translate("ProviderDialog", "not known"));
    price->setButtonSymbols(QAbstractSpinBox::NoButtons);
    price->setFixedWidth(kNumberWidth);
    return price;
}

QSpinBox *make_number(const QString &name, const QString &accessible, int least, int most)
{
    auto *number = new QSpinBox;
    number->setObjectName(name);
    number->setAccessibleName(accessible);
    number->setRange(least, most);
    number->setButtonSymbols(QAbstractSpinBox::NoButtons);
    number->setFixedWidth(kNumberWidth);
    return number;
}

} // namespace ca
