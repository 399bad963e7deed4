// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/status_strip.h"
#include "ui/main_window.h"

#include <QDragEnterEvent>
#include <QPushButton>
#include <QTableView>

class TestScanActions final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void scan_is_offered_with_a_model_alone();
    void a_scan_ends_where_another_model_is_opened();
    void a_scan_that_failed_leaves_what_is_shown();
};

namespace {

void make_ready(ca::MainWindow &window)
{
    window.set_data({QStringLiteral("Pictogram-10"), {}, {}, 500, 1000, 1000});
    window.set_model(made_up_model());
}

template <typename W>
W *find(const ca::MainWindow &window, const char *name)
{
    return window.findChild<W *>(QString::fromLatin1(name));
}

bool accepts(ca::MainWindow &window, const QString &file)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    enter.setAccepted(false);
    QApplication::sendEvent(&window, &enter);
    return enter.isAccepted();
}

} // namespace

void TestScanActions::scan_is_offered_with_a_model_alone()
{
    ca::MainWindow window;
    auto *scan = find<QPushButton>(window, "button_scan");
    QSignalSpy wanted(&window, &ca::MainWindow::scan_requested);
    QVERIFY(!scan->isEnabled());
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.set_model(made_up_model());
    QVERIFY(scan->isEnabled());
    scan->click();
    QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
    QCOMPARE(wanted.count(), 2);
    make_ready(window);
    window.show_scanning();
    QVERIFY(!scan->isEnabled());
    QVERIFY(!find<QPushButton>(window, "button_run")->isEnabled());
    QVERIFY(find<QPushButton>(window, "trials_action")->isHidden());
    QSignalSpy cancelled(&window, &ca::MainWindow::cancel_requested);
    find<QPushButton>(window, "button_stop")->click();
    QCOMPARE(cancelled.count(), 1);
    QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier); // it has not ended yet
    QCOMPARE(wanted.count(), 2);
    window.show_finished(QStringLiteral("Stopped"));
    QVERIFY(scan->isEnabled());
    QVERIFY(find<QPushButton>(window, "button_run")->isEnabled());
    window.show_started();
    QVERIFY(!scan->isEnabled());
}

void TestScanActions::a_scan_ends_where_another_model_is_opened()
{
    ca::MainWindow window;
    make_ready(window);
    window.show_scanning();
    QVERIFY(accepts(window, QStringLiteral("/models/a.pt"))); // it costs little, unlike a study
    window.show_opening(QStringLiteral("a.pt"));
    QVERIFY(!find<QPushButton>(window, "button_scan")->isEnabled());
    window.set_model(made_up_model());
    QVERIFY(find<QPushButton>(window, "button_scan")->isEnabled());
    window.show_scanning();
    window.show_opening_data(QStringLiteral("cifar"));
    QVERIFY(!find<ca::StatusStrip>(window, "status_strip")->is_busy());
    window.set_data({QStringLiteral("cifar"), {}, {}, 500, 1000, 1000});
    QVERIFY(find<QPushButton>(window, "button_scan")->isEnabled());
}

void TestScanActions::a_scan_that_failed_leaves_what_is_shown()
{
    ca::MainWindow window;
    make_ready(window);
    window.show_scanning();
    window.set_sensitivity(made_up_sensitivity(3));
    window.show_scan_failure({ca::ErrorCode::bad_data, "No image could be read. Choose other data.", nullptr});
    QCOMPARE(find<ca::StatusStrip>(window, "status_strip")->note(), QStringLiteral("No image could be read. Choose other data."));
    const auto *table = find<QTableView>(window, "layers_table")->model();
    QCOMPARE(table->rowCount(), 24);
    QVERIFY(!table->index(2, 2).data().toString().isEmpty());
    QVERIFY(find<QPushButton>(window, "button_scan")->isEnabled());
}

CA_GUI_TEST_MAIN(TestScanActions)
#include "test_scan_actions.moc"
