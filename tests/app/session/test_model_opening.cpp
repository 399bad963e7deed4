// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_folder.h"
#include "core/model/zoo.h"
#include "core/quantize/export/export.h"
#include "tests/app/session/opened_window.h"
#include "tests/corpus/script_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/data_chooser/class_names_dialog.h"
#include "ui/model_picker/findings_dialog.h"
#include "ui/model_picker/model_picker.h"

#include <QLabel>
#include <QListView>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QTableView>

#include <fstream>

class TestModelOpening final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void suspicious_code_is_shown_and_opened_only_when_trusted();
    void a_damaged_file_has_no_findings_to_show();
    void weights_without_a_network_can_be_looked_at();
    void a_quantized_file_is_sent_to_the_command_line();
    void random_weights_are_said();
    void weights_that_are_not_there_are_said();
    void a_download_is_asked_for_once_and_then_opened();
    void class_names_are_the_datas_until_they_are_edited();
};

namespace {

template <typename W>
W *shown(const OpenedWindow &opened)
{
    for (W *widget : opened.window.findChildren<W *>())
        if (widget->isVisible())
            return widget;
    return nullptr;
}

/// Waits for it: dialogs open with the answers of the worker.
template <typename W>
W *wait_for(const OpenedWindow &opened)
{
    W *widget = nullptr;
    (void)QTest::qWaitFor([&] { return (widget = shown<W>(opened)) != nullptr; }, kOpenMilliseconds);
    return widget;
}

std::filesystem::path to_path(const QString &path)
{
    return path.toStdString();
}

} // namespace

void TestModelOpening::suspicious_code_is_shown_and_opened_only_when_trusted()
{
    OpenedWindow opened;
    const auto file = to_path(opened.path("prints.pt"));
    QVERIFY(
        write_bytes(file, script::forward("    print(1)\n    return torch.flatten(torch.adaptive_avg_pool2d(x, [5, 2]), 1)\n")));
    QSignalSpy told(&opened.session, &ca::Session::model_opened);
    QVERIFY(opened.drop(file));
    auto *dialog = wait_for<ca::FindingsDialog>(opened);
    QVERIFY(dialog);
    const QString findings = dialog->findChild<QPlainTextEdit *>()->toPlainText();
    QVERIFY2(findings.contains(QStringLiteral("code/__torch__.py, line ")) && findings.contains(QStringLiteral("prints")),
             qPrintable(findings));
    dialog->findChild<QPushButton *>(QStringLiteral("findings_refuse"))->click();
    QVERIFY(!dialog->isVisible());
    QCOMPARE(told.count(), 0);
    QVERIFY(!opened.session.has_model());
    QVERIFY(!opened.child<QLabel>("layers_message")->text().contains(QStringLiteral("--trust"))); // that is the command line's

    opened.child<QPushButton>("layers_action")->click(); // Retry
    QVERIFY(QTest::qWaitFor([&] { return shown<ca::FindingsDialog>(opened) != nullptr; }, kOpenMilliseconds));
    shown<ca::FindingsDialog>(opened)->findChild<QPushButton *>(QStringLiteral("findings_trust"))->click();
    QVERIFY(told.wait(kOpenMilliseconds));
    QVERIFY(opened.session.has_model());
    QVERIFY(told.front().front().value<ca::ModelFacts>().code.contains(QStringLiteral("more than compute")));
}

void TestModelOpening::a_damaged_file_has_no_findings_to_show()
{
    OpenedWindow opened;
    const std::string whole = script::forward("    print(1)\n    return x\n");
    QSignalSpy failed(&opened.session, &ca::Session::model_failed);
    QSignalSpy refused(&opened.session, &ca::Session::model_refused);
    QVERIFY(write_bytes(to_path(opened.path("cut.pt")), whole.substr(0, whole.size() / 2)));
    QVERIFY(opened.drop(to_path(opened.path("cut.pt"))));
    QVERIFY(failed.wait(kOpenMilliseconds));
    QCOMPARE(refused.count(), 0);
    QVERIFY(!shown<QDialog>(opened));
}

void TestModelOpening::weights_without_a_network_can_be_looked_at()
{
    OpenedWindow opened;
    const auto file = to_path(opened.path("weights.pth"));
    const std::string tensors = pickle::dict({{"mine.weight", pickle::tensor("0", {2, 2}, 4)}});
    QVERIFY(write_bytes(file, zip_bytes({{"m/data.pkl", pickle::whole(tensors)}, {"m/data/0", std::string(16, '\x3E')}})));
    QSignalSpy told(&opened.session, &ca::Session::model_opened);
    QVERIFY(opened.drop(file));
    QVERIFY(told.wait(kOpenMilliseconds));
    QVERIFY(!told.front().front().value<ca::ModelFacts>().has_network);
    QCOMPARE(opened.child<QTableView>("layers_table")->model()->rowCount(), 1);
    QVERIFY(!opened.run().isEnabled());
    QVERIFY2(opened.run().toolTip().contains(QStringLiteral("without a network")), qPrintable(opened.run().toolTip()));
}

void TestModelOpening::a_quantized_file_is_sent_to_the_command_line()
{
    OpenedWindow opened;
    const auto net = ca::load_model(write_scripted_net(to_path(opened.folder.path()), "cnn"), {}, {}, {});
    QVERIFY(net);
    const auto recipe = ca::make_recipe(*net, "int8-weight", {});
    QVERIFY(recipe);
    const auto quantized = ca::quantize(*net, *recipe, {}, 1, {}, {});
    QVERIFY(quantized);
    const auto file = to_path(opened.path("small.safetensors"));
    QVERIFY(ca::write_export(*quantized, file));
    QSignalSpy failed(&opened.session, &ca::Session::model_failed);
    QVERIFY(opened.drop(file));
    QVERIFY(failed.wait(kOpenMilliseconds));
    const QString sentence = opened.child<QLabel>("layers_message")->text();
    QVERIFY2(sentence.contains(QStringLiteral("is quantized already")), qPrintable(sentence));
}

void TestModelOpening::random_weights_are_said()
{
    OpenedWindow opened;
    QSignalSpy told(&opened.session, &ca::Session::model_opened);
    Q_EMIT opened.window.picker().random_requested(QStringLiteral("mobilenet_v2"));
    QVERIFY(told.wait(kOpenMilliseconds));
    const auto facts = told.front().front().value<ca::ModelFacts>();
    QCOMPARE(facts.parameters, 3'504'872);
    QCOMPARE(facts.name, QStringLiteral("MobileNetV2"));
    QCOMPARE(opened.model().study_name(), QStringLiteral("mobilenet_v2"));
    QVERIFY(facts.notes.join(QLatin1Char(' ')).contains(QStringLiteral("random")));
    QVERIFY(opened.child<QLabel>("layers_notes")->text().contains(QStringLiteral("random")));
    QVERIFY(opened.settings.value(ca::Setting::recent_models).toStringList().isEmpty()); // there is no file to open again
}

void TestModelOpening::weights_that_are_not_there_are_said()
{
    OpenedWindow opened;
    Q_EMIT opened.window.weights_dropped(QStringLiteral("resnet18"), opened.path("gone.pth"));
    QVERIFY(opened.strip().note().contains(QStringLiteral("There is no file of weights")));
}

void TestModelOpening::a_download_is_asked_for_once_and_then_opened()
{
    OpenedWindow opened;
    const QString key = QStringLiteral("resnet18");
    ca::DownloadStates &states = opened.controller.downloads();
    const auto state = [&] { return states.at(key).state; };
    auto *button = opened.child<QPushButton>("models_button_resnet18");
    button->click();
    auto *question = wait_for<QMessageBox>(opened);
    QVERIFY(question);
    QVERIFY(question->text().contains(QStringLiteral("ResNet-18")));
    QVERIFY(question->informativeText().contains(QStringLiteral("46.8 MB")));
    QVERIFY(question->informativeText().contains(opened.path("data/models/resnet18")));
    question->findChild<QPushButton *>(QStringLiteral("question_no"))->click();
    QCOMPARE(state(), ca::Availability::State::absent);

    // What is there with its published size is not asked for again: no network is needed here. Its content is no model.
    const auto &weights = ca::find_in_zoo("resnet18")->files.front();
    const auto place = ca::model_place(to_path(opened.path("data")), "resnet18");
    std::filesystem::create_directories(place);
    QVERIFY(write_bytes(place / weights.name, "x"));
    std::filesystem::resize_file(place / weights.name, static_cast<std::uintmax_t>(weights.bytes));
    QSignalSpy failed(&opened.session, &ca::Session::model_failed);
    button->click();
    question = wait_for<QMessageBox>(opened);
    QVERIFY(question);
    question->findChild<QPushButton *>(QStringLiteral("question_yes"))->click();
    QVERIFY(failed.wait(kOpenMilliseconds)); // it was opened
    QCOMPARE(state(), ca::Availability::State::ready);
    QVERIFY(opened.child<QLabel>("layers_message")->isVisible());

    states.take_failure(key, {ca::ErrorCode::unreadable, "The connection was lost.", nullptr});
    QCOMPARE(state(), ca::Availability::State::failed);
    opened.child<QPushButton>("models_button_resnet18")->click();
    QVERIFY(!shown<QMessageBox>(opened));
    QVERIFY(failed.wait(kOpenMilliseconds));
    QCOMPARE(state(), ca::Availability::State::ready);
}

void TestModelOpening::class_names_are_the_datas_until_they_are_edited()
{
    OpenedWindow opened;
    QSignalSpy told(&opened.session, &ca::Session::model_opened);
    const auto names = [&] { return told.back().front().value<ca::ModelFacts>().zero_shot->classes; };
    QVERIFY(opened.drop_demo());
    const QStringList pictograms = names();
    QCOMPARE(pictograms.size(), 10);

    // The same images by other names.
    const auto copy = to_path(opened.path("renamed"));
    std::filesystem::copy(source_folder() / "resources" / "demo" / "pictogram10", copy);
    std::ofstream meta(copy / "batches.meta.txt");
    for (char letter = 'a'; letter < 'k'; ++letter)
        meta << "thing " << letter << '\n';
    meta.close();
    const auto open_data = [&](const QString &data) {
        ca::DataChoice choice = opened.window.chooser().choice();
        choice.data = data;
        opened.window.chooser().set_choice(choice);
        Q_EMIT opened.window.chooser().data_chosen(choice);
    };
    open_data(QString::fromStdString(copy.string()));
    QVERIFY(told.wait(kOpenMilliseconds));
    QCOMPARE(names().front(), QStringLiteral("thing a"));

    opened.child<QPushButton>("data_names")->click();
    auto *dialog = wait_for<ca::ClassNamesDialog>(opened);
    QVERIFY(dialog);
    dialog->findChild<QPlainTextEdit *>(QStringLiteral("class_names"))->setPlainText(QStringLiteral("cat\ndog"));
    dialog->findChild<QPushButton *>(QStringLiteral("class_names_ok"))->click();
    QVERIFY(!opened.run().isEnabled());
    QVERIFY(told.wait(kOpenMilliseconds));
    QCOMPARE(names(), (QStringList{QStringLiteral("cat"), QStringLiteral("dog")}));

    QSignalSpy data(&opened.session, &ca::Session::data_opened);
    open_data(QStringLiteral("pictogram10"));
    QVERIFY(data.wait(kOpenMilliseconds));
    QVERIFY(!told.wait(300)); // edited names stay
    QVERIFY(opened.run().isEnabled());
    opened.child<QPushButton>("data_names")->click();
    dialog = wait_for<ca::ClassNamesDialog>(opened);
    dialog->findChild<QPushButton *>(QStringLiteral("class_names_reset"))->click();
    QCOMPARE(dialog->names().classes, pictograms);
    dialog->findChild<QPushButton *>(QStringLiteral("class_names_ok"))->click();
    QVERIFY(told.wait(kOpenMilliseconds));
    QCOMPARE(names(), pictograms);
}

CA_GUI_TEST_MAIN(TestModelOpening)
#include "test_model_opening.moc"
