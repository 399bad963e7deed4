// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/state_pane.h"
#include "ui/common/style_sheet.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/studies/compare_dialog.h"

#include <QComboBox>
#include <QLabel>

class TestCompareDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void chooses_the_shown_study_and_another();
    void another_choice_asks_again();
    void shows_two_studies_side_by_side();
    void says_when_there_is_only_one();
    void says_why_a_study_was_not_read();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

ca::StudyRow row(const char *name, const char *problem = "")
{
    ca::StudyRow study;
    study.folder = QStringLiteral("/studies/") + QLatin1String(name);
    study.name = QLatin1String(name);
    study.changed = QStringLiteral("today 14:05");
    study.problem = QLatin1String(problem);
    return study;
}

ca::ComparisonFacts some_comparison()
{
    ca::ComparisonFacts facts;
    facts.studies[0] = {QStringLiteral("first"),
                        QStringLiteral("vit_cifar10.pt"),
                        QStringLiteral("cifar10"),
                        QStringLiteral("5,000 of selection, 5,000 of holdout"),
                        QStringLiteral("17 of 24 finished"),
                        QStringLiteral("18.6 MB · 81.0 %"),
                        QStringLiteral("lose at most 0.5 points"),
                        QStringLiteral("31.4 bit-points"),
                        QStringLiteral("T14, mixed, 3.6 bits: 2.11 MB · 80.6 % · −0.37 points · 2.90 ms")};
    facts.studies[1] = facts.studies[0];
    facts.studies[1].name = QStringLiteral("second");
    facts.studies[1].goal = QStringLiteral("no limit");
    facts.studies[1].hypervolume = QStringLiteral("28.0 bit-points");
    facts.differences = {QStringLiteral("Their goals differ."),
                         QStringLiteral("Trials on their common front: 1 of the first, 1 of the second.")};
    facts.trials = {{0, QStringLiteral("T14"), QStringLiteral("mixed, 3.6 bits"), 2.11, 80.6, -0.37, 2.9,
                     QStringLiteral("on the common front"), true},
                    {1,
                     QStringLiteral("T9"),
                     QStringLiteral("mixed, 3.9 bits"),
                     2.30,
                     80.2,
                     -0.74,
                     {},
                     QStringLiteral("beaten by T14"),
                     false},
                    {1,
                     QStringLiteral("T4"),
                     QStringLiteral("static int8"),
                     4.70,
                     80.9,
                     {},
                     2.8,
                     QStringLiteral("on the common front"),
                     true}};
    return facts;
}

template <typename W>
W *find(const ca::CompareDialog &dialog, const char *name)
{
    return dialog.findChild<W *>(QString::fromLatin1(name));
}

} // namespace

void TestCompareDialog::chooses_the_shown_study_and_another()
{
    ca::CompareDialog dialog;
    QSignalSpy chosen(&dialog, &ca::CompareDialog::pair_chosen);
    dialog.set_studies({row("one"), row("torn", "It is damaged."), row("two"), row("three")}, QStringLiteral("/studies/two"));
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.front(), (QVariantList{QStringLiteral("/studies/two"), QStringLiteral("/studies/one")}));
    QCOMPARE(find<QComboBox>(dialog, "compare_choice_0")->count(), 3); // what cannot be read is not offered
    QCOMPARE(dialog.findChild<ca::StatePane *>()->state(), ca::StatePane::State::working);
}

void TestCompareDialog::another_choice_asks_again()
{
    ca::CompareDialog dialog;
    dialog.set_studies({row("one"), row("two"), row("three")}, {});
    QSignalSpy chosen(&dialog, &ca::CompareDialog::pair_chosen);
    find<QComboBox>(dialog, "compare_choice_1")->setCurrentIndex(2);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.front(), (QVariantList{QStringLiteral("/studies/one"), QStringLiteral("/studies/three")}));
}

void TestCompareDialog::shows_two_studies_side_by_side()
{
    ca::CompareDialog dialog;
    dialog.set_studies({row("first"), row("second")}, {});
    dialog.set_comparison(some_comparison());
    QCOMPARE(dialog.findChild<ca::StatePane *>()->state(), ca::StatePane::State::full);
    QCOMPARE(find<QLabel>(dialog, "compare_goal_0")->text(), QStringLiteral("lose at most 0.5 points"));
    QCOMPARE(find<QLabel>(dialog, "compare_goal_1")->text(), QStringLiteral("no limit"));
    QVERIFY(find<QLabel>(dialog, "compare_best_answer_0")->text().startsWith(QStringLiteral("T14")));
    QVERIFY(find<QLabel>(dialog, "compare_differences")->text().startsWith(QStringLiteral("Their goals differ.")));
    const QAbstractItemModel *model = find<ca::Table>(dialog, "compare_trials")->model();
    QStringList cells;
    for (int column = 0; column < model->columnCount(); ++column)
        cells << model->index(1, column).data().toString();
    QCOMPARE(
        cells,
        (QStringList{QStringLiteral("second"), QStringLiteral("T9"), QStringLiteral("mixed, 3.9 bits"), QStringLiteral("2.30"),
                     QStringLiteral("80.2"), QStringLiteral("−0.74"), QString(), QStringLiteral("beaten by T14")}));
}

void TestCompareDialog::says_when_there_is_only_one()
{
    ca::CompareDialog dialog;
    QSignalSpy chosen(&dialog, &ca::CompareDialog::pair_chosen);
    dialog.set_studies({row("one"), row("torn", "It is damaged.")}, {});
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(dialog.findChild<ca::StatePane *>()->state(), ca::StatePane::State::empty);
}

void TestCompareDialog::says_why_a_study_was_not_read()
{
    ca::CompareDialog dialog;
    dialog.set_studies({row("one"), row("two")}, {});
    dialog.show_failure(QStringLiteral("The study is damaged. Choose another."));
    QCOMPARE(dialog.findChild<ca::StatePane *>()->sentence(), QStringLiteral("The study is damaged. Choose another."));
    find<QComboBox>(dialog, "compare_choice_1")->setCurrentIndex(0); // one with itself is harmless
    QCOMPARE(dialog.findChild<ca::StatePane *>()->state(), ca::StatePane::State::working);
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestCompareDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true}) {
        ca::CompareDialog dialog;
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        dialog.setStyleSheet(ca::style_sheet(theme));
        dialog.setPalette(ca::palette_of(theme));
        dialog.set_studies({row("first"), row("second")}, {});
        dialog.set_comparison(some_comparison());
        dialog.show();
        QApplication::processEvents();
        QVERIFY(dialog.minimumSizeHint().height() <= 720 && dialog.minimumSizeHint().width() <= 1180);
        const QPixmap picture = dialog.grab();
        QVERIFY(!picture.isNull());
        if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
            picture.save(folder + (dark ? QStringLiteral("/compare-dark.png") : QStringLiteral("/compare-light.png")));
    }
}

CA_GUI_TEST_MAIN(TestCompareDialog)
#include "test_compare_dialog.moc"
