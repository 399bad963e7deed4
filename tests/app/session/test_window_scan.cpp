// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/session/opened_window.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/layers/layers_model.h"
#include "ui/layers/layers_pane.h"

#include <QElapsedTimer>
#include <QTableView>

class TestWindowScan final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_open_model_shows_its_weights_at_once();
    void a_scan_fills_the_heatmap();
    void stopping_answers_at_once_and_keeps_what_is_shown();
    void another_model_ends_a_scan();
    void a_scan_without_data_is_of_weights_alone();
};

namespace {

constexpr int kScanMilliseconds = 400'000;

struct Opened : OpenedWindow {
    [[nodiscard]] QPushButton &scan() const { return *child<QPushButton>("button_scan"); }
    [[nodiscard]] ca::LayersPane &layers() const { return *window.findChild<ca::LayersPane *>(); }
    [[nodiscard]] const ca::SensitivityFacts &facts() const { return window.findChild<ca::LayersModel *>()->facts(); }

    bool open_net(const char *kind)
    {
        const auto file = write_scripted_net(folder.path().toStdString(), kind);
        controller.model().open_file(QString::fromStdString(file.string()));
        return QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds);
    }
    /// Cells of the measure that have a value.
    [[nodiscard]] std::ptrdiff_t count(ca::Measure measure) const
    {
        std::ptrdiff_t found = 0;
        for (const ca::LayerFacts &layer : facts().layers)
            found += std::count_if(layer.of(measure).begin(), layer.of(measure).end(),
                                   [](const ca::HeatCell &cell) { return cell.value.has_value(); });
        return found;
    }
};

} // namespace

void TestWindowScan::an_open_model_shows_its_weights_at_once()
{
    Opened opened;
    QVERIFY(!opened.scan().isEnabled());
    QVERIFY(opened.open_net("cnn"));
    QVERIFY(opened.scan().isEnabled());
    const auto layers = static_cast<std::ptrdiff_t>(opened.facts().layers.size());
    QVERIFY(layers > 0);
    QCOMPARE(opened.count(ca::Measure::noise), 6 * layers);
    QVERIFY(opened.count(ca::Measure::bytes) >= 2 * layers);
    QCOMPARE(opened.count(ca::Measure::divergence), 0);
    for (const ca::LayerFacts &layer : opened.facts().layers) {
        QVERIFY(layer.density);
        const auto &bins = layer.density->histogram;
        QVERIFY(qAbs(std::accumulate(bins.begin(), bins.end(), 0.0F) - 1) < 1e-3F);
    }
}

void TestWindowScan::a_scan_fills_the_heatmap()
{
    Opened opened;
    QVERIFY(opened.open_net("cnn"));
    QSignalSpy changed(&opened.session, &ca::Session::scan_changed);
    QSignalSpy finished(&opened.session, &ca::Session::scan_finished);
    opened.scan().click();
    QVERIFY(!opened.scan().isEnabled());
    QVERIFY(!opened.run().isEnabled());
    QVERIFY(opened.strip().is_busy());
    QCOMPARE(opened.layers().measure(), ca::Measure::divergence);
    QVERIFY(finished.wait(kScanMilliseconds));
    QVERIFY(changed.count() > 0);
    QCOMPARE(opened.count(ca::Measure::divergence), 7 * static_cast<std::ptrdiff_t>(opened.facts().layers.size()));
    for (const ca::LayerFacts &layer : opened.facts().layers)
        QVERIFY(layer.activation);
    QVERIFY2(opened.strip().stage().startsWith(QStringLiteral("Scanned")), qPrintable(opened.strip().stage()));
    QVERIFY(opened.scan().isEnabled());
    QVERIFY(opened.run().isEnabled());
}

void TestWindowScan::stopping_answers_at_once_and_keeps_what_is_shown()
{
    Opened opened;
    QVERIFY(opened.drop_demo());
    QSignalSpy failed(&opened.session, &ca::Session::scan_failed);
    opened.scan().click();
    QVERIFY(QTest::qWaitFor([&] { return opened.count(ca::Measure::divergence) > 0; }, kScanMilliseconds));
    QElapsedTimer clock;
    clock.start();
    opened.child<QPushButton>("button_stop")->click();
    QCOMPARE(opened.strip().stage(), QStringLiteral("Stopping…"));
    QVERIFY(clock.elapsed() < 100);
    QVERIFY(failed.wait(kScanMilliseconds));
    QVERIFY(clock.elapsed() < 30'000);
    QVERIFY(opened.count(ca::Measure::divergence) > 0);
    QVERIFY2(opened.strip().stage().startsWith(QStringLiteral("Stopped")), qPrintable(opened.strip().stage()));
    QVERIFY(opened.scan().isEnabled());
}

void TestWindowScan::another_model_ends_a_scan()
{
    Opened opened;
    QVERIFY(opened.drop_demo());
    QSignalSpy finished(&opened.session, &ca::Session::scan_finished);
    QSignalSpy failed(&opened.session, &ca::Session::scan_failed);
    opened.scan().click();
    QVERIFY(opened.open_net("cnn"));
    QCOMPARE(finished.count() + failed.count(), 0);
    QCOMPARE(opened.layers().measure(), ca::Measure::noise);
    QCOMPARE(opened.count(ca::Measure::divergence), 0);
    QVERIFY(opened.scan().isEnabled());
}

void TestWindowScan::a_scan_without_data_is_of_weights_alone()
{
    OpenedWindow opened;
    ca::Session session;
    QSignalSpy failed(&session, &ca::Session::scan_failed);
    session.start_scan({});
    QCOMPARE(failed.count(), 1); // there is no model
    QSignalSpy told(&session, &ca::Session::model_opened);
    session.open_model({{write_scripted_net(opened.folder.path().toStdString(), "cnn"), nullptr, false}, false, {}});
    QVERIFY(told.wait(kOpenMilliseconds));
    QSignalSpy finished(&session, &ca::Session::scan_finished);
    session.start_scan({});
    QVERIFY(finished.wait(kScanMilliseconds));
    const auto table = finished.front().front().value<std::shared_ptr<const ca::SensitivityTable>>();
    QVERIFY(table);
    QVERIFY(table->data.empty());
    for (const ca::LayerSensitivity &layer : table->layers)
        QVERIFY(layer.divergence.empty() && layer.weights.statistics.count > 0);
}

CA_GUI_TEST_MAIN(TestWindowScan)
#include "test_window_scan.moc"
