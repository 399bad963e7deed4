// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/words.h"
#include "ui/data_chooser/class_names_dialog.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/model_picker/findings_dialog.h"

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>

class TestDialogs final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void findings_are_listed_with_their_place();
    void text_that_turns_lines_around_is_shown_by_its_number();
    void not_opening_is_what_return_does();
    void names_that_make_no_sense_are_refused_data();
    void names_that_make_no_sense_are_refused();
    void names_are_read_line_by_line();
    void reset_brings_back_the_usual_names();
    void a_clip_model_is_judged_by_its_names();
    void a_head_that_a_model_lacks_waits_for_one_that_has_it();
    void cifar10_is_chosen_only_when_it_is_here();
    void every_control_has_a_name();
};

namespace {

const std::vector<ca::FindingFacts> &findings()
{
    static const std::vector<ca::FindingFacts> list{
        {QStringLiteral("code/__torch__/net.py"), 12, QStringLiteral("It writes files by `aten::save`.")},
        {QStringLiteral("data.pkl"), 0, QStringLiteral("It names `os.system`.")}};
    return list;
}

ca::ClassNames usual()
{
    return {{QStringLiteral("cat"), QStringLiteral("dog")}, {QStringLiteral("a photo of a {}.")}};
}

template <typename W>
W *find(const QWidget &widget, const char *name)
{
    return widget.findChild<W *>(QString::fromLatin1(name));
}

} // namespace

void TestDialogs::findings_are_listed_with_their_place()
{
    const ca::FindingsDialog dialog(QStringLiteral("net.pt"), findings());
    const QString list = find<QPlainTextEdit>(dialog, "findings_list")->toPlainText();
    QCOMPARE(list,
             QStringLiteral("code/__torch__/net.py, line 12\n    It writes files by `aten::save`.\n\n"
                            "data.pkl\n    It names `os.system`."));
}

void TestDialogs::text_that_turns_lines_around_is_shown_by_its_number()
{
    const QString turned = QStringLiteral("a") + QChar(0x202E) + QStringLiteral("b\n<b>c</b>%1");
    QCOMPARE(ca::words::escaped(turned), QStringLiteral("a\\u{202E}b\\u{A}<b>c</b>%1"));
    const ca::FindingsDialog dialog(turned, {{turned, 3, turned}});
    QCOMPARE(find<QPlainTextEdit>(dialog, "findings_list")->toPlainText(),
             QStringLiteral("a\\u{202E}b\\u{A}<b>c</b>%1, line 3\n    a\\u{202E}b\\u{A}<b>c</b>%1"));
    for (const auto *label : dialog.findChildren<QLabel *>())
        QCOMPARE(label->textFormat(), Qt::PlainText);
    QVERIFY(!Qt::mightBeRichText(ca::words::tip(QStringLiteral("net.pt"))));
    QVERIFY(ca::words::tip(QStringLiteral("<img src='x'>")).contains(QStringLiteral("&lt;img")));
}

void TestDialogs::not_opening_is_what_return_does()
{
    ca::FindingsDialog dialog(QStringLiteral("net.pt"), findings());
    dialog.show();
    QSignalSpy accepted(&dialog, &QDialog::accepted);
    QSignalSpy rejected(&dialog, &QDialog::rejected);
    QTest::keyClick(&dialog, Qt::Key_Return);
    QCOMPARE(rejected.count(), 1);
    dialog.show();
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QCOMPARE(rejected.count(), 2);
    dialog.show();
    find<QPushButton>(dialog, "findings_trust")->click();
    QCOMPARE(accepted.count(), 1);
}

void TestDialogs::names_that_make_no_sense_are_refused_data()
{
    QTest::addColumn<QString>("classes");
    QTest::addColumn<QString>("templates");
    QTest::addColumn<QString>("words");
    QTest::newRow("no class") << " \n\n"
                              << "a {}"
                              << "There is no class name.";
    QTest::newRow("no template") << "cat"
                                 << ""
                                 << "There is no template.";
    QTest::newRow("a class twice") << "cat\ndog\n cat "
                                   << "a {}"
                                   << "The class \"cat\" is there twice.";
    QTest::newRow("a template twice") << "cat"
                                      << "a {}\na {}"
                                      << "The template \"a {}\" is there twice.";
    QTest::newRow("a template without a place") << "cat"
                                                << "a {}\na photo"
                                                << "\"a photo\" has no {}";
}

void TestDialogs::names_that_make_no_sense_are_refused()
{
    QFETCH(QString, classes);
    QFETCH(QString, templates);
    QFETCH(QString, words);
    ca::ClassNamesDialog dialog(usual(), usual());
    auto *ok = find<QPushButton>(dialog, "class_names_ok");
    QVERIFY(ok->isEnabled());
    find<QPlainTextEdit>(dialog, "class_names")->setPlainText(classes);
    find<QPlainTextEdit>(dialog, "class_templates")->setPlainText(templates);
    QVERIFY(!ok->isEnabled());
    const QString problem = find<QLabel>(dialog, "class_names_problem")->text();
    QVERIFY2(problem.contains(words), qPrintable(problem));
    QVERIFY(problem.endsWith(QLatin1Char('.')) || problem.endsWith(QLatin1String(".\"")));
}

void TestDialogs::names_are_read_line_by_line()
{
    ca::ClassNamesDialog dialog(usual(), usual());
    find<QPlainTextEdit>(dialog, "class_names")->setPlainText(QStringLiteral("  tabby cat \n\nhot dog\n"));
    QCOMPARE(dialog.names().classes, (QStringList{QStringLiteral("tabby cat"), QStringLiteral("hot dog")}));
    QCOMPARE(dialog.names().templates, usual().templates);
}

void TestDialogs::reset_brings_back_the_usual_names()
{
    ca::ClassNamesDialog dialog({{QStringLiteral("x")}, {QStringLiteral("{}!")}}, usual());
    auto *reset = find<QPushButton>(dialog, "class_names_reset");
    QVERIFY(reset->isEnabled());
    reset->click();
    QCOMPARE(dialog.names(), usual());
    QVERIFY(!reset->isEnabled());
}

void TestDialogs::a_clip_model_is_judged_by_its_names()
{
    ca::DataChooser chooser;
    auto *button = find<QPushButton>(chooser, "data_names");
    QVERIFY(button->isHidden());
    chooser.set_zero_shot(usual());
    QVERIFY(!button->isHidden());
    QCOMPARE(find<QLabel>(chooser, "data_names_words")->text(), QStringLiteral("2 names in 1 template"));
    QVERIFY(find<QComboBox>(chooser, "data_head")->currentText().startsWith(QStringLiteral("Zero-shot")));
    QSignalSpy wanted(&chooser, &ca::DataChooser::names_requested);
    button->click();
    QCOMPARE(wanted.count(), 1);
    chooser.set_zero_shot({});
    QVERIFY(button->isHidden());
}

void TestDialogs::a_head_that_a_model_lacks_waits_for_one_that_has_it()
{
    ca::DataChooser chooser;
    QSignalSpy told(&chooser, &ca::DataChooser::data_chosen);
    chooser.set_choice({QStringLiteral("pictogram10"), QStringLiteral("logits"), 0});
    chooser.set_zero_shot(usual());
    QCOMPARE(chooser.choice().head, QStringLiteral("auto"));
    chooser.set_zero_shot({});
    QCOMPARE(chooser.choice().head, QStringLiteral("logits"));
    QCOMPARE(told.count(), 0);
}

void TestDialogs::cifar10_is_chosen_only_when_it_is_here()
{
    using State = ca::Availability::State;
    ca::DataChooser chooser;
    chooser.show();
    QSignalSpy told(&chooser, &ca::DataChooser::data_chosen);
    QSignalSpy wanted(&chooser, &ca::DataChooser::cifar10_requested);
    QSignalSpy cancelled(&chooser, &ca::DataChooser::cifar10_cancelled);
    auto *radio = find<QRadioButton>(chooser, "data_cifar10");
    radio->click();
    QCOMPARE(wanted.count(), 1);
    QVERIFY(!radio->isChecked());
    QVERIFY(find<QRadioButton>(chooser, "data_embedded")->isChecked());

    chooser.show();
    chooser.set_cifar10({State::arriving, 0.25, QStringLiteral("42.5 MB of 170 MB")});
    auto *bar = find<QProgressBar>(chooser, "data_cifar10_bar");
    QVERIFY(bar->isVisible());
    QCOMPARE(bar->value() * 4, bar->maximum());
    find<QPushButton>(chooser, "data_cifar10_button")->click();
    QCOMPARE(cancelled.count(), 1);
    chooser.set_cifar10({State::failed, 0, QStringLiteral("The disk is full.")});
    QCOMPARE(find<QPushButton>(chooser, "data_cifar10_button")->text(), QStringLiteral("Try again"));
    QCOMPARE(find<QLabel>(chooser, "data_cifar10_words")->text(), QStringLiteral("The disk is full."));

    chooser.set_cifar10({State::ready, 1, {}});
    QVERIFY(find<QPushButton>(chooser, "data_cifar10_button")->isHidden());
    QCOMPARE(told.count(), 0);
    radio->click();
    QCOMPARE(told.count(), 1);
    QCOMPARE(chooser.choice().data, QStringLiteral("cifar10"));
}

void TestDialogs::every_control_has_a_name()
{
    const ca::FindingsDialog findings_dialog(QStringLiteral("net.pt"), findings());
    const ca::ClassNamesDialog names(usual(), usual());
    for (const QWidget *dialog : {static_cast<const QWidget *>(&findings_dialog), static_cast<const QWidget *>(&names)}) {
        int controls = 0;
        for (const auto *widget : dialog->findChildren<QWidget *>()) {
            const bool is_control = widget->inherits("QPushButton") || widget->inherits("QPlainTextEdit");
            controls += is_control ? 1 : 0;
            QVERIFY2(!is_control || !widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        }
        QVERIFY(controls >= 3);
    }
}

CA_GUI_TEST_MAIN(TestDialogs)
#include "test_dialogs.moc"
