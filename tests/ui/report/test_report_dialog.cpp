// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/ui/report/made_up_report.h"
#include "ui/common/state_pane.h"
#include "ui/report/page_view.h"
#include "ui/report/report_dialog.h"
#include "ui/report/report_pages.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>

namespace {

struct ShownReport {
    std::shared_ptr<const ca::report::ReportPages> pages = std::make_shared<const ca::report::ReportPages>(made_up::report(70));
    ca::ReportDialog dialog;

    ShownReport()
    {
        dialog.resize(900, 900);
        dialog.show();
        dialog.show_pages(pages);
    }
    Q_DISABLE_COPY_MOVE(ShownReport)

    template <typename W = QPushButton>
    [[nodiscard]] W &child(const char *name) const
    {
        return *dialog.findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] ca::report::PageView &view() const { return child<ca::report::PageView>("report_pages"); }
    [[nodiscard]] QString page() const { return child<QLabel>("report_page").text(); }
    [[nodiscard]] QString zoom() const { return child<QLabel>("report_zoom").text(); }
};

} // namespace

class TestReportDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void says_what_it_waits_for();
    void says_what_went_wrong_and_tries_again();
    void counts_pages();
    void turns_pages_by_keys();
    void fits_the_width_until_it_is_zoomed();
    void keeps_its_place_when_it_is_zoomed();
    void saves_as_what_was_chosen();
    void shows_the_page_itself();
    void every_control_has_a_name();
};

void TestReportDialog::says_what_it_waits_for()
{
    const ca::ReportDialog dialog;
    QCOMPARE(dialog.findChild<ca::StatePane *>()->state(), ca::StatePane::State::working);
    QVERIFY(!dialog.findChild<QPushButton *>(QStringLiteral("report_save"))->isEnabled());
}

void TestReportDialog::says_what_went_wrong_and_tries_again()
{
    ca::ReportDialog dialog;
    const auto *states = dialog.findChild<ca::StatePane *>();
    QSignalSpy again(&dialog, &ca::ReportDialog::retry_requested);
    dialog.show_failure({ca::ErrorCode::unreadable, "The study cannot be read.", nullptr});
    QCOMPARE(states->sentence(), QStringLiteral("The study cannot be read."));
    dialog.findChild<QPushButton *>(QStringLiteral("report_action"))->click();
    QCOMPARE(again.size(), qsizetype{1});
    QCOMPARE(states->state(), ca::StatePane::State::working);
}

void TestReportDialog::counts_pages()
{
    const ShownReport shown;
    const auto count = static_cast<int>(shown.pages->count());
    QCOMPARE(shown.page(), QStringLiteral("Page 1 of %1").arg(count));
    shown.view().show_page(1);
    QCOMPARE(shown.page(), QStringLiteral("Page 2 of %1").arg(count));
    QTest::keyClick(&shown.view(), Qt::Key_End);
    QCOMPARE(shown.page(), QStringLiteral("Page %1 of %1").arg(count));
}

void TestReportDialog::turns_pages_by_keys()
{
    const ShownReport shown;
    const int before = shown.view().verticalScrollBar()->value();
    QTest::keyClick(&shown.view(), Qt::Key_PageDown);
    QVERIFY(shown.view().verticalScrollBar()->value() > before);
    QTest::keyClick(&shown.view(), Qt::Key_Home);
    QCOMPARE(shown.view().verticalScrollBar()->value(), 0);
}

void TestReportDialog::fits_the_width_until_it_is_zoomed()
{
    ShownReport shown;
    // A page of 595.3 points is 793.7 pixels wide at 96 dots an inch; 16 pixels stay free at each side.
    const double fitted = (shown.view().viewport()->width() - 32) / 793.7;
    QVERIFY(std::abs(shown.view().zoom() - fitted) < 0.001);
    QCOMPARE(shown.zoom(), QStringLiteral("%1 %").arg(std::lround(fitted * 100)));
    shown.dialog.resize(700, 900);
    QVERIFY(shown.view().zoom() < fitted);
    shown.view().set_zoom(1);
    shown.child("report_larger").click();
    QCOMPARE(shown.zoom(), QStringLiteral("125 %"));
    shown.dialog.resize(800, 900);
    QCOMPARE(shown.zoom(), QStringLiteral("125 %"));
    shown.child("report_smaller").click();
    QCOMPARE(shown.zoom(), QStringLiteral("100 %"));
    for (int i = 0; i < 20; ++i)
        shown.child("report_larger").click();
    QCOMPARE(shown.zoom(), QStringLiteral("400 %"));
    QVERIFY(shown.view().horizontalScrollBar()->maximum() > 0);
    shown.child("report_fit").click();
    QCOMPARE(shown.view().horizontalScrollBar()->maximum(), 0);
}

void TestReportDialog::keeps_its_place_when_it_is_zoomed()
{
    const ShownReport shown;
    shown.view().set_zoom(0.5);
    shown.view().show_page(2);
    const QString page = shown.page();
    shown.view().set_zoom(1.5);
    QCOMPARE(shown.page(), page);
}

void TestReportDialog::saves_as_what_was_chosen()
{
    const ShownReport shown;
    QSignalSpy saved(&shown.dialog, &ca::ReportDialog::save_requested);
    shown.child("report_save").click();
    shown.child<QComboBox>("report_format").setCurrentIndex(3);
    shown.child("report_save").click();
    QCOMPARE(saved.size(), qsizetype{2});
    QCOMPARE(saved[0][0].value<ca::ReportFormat>(), ca::ReportFormat::pdf);
    QCOMPARE(saved[1][0].value<ca::ReportFormat>(), ca::ReportFormat::folder);
}

void TestReportDialog::shows_the_page_itself()
{
    const ShownReport shown;
    const QImage image = shown.view().viewport()->grab().toImage();
    QCOMPARE(image.pixelColor(image.width() / 2, 20), QColor(Qt::white)); // the page's upper margin
    QVERIFY(image.pixelColor(4, 20) != QColor(Qt::white));                // beside it
    int dark = 0;
    for (int y = 60; y < 160; ++y)
        for (int x = 0; x < image.width(); ++x)
            dark += image.pixelColor(x, y).lightness() < 100;
    QVERIFY(dark > 500); // the title
}

void TestReportDialog::every_control_has_a_name()
{
    const ShownReport shown;
    for (const auto *button : shown.dialog.findChildren<QPushButton *>())
        if (button->objectName() != QStringLiteral("report_action")) // named when it is shown
            QVERIFY2(!button->accessibleName().isEmpty(), qPrintable(button->objectName()));
    QVERIFY(!shown.child<QComboBox>("report_format").accessibleName().isEmpty());
    QVERIFY(!shown.view().accessibleName().isEmpty());
}

CA_GUI_TEST_MAIN(TestReportDialog)
#include "test_report_dialog.moc"
