// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/style_sheet.h"
#include "ui/common/theme.h"
#include "ui/settings/price_dialog.h"

#include <QLabel>
#include <QPushButton>
#include <QTableWidget>

class TestPriceDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_the_persons_prices_first();
    void keeps_what_differs_from_the_published();
    void a_price_that_is_none_cannot_be_saved();
    void a_model_can_be_added_and_taken_back();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

enum Column { kModel, kInput, kOutput, kCached };

const std::vector<ca::Price> kPublished{{"alpha", 1.25, 10, 0.125, {}}, {"beta", 3, 15, {}, {}}};

struct Shown {
    explicit Shown(const std::vector<ca::Price> &own = {}) : dialog(kPublished, own)
    {
        dialog.show();
        table = dialog.findChild<QTableWidget *>(QStringLiteral("price_table"));
    }
    [[nodiscard]] QString text(int row, int column) const { return table->item(row, column)->text(); }
    void set(int row, int column, const char *text) const { table->item(row, column)->setText(QString::fromUtf8(text)); }
    [[nodiscard]] QPushButton *button(const char *name) const
    {
        return dialog.findChild<QPushButton *>(QString::fromLatin1(name));
    }
    ca::PriceDialog dialog;
    QTableWidget *table = nullptr;
};

} // namespace

void TestPriceDialog::shows_the_persons_prices_first()
{
    const Shown shown({{"beta", 2, 14, {}, {}}});
    QCOMPARE(shown.table->rowCount(), 2);
    QCOMPARE(shown.text(0, kModel), QStringLiteral("beta"));
    QCOMPARE(shown.text(0, kInput), QStringLiteral("2"));
    QCOMPARE(shown.text(0, 5), QStringLiteral("yours"));
    QCOMPARE(shown.text(1, kCached), QStringLiteral("0.125"));
    QCOMPARE(shown.text(1, 5), QString());
    QCOMPARE(shown.dialog.own(), (std::vector<ca::Price>{{"beta", 2, 14, {}, {}}}));
}

void TestPriceDialog::keeps_what_differs_from_the_published()
{
    const Shown shown;
    QVERIFY(shown.dialog.own().empty());
    shown.set(0, kOutput, "9,5"); // a comma is a point to many
    QCOMPARE(shown.dialog.own(), (std::vector<ca::Price>{{"alpha", 1.25, 9.5, 0.125, {}}}));
    shown.set(0, kCached, "");
    QCOMPARE(shown.dialog.own(), (std::vector<ca::Price>{{"alpha", 1.25, 9.5, {}, {}}}));
    shown.set(0, kOutput, "10");
    shown.set(0, kCached, "0.125");
    QVERIFY(shown.dialog.own().empty());
}

void TestPriceDialog::a_price_that_is_none_cannot_be_saved()
{
    const Shown shown;
    QVERIFY(shown.button("price_save")->isEnabled());
    for (const char *text : {"", "-1", "free", "nan", "1e99"}) {
        shown.set(0, kInput, text);
        QVERIFY2(!shown.button("price_save")->isEnabled(), text);
        QVERIFY(shown.dialog.findChild<QLabel *>(QStringLiteral("price_problem"))->text().contains(QStringLiteral("alpha")));
    }
    shown.set(0, kInput, "0");
    QVERIFY(shown.button("price_save")->isEnabled());
}

void TestPriceDialog::a_model_can_be_added_and_taken_back()
{
    const Shown shown;
    shown.button("price_add")->click();
    QCOMPARE(shown.table->rowCount(), 3);
    QVERIFY(!shown.button("price_save")->isEnabled());
    shown.set(0, kModel, "beta");
    shown.set(0, kInput, "1");
    shown.set(0, kOutput, "2");
    QVERIFY(!shown.button("price_save")->isEnabled()); // it is there twice
    shown.set(0, kModel, "home-made");
    QVERIFY(shown.button("price_save")->isEnabled());
    QCOMPARE(shown.dialog.own(), (std::vector<ca::Price>{{"home-made", 1, 2, {}, {}}}));
    shown.table->selectRow(0);
    shown.button("price_take_back")->click();
    QCOMPARE(shown.table->rowCount(), 2);
    QVERIFY(shown.dialog.own().empty());
    shown.set(1, kInput, "7");
    shown.table->selectRow(1);
    shown.button("price_take_back")->click();
    QCOMPARE(shown.text(1, kInput), QStringLiteral("3"));
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestPriceDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true}) {
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        QApplication::setPalette(ca::palette_of(theme)); // as a system does
        ca::PriceDialog dialog(ca::PriceTable().prices(), {{"home-made", 0.035, 0.07, {}, {}}});
        dialog.setStyleSheet(ca::style_sheet(theme));
        dialog.show();
        QTest::qWait(20);
        QVERIFY(dialog.minimumSizeHint().height() <= 720 && dialog.minimumSizeHint().width() <= 1180);
        const QPixmap picture = dialog.grab();
        QVERIFY(!picture.isNull());
        if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
            picture.save(folder + (dark ? QStringLiteral("/prices-dark.png") : QStringLiteral("/prices-light.png")));
    }
}

CA_GUI_TEST_MAIN(TestPriceDialog)
#include "test_price_dialog.moc"
