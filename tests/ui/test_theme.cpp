// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/style_sheet.h"
#include "ui/common/theme.h"
#include "ui/common/words.h"

class TestTheme final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_viridis();
    void tells_a_dark_palette_from_a_light_one();
    void its_palettes_are_recognised_as_what_they_are();
    void text_has_contrast_of_four_and_a_half();
    void marks_have_contrast_of_three();
    void every_heatmap_cell_can_be_read();
    void the_style_sheet_names_no_unknown_colour();
    void says_numbers_with_three_digits();
    void says_noise_in_the_width_of_a_cell();
    void says_differences_with_a_real_minus();
    void says_how_long_it_takes();
};

void TestTheme::knows_viridis()
{
    // matplotlib's table, rounded to 8 bits: 0, 0.5 (entry 128) and 1.
    QCOMPARE(ca::viridis(0), QColor(68, 1, 84));
    QCOMPARE(ca::viridis(128.0 / 255), QColor(33, 145, 140));
    QCOMPARE(ca::viridis(1), QColor(253, 231, 37));
    QCOMPARE(ca::viridis(-3), ca::viridis(0));
    QCOMPARE(ca::viridis(7), ca::viridis(1));
}

void TestTheme::tells_a_dark_palette_from_a_light_one()
{
    QVERIFY(!ca::is_dark(QPalette(Qt::white)));
    QVERIFY(ca::is_dark(QPalette(Qt::black)));
}

void TestTheme::its_palettes_are_recognised_as_what_they_are()
{
    QCOMPARE(ca::theme_of(ca::palette_of(ca::light_theme())), ca::light_theme());
    QCOMPARE(ca::theme_of(ca::palette_of(ca::dark_theme())), ca::dark_theme());
}

void TestTheme::text_has_contrast_of_four_and_a_half()
{
    QCOMPARE(ca::contrast(Qt::black, Qt::white), 21.0); // WCAG's own upper end
    for (const ca::Theme &theme : {ca::light_theme(), ca::dark_theme()}) {
        for (const QColor &text : {theme.ink, theme.dim, theme.good, theme.warning, theme.bad, theme.accent})
            for (const QColor &ground : {theme.panel, theme.background})
                QVERIFY2(ca::contrast(text, ground) >= 4.5, qPrintable(text.name() + QStringLiteral(" on ") + ground.name()));
        for (const QColor &text : {theme.ink, theme.dim}) // all that stands on a selected row
            QVERIFY2(ca::contrast(text, theme.selection) >= 4.5, qPrintable(text.name()));
    }
}

void TestTheme::marks_have_contrast_of_three()
{
    for (const ca::Theme &theme : {ca::light_theme(), ca::dark_theme()})
        for (const QColor &mark : {theme.accent, theme.faint, theme.ink})
            QVERIFY2(ca::contrast(mark, theme.panel) >= 3, qPrintable(mark.name()));
}

void TestTheme::every_heatmap_cell_can_be_read()
{
    for (int i = 0; i < 256; ++i) {
        const QColor ground = ca::viridis(i / 255.0);
        QVERIFY2(ca::contrast(ca::text_on(ground), ground) >= 4.2, qPrintable(ground.name()));
    }
}

void TestTheme::the_style_sheet_names_no_unknown_colour()
{
    const QString sheet = ca::style_sheet(ca::dark_theme());
    QVERIFY(!sheet.contains(QLatin1Char('$')));
    QVERIFY(sheet.contains(QStringLiteral("#7fb0ff")));  // the dark accent of the table of roles
    QVERIFY(!sheet.contains(QStringLiteral("#1f5fbf"))); // and not the light one
}

void TestTheme::says_numbers_with_three_digits()
{
    QCOMPARE(ca::words::three_digits(18.6), QStringLiteral("18.6"));
    QCOMPARE(ca::words::three_digits(4.7), QStringLiteral("4.70"));
    QCOMPARE(ca::words::three_digits(9.999), QStringLiteral("10.0"));
    QCOMPARE(ca::words::three_digits(0.0421), QStringLiteral("0.0421"));
    QCOMPARE(ca::words::three_digits(1234.4), QStringLiteral("1234"));
    QCOMPARE(ca::words::count(4'500'000), QStringLiteral("4.50 M"));
    QCOMPARE(ca::words::count(196'608), QStringLiteral("197 k"));
    QCOMPARE(ca::words::count(96), QStringLiteral("96"));
}

void TestTheme::says_noise_in_the_width_of_a_cell()
{
    QCOMPARE(ca::words::noise(0.0009), QStringLiteral("9e-4"));
    QCOMPARE(ca::words::noise(0.005), QStringLiteral("0.005"));
    QCOMPARE(ca::words::noise(0.1), QStringLiteral("0.10"));
    QCOMPARE(ca::words::noise(1.72), QStringLiteral("1.72"));
    QCOMPARE(ca::words::noise(15.2), QStringLiteral("15"));
    QCOMPARE(ca::words::noise(std::numeric_limits<double>::infinity()), QStringLiteral("∞"));
}

void TestTheme::says_differences_with_a_real_minus()
{
    QCOMPARE(ca::words::points(-0.374), QStringLiteral("−0.37"));
    QCOMPARE(ca::words::points(0.12), QStringLiteral("+0.12"));
    QCOMPARE(ca::words::points(-0.001), QStringLiteral("0.00"));
}

void TestTheme::says_how_long_it_takes()
{
    QCOMPARE(ca::words::far({"Evaluating", 2912, 5000, 9, 23.2}), QStringLiteral("2,912 of 5,000 · about 24 s left"));
    QCOMPARE(ca::words::far({"Evaluating", 1, 50, 0, {}}), QStringLiteral("1 of 50 · estimating the time"));
    QCOMPARE(ca::words::time_left(150), QStringLiteral("about 3 min left"));
}

CA_GUI_TEST_MAIN(TestTheme)
#include "test_theme.moc"
