// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"
#include "tests/app/session/opened_window.h"
#include "tests/support/datasets.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/trials/quantize_dialog.h"

#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>

class TestWindowQuantize final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_method_is_predicted_carried_out_and_measured();
    void what_was_made_is_exported_in_each_format();
    void mixed_keeps_to_the_size_that_was_chosen();
    void a_size_that_nothing_reaches_is_said_at_once();
    void cancelling_ends_it_and_keeps_the_dialog();
    void an_export_that_cannot_be_written_is_said();
    void an_export_does_not_take_the_place_of_the_model();
    void an_export_does_not_take_the_place_of_an_image();
    void cancelling_an_export_leaves_no_file();
    void nothing_is_quantized_without_a_model();
    void nothing_is_quantized_or_exported_while_a_study_runs();
};

namespace {

constexpr int kQuantizeMilliseconds = 120'000;

struct Opened : OpenedWindow {
    ca::QuantizeDialog *dialog = nullptr;

    /// The dialog over a net made by script.
    bool open(const char *kind = "cnn")
    {
        const auto file = write_scripted_net(folder.path().toStdString(), kind);
        controller.model().open_file(QString::fromStdString(file.string()));
        if (!QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds))
            return false;
        child<QPushButton>("button_quantize")->click();
        dialog = window.findChild<ca::QuantizeDialog *>();
        return dialog != nullptr;
    }
    [[nodiscard]] QPushButton &button(const char *name) const { return *child<QPushButton>(name); }
    [[nodiscard]] QString text(const char *name) const { return child<QLabel>(name)->text(); }
    bool choose(const char *method)
    {
        auto *methods = child<QListWidget>("quantize_methods");
        for (int row = 0; row < methods->count(); ++row)
            if (methods->item(row)->data(Qt::UserRole).toString() == QString::fromLatin1(method))
                methods->setCurrentRow(row);
        return can_start();
    }
    [[nodiscard]] bool can_start() const
    {
        return QTest::qWaitFor([this] { return button("quantize_start").isEnabled(); }, kQuantizeMilliseconds);
    }
    bool quantize()
    {
        QSignalSpy made(&session, &ca::Session::quantized);
        button("quantize_start").click();
        return made.wait(kQuantizeMilliseconds) && button("quantize_export").isEnabled();
    }
    /// The bytes of the file that an export makes; 0 where it fails.
    qint64 export_as(ca::ExportFormat format, const char *name)
    {
        QSignalSpy exported(&session, &ca::Session::exported);
        controller.quantize().export_to(path(name), format);
        return exported.wait(kQuantizeMilliseconds) ? QFileInfo(path(name)).size() : 0;
    }
};

} // namespace

void TestWindowQuantize::a_method_is_predicted_carried_out_and_measured()
{
    Opened opened;
    QVERIFY(!opened.button("button_quantize").isEnabled());
    QVERIFY(opened.open());
    QVERIFY(opened.choose("static-int8"));
    QVERIFY2(opened.text("quantize_file").contains(QStringLiteral("times smaller than float")),
             qPrintable(opened.text("quantize_file")));
    QVERIFY(opened.text("quantize_memory").contains(QStringLiteral("to run one image")));
    QVERIFY(opened.quantize());
    QVERIFY(opened.text("quantize_made").startsWith(QStringLiteral("int8")));
    QVERIFY2(opened.text("quantize_accuracy").contains(QStringLiteral("60 images")), // as the data panel has it
             qPrintable(opened.text("quantize_accuracy")));
    QVERIFY(opened.text("quantize_against").contains(QStringLiteral("points")));
    QVERIFY(opened.child<QPlainTextEdit>("quantize_notes")->toPlainText().startsWith(QStringLiteral("7 layers quantized")));
}

void TestWindowQuantize::what_was_made_is_exported_in_each_format()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("int8-weight"));
    QVERIFY(opened.quantize());
    const qint64 size = opened.export_as(ca::ExportFormat::safetensors, "q.safetensors");
    QVERIFY(size > 0);
    QVERIFY2(opened.text("quantize_exported").contains(QLocale(QLocale::English).toString(size)),
             qPrintable(opened.text("quantize_exported")));
    QVERIFY(ca::is_export(opened.path("q.safetensors").toStdString()));
    QVERIFY(opened.export_as(ca::ExportFormat::recipe, "q.json") > 0);
    QFile recipe(opened.path("q.json"));
    QVERIFY(recipe.open(QIODevice::ReadOnly));
    QVERIFY(recipe.readAll().contains("\"int8\""));
    QVERIFY(opened.export_as(ca::ExportFormat::torchscript, "q.pt") > 0);
}

void TestWindowQuantize::mixed_keeps_to_the_size_that_was_chosen()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("mixed"));
    opened.child<QDoubleSpinBox>("quantize_ratio")->setValue(4);
    opened.child<QComboBox>("quantize_rounding")->setCurrentText(QStringLiteral("Nearest"));
    QVERIFY(opened.can_start());
    QVERIFY(opened.quantize());
    const qint64 size = opened.export_as(ca::ExportFormat::safetensors, "m.safetensors");
    const qint64 of_float = [&] {
        opened.choose("fp16");
        const auto file = write_scripted_net(opened.folder.path().toStdString(), "cnn");
        const auto model = ca::load_model(file, {}, {}, {});
        return model ? ca::predicted_bytes(*model, {model->sha256, {}}).value : 0;
    }();
    QVERIFY(size > 0 && 4 * size <= of_float);
}

void TestWindowQuantize::a_size_that_nothing_reaches_is_said_at_once()
{
    Opened opened;
    QVERIFY(opened.open());
    opened.child<QListWidget>("quantize_methods")->setCurrentRow(opened.child<QListWidget>("quantize_methods")->count() - 1);
    opened.child<QDoubleSpinBox>("quantize_ratio")->setValue(15);
    QVERIFY(QTest::qWaitFor([&] { return opened.text("quantize_file").startsWith(QStringLiteral("No mixed recipe")); },
                            kQuantizeMilliseconds));
    QVERIFY(!opened.button("quantize_start").isEnabled());
}

void TestWindowQuantize::cancelling_ends_it_and_keeps_the_dialog()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("static-int8"));
    QSignalSpy failed(&opened.session, &ca::Session::quantization_failed);
    opened.button("quantize_start").click();
    QElapsedTimer clock;
    clock.start();
    opened.button("quantize_close").click();
    QCOMPARE(opened.text("quantize_stage"), QStringLiteral("Stopping…"));
    QVERIFY(clock.elapsed() < 100);
    QVERIFY(failed.wait(kQuantizeMilliseconds));
    QVERIFY(opened.text("quantize_stage").startsWith(QStringLiteral("Stopped")));
    QVERIFY(opened.dialog->isVisible());
    QVERIFY(opened.button("quantize_start").isEnabled());
}

void TestWindowQuantize::an_export_that_cannot_be_written_is_said()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("nf4"));
    QVERIFY(opened.quantize());
    QSignalSpy failed(&opened.session, &ca::Session::quantization_failed);
    opened.controller.quantize().export_to(opened.path("missing/q.safetensors"), ca::ExportFormat::safetensors);
    QVERIFY(failed.wait(kQuantizeMilliseconds));
    QVERIFY(!opened.text("quantize_stage").isEmpty());
    QVERIFY(opened.button("quantize_export").isEnabled()); // what was made is still there
}

void TestWindowQuantize::an_export_does_not_take_the_place_of_the_model()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("int8-weight"));
    QVERIFY(opened.quantize());
    const qint64 before = QFileInfo(opened.path("cnn.pt")).size();
    QSignalSpy failed(&opened.session, &ca::Session::quantization_failed);
    opened.controller.quantize().export_to(opened.path("cnn.pt"), ca::ExportFormat::torchscript);
    QVERIFY(failed.wait(kQuantizeMilliseconds));
    QVERIFY(failed.front().front().value<ca::Error>().sentence.find("the file that is read") != std::string::npos);
    QCOMPARE(QFileInfo(opened.path("cnn.pt")).size(), before);
    QVERIFY(opened.button("quantize_export").isEnabled());
}

void TestWindowQuantize::an_export_does_not_take_the_place_of_an_image()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(write_cifar_folder(opened.path("images").toStdString(), 10, 10, 1));
    QSignalSpy data(&opened.session, &ca::Session::data_opened);
    opened.session.open_data(opened.path("images"), 1);
    QVERIFY(data.wait(kOpenMilliseconds));
    QVERIFY(opened.choose("int8-weight"));
    QVERIFY(opened.quantize());
    const qint64 before = QFileInfo(opened.path("images/test_batch.bin")).size();
    QVERIFY(before > 0);
    QSignalSpy failed(&opened.session, &ca::Session::quantization_failed);
    opened.controller.quantize().export_to(opened.path("images/test_batch.bin"), ca::ExportFormat::safetensors);
    QVERIFY(failed.wait(kQuantizeMilliseconds));
    QVERIFY(failed.front().front().value<ca::Error>().sentence.find("the file that is read") != std::string::npos);
    QCOMPARE(QFileInfo(opened.path("images/test_batch.bin")).size(), before);
}

/// The session works in order: the scan before the export is what is under way when the cancelling is heard.
void TestWindowQuantize::cancelling_an_export_leaves_no_file()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("int8-weight"));
    QVERIFY(opened.quantize());
    const QStringList before = QDir(opened.folder.path()).entryList(QDir::Files | QDir::Hidden);
    QSignalSpy failed(&opened.session, &ca::Session::quantization_failed);
    opened.session.start_scan({});
    opened.controller.quantize().export_to(opened.path("q.safetensors"), ca::ExportFormat::safetensors);
    opened.button("quantize_close").click();
    QVERIFY(failed.wait(kQuantizeMilliseconds));
    QCOMPARE(failed.front().front().value<ca::Error>().code, ca::ErrorCode::cancelled);
    QCOMPARE(QDir(opened.folder.path()).entryList(QDir::Files | QDir::Hidden), before);
    QVERIFY(opened.dialog->isVisible());
    QVERIFY(opened.button("quantize_export").isEnabled()); // what was made is still there
}

void TestWindowQuantize::nothing_is_quantized_without_a_model()
{
    ca::Session session;
    QSignalSpy failed(&session, &ca::Session::quantization_failed);
    session.start_quantization({});
    QCOMPARE(failed.count(), 1);
    QVERIFY(failed.front().front().value<ca::Error>().sentence.ends_with("Open a model first."));
}

void TestWindowQuantize::nothing_is_quantized_or_exported_while_a_study_runs()
{
    Opened opened;
    QVERIFY(opened.open());
    QVERIFY(opened.choose("int8-weight"));
    QSignalSpy made(&opened.session, &ca::Session::quantized);
    opened.button("quantize_start").click();
    QVERIFY(made.wait(kQuantizeMilliseconds));
    QSignalSpy ended(&opened.session, &ca::Session::study_finished), failed(&opened.session, &ca::Session::quantization_failed);
    ca::StudyOptions options;
    options.samples = 60;
    opened.session.start_study(options, {{"m1", "help"}});
    opened.controller.quantize().export_to(opened.path("q.safetensors"), ca::ExportFormat::safetensors);
    opened.session.start_quantization({});
    QCOMPARE(failed.count(), 2);
    QVERIFY(ended.wait(kQuantizeMilliseconds));
    QVERIFY(!opened.session.is_running());
    QVERIFY(!QFile::exists(opened.path("q.safetensors")));
    opened.session.stop_answer(); // there is none
    QVERIFY(opened.session.is_open());
}

CA_GUI_TEST_MAIN(TestWindowQuantize)
#include "test_window_quantize.moc"
