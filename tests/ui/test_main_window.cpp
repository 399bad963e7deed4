// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/chat/chat_pane.h"
#include "ui/common/chip.h"
#include "ui/common/state_pane.h"
#include "ui/common/status_strip.h"
#include "ui/common/theme.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/layers/layers_model.h"
#include "ui/main_window.h"
#include "ui/model_picker/model_picker.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/pareto/pareto_pane.h"
#include "ui/trials/trials_pane.h"

#include <QAbstractScrollArea>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QLabel>
#include <QListView>
#include <QMainWindow>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>

class TestMainWindow final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void accepts_a_model_file_dragged_over_any_place();
    void refuses_a_picture_and_says_why();
    void refuses_a_model_while_a_study_runs();
    void the_selected_trial_is_one_thing_everywhere();
    void every_control_has_a_name_for_those_who_hear_it();
    void follows_the_systems_colours();
    void run_is_offered_only_where_model_and_data_are_open();
    void run_waits_while_other_data_is_opened();
    void data_cannot_be_chosen_while_a_study_runs();
    void says_what_happened_to_a_bad_file_and_offers_retry();
    void answers_cancel_at_once();
    void each_empty_pane_says_one_sentence();
    void panes_come_back_where_they_were();
    void fits_a_small_window();
    void the_data_panel_tells_what_was_chosen();
    void weights_dropped_on_a_model_are_for_it();
    void weights_without_a_network_cannot_be_run_and_say_why();
    void notes_stand_above_the_layers();
    void a_long_warning_does_not_widen_the_window();
};

namespace {

bool drag(QWidget &target, const QString &file)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    enter.setAccepted(false);
    QApplication::sendEvent(&target, &enter);
    return enter.isAccepted();
}

void make_ready(ca::MainWindow &window)
{
    window.set_data({QStringLiteral("Pictogram-10"), {}, {}, 500, 1000, 1000});
    window.set_model(made_up_model());
}

template <typename W>
W *find(const ca::MainWindow &window, const char *name = nullptr)
{
    return window.findChild<W *>(QString::fromLatin1(name));
}

} // namespace

void TestMainWindow::accepts_a_model_file_dragged_over_any_place()
{
    ca::MainWindow window;
    for (const char *name : {"a.pt", "b.pth", "C.SafeTensors"})
        QVERIFY(drag(window, QStringLiteral("/models/") + QLatin1String(name)));
    // What lies inside must leave the file to the window.
    for (const auto *child : window.findChildren<QWidget *>())
        QVERIFY2(!child->acceptDrops() || child->inherits("QLineEdit"), qPrintable(child->objectName()));

    QSignalSpy dropped(&window, &ca::MainWindow::model_dropped);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/models/a.pt"))});
    QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &drop);
    QCOMPARE(dropped.count(), 1);
    QCOMPARE(dropped.front().front().toString(), QStringLiteral("/models/a.pt"));
}

void TestMainWindow::refuses_a_picture_and_says_why()
{
    ca::MainWindow window;
    QVERIFY(!drag(window, QStringLiteral("/pictures/cat.png")));
    const auto *strip = find<ca::StatusStrip>(window, "status_strip");
    QCOMPARE(strip->note(),
             QStringLiteral("cat.png is no model file. Drop a .pt, .pth, .safetensors or .bin file, or a Hugging Face folder."));
}

void TestMainWindow::refuses_a_model_while_a_study_runs()
{
    ca::MainWindow window;
    make_ready(window);
    window.show_started();
    QVERIFY(!drag(window, QStringLiteral("/models/a.pt")));
    QVERIFY(find<ca::StatusStrip>(window, "status_strip")->note().contains(QStringLiteral("running")));
}

void TestMainWindow::the_selected_trial_is_one_thing_everywhere()
{
    ca::MainWindow window;
    window.show();
    make_ready(window);
    window.set_trials(made_up_study());
    const auto *chart = find<ca::ParetoChart>(window, "pareto_chart");
    auto *trials = window.findChild<ca::TrialsPane *>();
    const auto *pareto = window.findChild<ca::ParetoPane *>();
    const auto *layers = window.findChild<ca::LayersModel *>();
    const auto is_selected = [&](const char *trial) {
        const QString id = QString::fromLatin1(trial);
        return window.selected_trial() == id && chart->selected() == id && trials->selected() == id && pareto->card_trial() == id
            && layers->headerData(layers->recipe_column(), Qt::Horizontal, Qt::DisplayRole).toString() == id;
    };
    QSignalSpy told(&window, &ca::MainWindow::trial_selected);
    QTest::mouseClick(chart->viewport(), Qt::LeftButton, {}, chart->place_of(QStringLiteral("T14")).toPoint());
    QVERIFY(is_selected("T14"));
    auto *table = find<QTableView>(window, "trials_table");
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(table->model()->index(1, 0)).center());
    QVERIFY(is_selected("T15")); // the second row, newest first
    window.select_trial(QStringLiteral("T4"));
    QVERIFY(is_selected("T4"));
    QCOMPARE(told.count(), 3);
    window.set_trials(made_up_study()); // news of the same study keep it
    QVERIFY(is_selected("T4"));
    window.set_trials(nullptr);
    QVERIFY(is_selected(""));
}

void TestMainWindow::every_control_has_a_name_for_those_who_hear_it()
{
    ca::MainWindow window;
    make_ready(window);
    window.set_trials(made_up_study());
    int controls = 0;
    for (const auto *widget : window.findChildren<QWidget *>()) {
        const bool inside_another = widget->parentWidget()->inherits("QAbstractSpinBox")
            || widget->parentWidget()->inherits("QComboBox") || widget->objectName().startsWith(QStringLiteral("qt_"))
            || widget->inherits("QComboBoxPrivateContainer") || widget->inherits("QComboBoxListView")
            || widget->inherits("QMenu");
        const bool has_text = widget->inherits("QLabel");
        if (!(widget->focusPolicy() & Qt::TabFocus) || inside_another || has_text || widget->isHidden())
            continue;
        ++controls;
        QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
        QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
    }
    QVERIFY(controls >= 14); // 3 chips, 3 buttons, list, drop, 2 tables, chart, cancel, 3 of the panes' states …
}

void TestMainWindow::follows_the_systems_colours()
{
    const QPalette before = QApplication::palette();
    QApplication::setPalette(QPalette(Qt::white));
    ca::MainWindow window;
    window.resize(1180, 720);
    window.show();
    QCOMPARE(window.palette().color(QPalette::Window), QColor(0xf6, 0xf7, 0xf9));
    QApplication::setPalette(QPalette(Qt::black));
    QApplication::processEvents();
    QCOMPARE(window.palette().color(QPalette::Window), QColor(0x17, 0x19, 0x1c));
    QCOMPARE(window.grab().toImage().pixelColor(600, 24), QColor(0x1f, 0x22, 0x26)); // the header is drawn with the dark panel
    QCOMPARE(find<ca::ParetoChart>(window, "pareto_chart")->backgroundBrush().color(), QColor(0x1f, 0x22, 0x26));
    QApplication::setPalette(before);
}

void TestMainWindow::run_is_offered_only_where_model_and_data_are_open()
{
    ca::MainWindow window;
    auto *run = find<QPushButton>(window, "button_run");
    QSignalSpy started(&window, &ca::MainWindow::start_requested);
    QVERIFY(!run->isEnabled());
    window.set_model(made_up_model());
    QVERIFY(!run->isEnabled());
    make_ready(window);
    QVERIFY(run->isEnabled());
    run->click();
    QCOMPARE(started.count(), 1);
    window.show_started();
    QVERIFY(!run->isEnabled());
    QVERIFY(find<QPushButton>(window, "button_stop")->isEnabled());
    window.show_finished(QStringLiteral("Finished"));
    QVERIFY(run->isEnabled());
    QVERIFY(!find<QPushButton>(window, "button_stop")->isEnabled());
}

void TestMainWindow::run_waits_while_other_data_is_opened()
{
    ca::MainWindow window;
    make_ready(window);
    QSignalSpy started(&window, &ca::MainWindow::start_requested);
    const auto *run = find<QPushButton>(window, "button_run");
    const auto *offer = find<QPushButton>(window, "trials_action");
    QVERIFY(run->isEnabled());
    QVERIFY(!offer->isHidden());
    window.show_opening_data(QStringLiteral("cifar"));
    QVERIFY(!run->isEnabled());
    QVERIFY(offer->isHidden());
    QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
    QCOMPARE(started.count(), 0);
    window.set_data({QStringLiteral("cifar"), {}, {}, 500, 1000, 1000});
    QVERIFY(run->isEnabled());
    window.show_opening_data(QStringLiteral("gone"));
    window.show_data_failure({ca::ErrorCode::not_found, "The folder is not there. Choose another.", nullptr});
    QVERIFY(!run->isEnabled());
}

void TestMainWindow::data_cannot_be_chosen_while_a_study_runs()
{
    ca::MainWindow window;
    make_ready(window);
    const auto actions = window.actions();
    const auto choose = std::find_if(actions.begin(), actions.end(), [](const QAction *action) {
        return action->shortcut() == QKeySequence(Qt::CTRL | Qt::Key_D);
    });
    QVERIFY(choose != actions.end());
    const auto *panel = window.findChild<ca::DataChooser *>();
    QVERIFY((*choose)->isEnabled());
    window.show_started();
    QVERIFY(!(*choose)->isEnabled());
    (*choose)->trigger();
    QVERIFY(!panel->isVisible());
    window.show_stopping();
    QVERIFY(!(*choose)->isEnabled());
    window.show_finished(QStringLiteral("Stopped"));
    QVERIFY((*choose)->isEnabled());
    (*choose)->trigger();
    QVERIFY(panel->isVisible());
}

void TestMainWindow::says_what_happened_to_a_bad_file_and_offers_retry()
{
    ca::MainWindow window;
    QSignalSpy again(&window, &ca::MainWindow::retry_requested);
    const QString file = QStringLiteral("net.pt");
    window.show_opening(file);
    window.show_model_failure(file, {ca::ErrorCode::bad_format, "The file ends 439 bytes early. Fetch it again.", nullptr});
    auto *action = find<QPushButton>(window, "layers_action");
    QCOMPARE(action->text(), QStringLiteral("Retry"));
    action->click();
    QCOMPARE(again.count(), 1);
}

void TestMainWindow::answers_cancel_at_once()
{
    ca::MainWindow window;
    make_ready(window);
    window.show_started();
    window.set_progress({"Evaluating T3", 10, 100, 1, 9.0});
    QSignalSpy cancelled(&window, &ca::MainWindow::cancel_requested);
    const auto *strip = find<ca::StatusStrip>(window, "status_strip");
    find<QPushButton>(window, "status_cancel")->click();
    QCOMPARE(strip->stage(), QStringLiteral("Stopping…"));
    QCOMPARE(cancelled.count(), 1);
    window.set_progress({"Evaluating T3", 20, 100, 1, 9.0}); // a late report changes nothing
    QCOMPARE(strip->stage(), QStringLiteral("Stopping…"));
    window.show_finished(QStringLiteral("Stopped"));
    QCOMPARE(strip->stage(), QStringLiteral("Stopped"));
    QVERIFY(!strip->is_busy());
}

void TestMainWindow::each_empty_pane_says_one_sentence()
{
    ca::MainWindow window;
    const auto panes = window.findChildren<ca::StatePane *>();
    QCOMPARE(panes.size(), 4);
    for (const auto *pane : panes) {
        QCOMPARE(pane->state(), ca::StatePane::State::empty);
        QVERIFY(pane->sentence().endsWith(QLatin1Char('.')));
    }
    make_ready(window);
    window.set_trials(made_up_study());
    window.chat().add(ca::ChatNotice{QStringLiteral("Something was said.")});
    for (const auto *pane : panes)
        QCOMPARE(pane->state(), ca::StatePane::State::full);
}

void TestMainWindow::panes_come_back_where_they_were()
{
    ca::WindowLayout layout;
    {
        ca::MainWindow window;
        window.show();
        auto *docks = find<QMainWindow>(window, "docks");
        docks->addDockWidget(Qt::BottomDockWidgetArea, find<QDockWidget>(window, "pane_pareto"));
        layout = window.layout_state();
    }
    ca::MainWindow window;
    window.restore_layout(layout);
    const auto *docks = find<QMainWindow>(window, "docks");
    QCOMPARE(docks->dockWidgetArea(find<QDockWidget>(window, "pane_pareto")), Qt::BottomDockWidgetArea);
    ca::MainWindow other;
    other.restore_layout({QByteArray("no geometry"), QByteArray("no layout")});
    QCOMPARE(find<QMainWindow>(other, "docks")->dockWidgetArea(find<QDockWidget>(other, "pane_pareto")), Qt::RightDockWidgetArea);
}

void TestMainWindow::fits_a_small_window()
{
    ca::MainWindow window;
    make_ready(window);
    window.set_trials(made_up_study());
    window.resize(1180, 720);
    window.show();
    QCOMPARE(window.size(), QSize(1180, 720));
    const auto *table = find<QTableView>(window, "trials_table");
    QVERIFY(table->columnWidth(2) >= 100); // names of recipes can be read
    for (const char *name : {"button_scan", "button_quantize", "button_run", "button_pause", "button_stop", "button_more"}) {
        const auto *button = find<QPushButton>(window, name);
        QVERIFY(button->width() >= button->sizeHint().width() || button->width() == 36);
        QVERIFY(button->mapTo(&window, button->rect().bottomRight()).x() < 1180);
    }
}

void TestMainWindow::the_data_panel_tells_what_was_chosen()
{
    ca::MainWindow window;
    QSignalSpy told(&window.chooser(), &ca::DataChooser::data_chosen);
    window.chooser().set_choice({QStringLiteral("/data/cifar"), QStringLiteral("agreement"), 500});
    QCOMPARE(told.count(), 0); // set by the program, not by a person
    find<QSpinBox>(window, "data_samples")->setValue(60);
    QCOMPARE(told.count(), 1);
    QCOMPARE(window.chooser().choice(), (ca::DataChoice{QStringLiteral("/data/cifar"), QStringLiteral("agreement"), 60}));
    QTest::mouseClick(window.findChild<QWidget *>(QStringLiteral("data_embedded")), Qt::LeftButton);
    QCOMPARE(window.chooser().choice().data, QStringLiteral("pictogram10"));
}

void TestMainWindow::weights_dropped_on_a_model_are_for_it()
{
    ca::MainWindow window;
    window.picker().set_models(
        {{QStringLiteral("resnet18"), QStringLiteral("ResNet-18"), QStringLiteral("11.7 M"), {}, {}, {}, true},
         {QStringLiteral("/demo"), QStringLiteral("Demo"), {}, {}, {}, {}, false}});
    window.show();
    QApplication::processEvents();
    const QListView *list = window.picker().list();
    QSignalSpy weights(&window, &ca::MainWindow::weights_dropped);
    QSignalSpy model(&window, &ca::MainWindow::model_dropped);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/models/mine.pth"))});
    const auto drop_on = [&](int row) {
        const QPoint place = list->viewport()->mapTo(&window, list->visualRect(list->model()->index(row, 0)).center());
        QDragEnterEvent enter(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QDropEvent drop(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &drop);
    };
    drop_on(0);
    QCOMPARE(model.count(), 0);
    QCOMPARE(weights.count(), 1);
    QCOMPARE(weights.front(), (QVariantList{QStringLiteral("resnet18"), QStringLiteral("/models/mine.pth")}));
    drop_on(1);
    QCOMPARE(weights.count(), 1);
    QCOMPARE(model.count(), 1);
}

void TestMainWindow::weights_without_a_network_cannot_be_run_and_say_why()
{
    ca::MainWindow window;
    make_ready(window);
    ca::ModelFacts weights = made_up_model();
    weights.has_network = false;
    weights.notes = {QStringLiteral("These are weights without a network that uses them.")};
    window.set_model(weights);
    const auto *run = find<QPushButton>(window, "button_run");
    QVERIFY(!run->isEnabled());
    QCOMPARE(run->toolTip(), weights.notes.front());
    QVERIFY(find<QTableView>(window, "layers_table")->model()->rowCount() > 0);
    QVERIFY(window.findChild<ca::TrialsPane *>()->states()->sentence().contains(QStringLiteral("Quantize… exports")));
    QSignalSpy started(&window, &ca::MainWindow::start_requested);
    QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
    QCOMPARE(started.count(), 0);
    window.set_model(made_up_model());
    QVERIFY(run->isEnabled());
}

void TestMainWindow::notes_stand_above_the_layers()
{
    ca::MainWindow window;
    auto *notes = find<QLabel>(window, "layers_notes");
    QVERIFY(notes->isHidden());
    ca::ModelFacts model = made_up_model();
    model.notes = {QStringLiteral("Its weights are random."), QStringLiteral("Its input was found by trying.")};
    window.set_model(model);
    QVERIFY(!notes->isHidden());
    QCOMPARE(notes->text(), model.notes.front());
    QVERIFY(notes->toolTip().contains(model.notes.back()));
    window.set_model(made_up_model());
    QVERIFY(notes->isHidden());
}

void TestMainWindow::a_long_warning_does_not_widen_the_window()
{
    ca::MainWindow window;
    make_ready(window);
    window.resize(1180, 720);
    window.show();
    window.warn(QStringLiteral("word ").repeated(200));
    window.set_progress({"Downloading a file with quite a long name", 1, 10, 0, 5.0});
    QApplication::processEvents();
    QCOMPARE(window.width(), 1180);
    const auto *cancel = find<QPushButton>(window, "status_cancel");
    QVERIFY(cancel->width() >= cancel->sizeHint().width());
    QVERIFY(cancel->mapTo(&window, cancel->rect().bottomRight()).x() < 1180);
}

CA_GUI_TEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
