// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/style_sheet.h"
#include "ui/trials/quantize_dialog.h"

#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>

class TestQuantizeDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void offers_every_method_and_mixed();
    void shows_the_options_that_a_method_uses_data();
    void shows_the_options_that_a_method_uses();
    void tells_what_was_chosen();
    void limits_mixed_by_size_or_by_accuracy();
    void can_start_once_it_is_known_what_it_takes();
    void says_why_a_choice_cannot_run();
    void shows_what_was_made();
    void another_choice_drops_what_was_made();
    void cancelling_answers_at_once();
    void a_failure_leaves_the_choice();
    void measures_only_where_data_are_open();
    void names_out_of_files_stay_plain_text();
    void every_control_has_a_name();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

template <typename W>
W *find(const QWidget &widget, const char *name)
{
    return widget.findChild<W *>(QString::fromLatin1(name));
}

struct Shown {
    ca::QuantizeDialog dialog{QStringLiteral("net"), {}};
    Shown() { dialog.show(); }
    Q_DISABLE_COPY_MOVE(Shown)

    void choose(const QString &method)
    {
        auto *methods = find<QListWidget>(dialog, "quantize_methods");
        for (int row = 0; row < methods->count(); ++row)
            if (methods->item(row)->data(Qt::UserRole).toString() == method)
                methods->setCurrentRow(row);
    }
    [[nodiscard]] bool shows(const char *name) const { return find<QWidget>(dialog, name)->isVisibleTo(&dialog); }
    [[nodiscard]] QString text(const char *name) const { return find<QLabel>(dialog, name)->text(); }
    [[nodiscard]] QPushButton &button(const char *name) const { return *find<QPushButton>(dialog, name); }
};

/// A file of 5.6 MB where float has 44.8: eight times smaller.
ca::ExpectedFacts expected()
{
    ca::ExpectedFacts facts;
    facts.file = ca::bytes(5'600'000);
    facts.float_file = ca::bytes(44'800'000);
    facts.work = ca::bytes(120'000'000);
    facts.run = ca::bytes(50'000'000);
    facts.seconds = 12.4;
    return facts;
}

ca::QuantizedFacts made()
{
    ca::QuantizedFacts facts;
    facts.name = QStringLiteral("int4 weights");
    facts.predicted = facts.size = ca::bytes(5'600'000);
    facts.float_size = ca::bytes(44'800'000);
    facts.layers = 20;
    facts.left_float = {QStringLiteral("fc: its weights are not finite")};
    facts.notes = {QStringLiteral("Groups of 64 do not divide the rows of 1 layer.")};
    facts.answers =
        ca::AnswersFacts{QStringLiteral("selection"), 5000, 0.9173, 0.9093, 0.9246, 0.9194, QStringLiteral("same"), 0.31, false};
    facts.seconds = 11;
    return facts;
}

constexpr std::array kOptions{"quantize_target",    "quantize_ratio",    "quantize_drop",   "quantize_rounding",
                              "quantize_group",     "quantize_symmetry", "quantize_double", "quantize_ranges",
                              "quantize_equalize",  "quantize_smooth",   "quantize_biases", "quantize_token",
                              "quantize_threshold", "quantize_compute",  "quantize_ends"};

} // namespace

void TestQuantizeDialog::offers_every_method_and_mixed()
{
    const Shown shown;
    const auto *methods = find<QListWidget>(shown.dialog, "quantize_methods");
    QStringList names;
    for (int row = 0; row < methods->count(); ++row)
        names << methods->item(row)->data(Qt::UserRole).toString();
    names.sort();
    // The contract's list.
    QStringList contract =
        QStringLiteral("fp16 bf16 dynamic-int8 static-int8 llm-int8 nf4 fp4 int8-weight int4-weight int3-weight "
                       "int2-weight w4a8 mixed")
            .split(QLatin1Char(' '));
    contract.sort();
    QCOMPARE(names, contract);
}

void TestQuantizeDialog::shows_the_options_that_a_method_uses_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QStringList>("options");
    const auto row = [](const char *method, const char *options) {
        QTest::newRow(method) << QString::fromLatin1(method)
                              << QString::fromLatin1(options).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    row("fp16", "ends");
    row("nf4", "double compute ends");
    row("llm-int8", "threshold ends");
    row("dynamic-int8", "rounding group symmetry token ends");
    row("int4-weight", "rounding group symmetry compute ends");
    row("static-int8", "rounding group symmetry ranges equalize smooth biases ends");
    row("mixed", "target ratio rounding group symmetry compute");
}

void TestQuantizeDialog::shows_the_options_that_a_method_uses()
{
    QFETCH(QString, method);
    QFETCH(QStringList, options);
    Shown shown;
    shown.choose(method);
    for (const char *name : kOptions)
        QVERIFY2(shown.shows(name) == options.contains(QString::fromLatin1(name).mid(9)), name);
    QVERIFY(!shown.text("quantize_summary").isEmpty());
}

void TestQuantizeDialog::tells_what_was_chosen()
{
    Shown shown;
    QSignalSpy changed(&shown.dialog, &ca::QuantizeDialog::choice_changed);
    shown.choose(QStringLiteral("static-int8"));
    QCOMPARE(changed.count(), 1);
    const ca::MethodOptions untouched = shown.dialog.choice().options;
    QVERIFY(!untouched.rounding && !untouched.group && !untouched.symmetric && !untouched.ranges && !untouched.smooth);
    find<QComboBox>(shown.dialog, "quantize_rounding")->setCurrentText(QStringLiteral("GPTQ"));
    find<QComboBox>(shown.dialog, "quantize_group")->setCurrentText(QStringLiteral("64 weights"));
    find<QComboBox>(shown.dialog, "quantize_symmetry")->setCurrentText(QStringLiteral("With one"));
    find<QComboBox>(shown.dialog, "quantize_ranges")->setCurrentText(QStringLiteral("Entropy"));
    find<QComboBox>(shown.dialog, "quantize_smooth")->setCurrentText(QStringLiteral("No"));
    QCOMPARE(changed.count(), 6);
    const ca::QuantizeChoice choice = shown.dialog.choice();
    QCOMPARE(choice.method, QStringLiteral("static-int8"));
    QCOMPARE(choice.options.rounding, std::optional(ca::Rounding::gptq));
    QCOMPARE(choice.options.group, std::optional(64));
    QCOMPARE(choice.options.symmetric, std::optional(false));
    QCOMPARE(choice.options.ranges, std::optional(ca::RangeMethod::entropy));
    QCOMPARE(choice.options.smooth, std::optional(false));
    shown.choose(QStringLiteral("nf4")); // which uses none of them
    find<QCheckBox>(shown.dialog, "quantize_double")->setChecked(false);
    const ca::MethodOptions other = shown.dialog.choice().options;
    QVERIFY(!other.rounding && !other.group && !other.ranges);
    QCOMPARE(other.double_quantization, std::optional(false));
}

void TestQuantizeDialog::limits_mixed_by_size_or_by_accuracy()
{
    Shown shown;
    shown.choose(QStringLiteral("mixed"));
    find<QDoubleSpinBox>(shown.dialog, "quantize_ratio")->setValue(7.5);
    QCOMPARE(shown.dialog.choice().target_ratio, std::optional(7.5));
    QVERIFY(!shown.dialog.choice().max_drop);
    find<QComboBox>(shown.dialog, "quantize_target")->setCurrentIndex(1);
    QVERIFY(shown.shows("quantize_drop") && !shown.shows("quantize_ratio"));
    find<QDoubleSpinBox>(shown.dialog, "quantize_drop")->setValue(0.3);
    QCOMPARE(shown.dialog.choice().max_drop, std::optional(0.3));
    QVERIFY(!shown.dialog.choice().target_ratio);
}

void TestQuantizeDialog::can_start_once_it_is_known_what_it_takes()
{
    Shown shown;
    QVERIFY(!shown.button("quantize_start").isEnabled());
    shown.dialog.set_expected(expected());
    QVERIFY(shown.button("quantize_start").isEnabled());
    QCOMPARE(shown.text("quantize_file"), QStringLiteral("5.60 MB · 8.00 times smaller than float"));
    QCOMPARE(shown.text("quantize_memory"), QStringLiteral("120 MB to quantize · 50.0 MB to run one image"));
    QCOMPARE(shown.text("quantize_time"), QStringLiteral("about 12 s"));
    QSignalSpy wanted(&shown.dialog, &ca::QuantizeDialog::quantize_requested);
    shown.button("quantize_start").click();
    QCOMPARE(wanted.count(), 1);
    shown.choose(QStringLiteral("nf4"));
    QVERIFY(!shown.button("quantize_start").isEnabled()); // nothing is known of this one
}

void TestQuantizeDialog::says_why_a_choice_cannot_run()
{
    Shown shown;
    ca::ExpectedFacts facts;
    facts.problem = QStringLiteral("This looks at calibration images. Choose data first.");
    shown.dialog.set_expected(facts);
    QCOMPARE(shown.text("quantize_file"), facts.problem);
    QVERIFY(!shown.button("quantize_start").isEnabled());
    facts.problem.clear();
    facts.searched = true;
    shown.dialog.set_expected(facts);
    QVERIFY(shown.button("quantize_start").isEnabled());
    QVERIFY(shown.text("quantize_file").contains(QStringLiteral("measuring")));
}

void TestQuantizeDialog::shows_what_was_made()
{
    Shown shown;
    shown.dialog.set_expected(expected());
    QVERIFY(!shown.button("quantize_export").isEnabled());
    shown.dialog.show_working();
    shown.dialog.set_result(made());
    QVERIFY(shown.text("quantize_made").startsWith(QStringLiteral("int4 weights in 11.0 s: 5.60 MB")));
    QCOMPARE(shown.text("quantize_accuracy"), QStringLiteral("91.7 % (90.9 to 92.5) of 5,000 images of selection"));
    QCOMPARE(shown.text("quantize_against"), QStringLiteral("−0.21 points: no detectable drop (p 0.31)"));
    const QString notes = find<QPlainTextEdit>(shown.dialog, "quantize_notes")->toPlainText();
    QVERIFY(notes.startsWith(QStringLiteral("20 layers quantized, 1 left in float")));
    QVERIFY(notes.contains(QStringLiteral("fc: its weights are not finite")));
    QVERIFY(notes.contains(QStringLiteral("Groups of 64")));
    QVERIFY(shown.button("quantize_export").isEnabled());
    QSignalSpy wanted(&shown.dialog, &ca::QuantizeDialog::export_requested);
    shown.button("quantize_export").click();
    QCOMPARE(wanted.count(), 1);
    shown.dialog.show_exporting();
    QVERIFY(!shown.button("quantize_export").isEnabled());
    shown.dialog.set_exported(QStringLiteral("/models/net.safetensors"), ca::bytes(5'600'123));
    QVERIFY(shown.text("quantize_exported").contains(QStringLiteral("5,600,123 bytes")));
    QVERIFY(shown.button("quantize_export").isEnabled()); // in another format, too
}

void TestQuantizeDialog::another_choice_drops_what_was_made()
{
    Shown shown;
    shown.dialog.set_expected(expected());
    shown.dialog.set_result(made());
    shown.choose(QStringLiteral("int8-weight"));
    QVERIFY(!shown.shows("quantize_made") && !shown.shows("quantize_accuracy"));
    QVERIFY(!shown.button("quantize_export").isEnabled());
    QCOMPARE(shown.text("quantize_time"), QStringLiteral("…"));
}

void TestQuantizeDialog::cancelling_answers_at_once()
{
    Shown shown;
    shown.dialog.set_expected(expected());
    shown.dialog.show_working();
    QVERIFY(shown.shows("quantize_bar"));
    QVERIFY(!find<QListWidget>(shown.dialog, "quantize_methods")->isEnabled());
    QCOMPARE(shown.button("quantize_close").text(), QStringLiteral("Cancel"));
    shown.dialog.set_progress({"Rounding weights", 5, 20, 1, {}});
    QVERIFY(shown.text("quantize_stage").contains(QStringLiteral("Rounding weights")));
    QCOMPARE(find<QProgressBar>(shown.dialog, "quantize_bar")->value(), 250);
    QSignalSpy cancelled(&shown.dialog, &ca::QuantizeDialog::cancel_requested);
    QTest::keyClick(&shown.dialog, Qt::Key_Escape);
    QCOMPARE(cancelled.count(), 1);
    QVERIFY(shown.dialog.isVisible());
    QCOMPARE(shown.text("quantize_stage"), QStringLiteral("Stopping…"));
    shown.dialog.set_progress({"Rounding weights", 6, 20, 1, {}}); // what was under way
    QCOMPARE(shown.text("quantize_stage"), QStringLiteral("Stopping…"));
    shown.dialog.show_stopped();
    QVERIFY(shown.button("quantize_start").isEnabled());
    QTest::keyClick(&shown.dialog, Qt::Key_Escape);
    QVERIFY(!shown.dialog.isVisible());
}

void TestQuantizeDialog::a_failure_leaves_the_choice()
{
    Shown shown;
    shown.choose(QStringLiteral("w4a8"));
    shown.dialog.set_expected(expected());
    shown.dialog.show_working();
    shown.dialog.show_failure({ca::ErrorCode::bad_data, "No image could be read. Choose other data.", nullptr});
    QCOMPARE(shown.text("quantize_stage"), QStringLiteral("No image could be read. Choose other data."));
    QCOMPARE(shown.dialog.choice().method, QStringLiteral("w4a8"));
    QVERIFY(shown.button("quantize_start").isEnabled());
    QVERIFY(!shown.button("quantize_export").isEnabled());
}

void TestQuantizeDialog::measures_only_where_data_are_open()
{
    const Shown with;
    QVERIFY(with.dialog.measures());
    const ca::QuantizeDialog without(QStringLiteral("net"), QStringLiteral("Choose data first"));
    QVERIFY(!without.measures());
    QVERIFY(!find<QCheckBox>(without, "quantize_measure")->isEnabled());
    QCOMPARE(find<QCheckBox>(without, "quantize_measure")->toolTip(), QStringLiteral("Choose data first"));
}

void TestQuantizeDialog::names_out_of_files_stay_plain_text()
{
    Shown shown;
    ca::QuantizedFacts facts = made();
    facts.left_float = {QStringLiteral("<b>fc</b>") + QChar(0x202E) + QStringLiteral(": x")};
    shown.dialog.set_result(facts);
    QVERIFY(
        find<QPlainTextEdit>(shown.dialog, "quantize_notes")->toPlainText().contains(QStringLiteral("<b>fc</b>\\u{202E}: x")));
    for (const auto *label : shown.dialog.findChildren<QLabel *>())
        QVERIFY2(label->textFormat() == Qt::PlainText || !Qt::mightBeRichText(label->text()), qPrintable(label->text()));
}

void TestQuantizeDialog::every_control_has_a_name()
{
    const Shown shown;
    for (const QWidget *widget : shown.dialog.findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QPushButton *>(widget) || qobject_cast<const QComboBox *>(widget)
            || qobject_cast<const QAbstractSpinBox *>(widget) || qobject_cast<const QCheckBox *>(widget)
            || qobject_cast<const QListWidget *>(widget) || qobject_cast<const QPlainTextEdit *>(widget);
        if (control)
            QVERIFY2(!widget->accessibleName().isEmpty() && !widget->objectName().isEmpty(), qPrintable(widget->objectName()));
    }
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestQuantizeDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true})
        for (const char *method : {"static-int8", "mixed"}) {
            Shown shown;
            const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
            shown.dialog.setStyleSheet(ca::style_sheet(theme));
            shown.dialog.setPalette(ca::palette_of(theme));
            shown.choose(QString::fromLatin1(method));
            shown.dialog.set_expected(expected());
            shown.dialog.set_result(made());
            QApplication::processEvents();
            QVERIFY2(shown.dialog.minimumSizeHint().height() <= 720 && shown.dialog.minimumSizeHint().width() <= 1180,
                     qPrintable(QString::number(shown.dialog.minimumSizeHint().height())));
            const QPixmap picture = shown.dialog.grab();
            QVERIFY(!picture.isNull());
            if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
                picture.save(folder
                             + QStringLiteral("/quantize-%1-%2.png")
                                   .arg(QLatin1String(method), dark ? QStringLiteral("dark") : QStringLiteral("light")));
        }
}

CA_GUI_TEST_MAIN(TestQuantizeDialog)
#include "test_quantize_dialog.moc"
