// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/model_picker/model_picker.h"

#include <QAction>
#include <QListView>
#include <QMenu>
#include <QPushButton>

class TestModelPicker final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_click_opens_what_is_here();
    void what_is_not_here_takes_its_button_a_double_click_or_return();
    void a_download_can_be_cancelled_and_its_news_do_not_disturb();
    void a_failed_download_says_why_and_can_be_tried_again();
    void what_cannot_run_here_says_why();
    void the_menu_offers_random_weights();
    void a_file_over_a_model_is_for_that_model();
    void the_open_model_is_marked_by_its_row();
    void every_state_is_said_to_those_who_hear_it();
    void tab_leads_from_the_list_through_its_buttons();
};

namespace {

using State = ca::Availability::State;

ca::PickerRow row(const char *id, State state, double share = 0, const QString &words = {})
{
    return {QString::fromLatin1(id),
            QString::fromLatin1(id).toUpper(),
            QStringLiteral("11.7 M · 46.8 MB"),
            QStringLiteral("takes 295 MB of memory"),
            {},
            ca::Availability{state, share, words},
            true};
}

struct Shown {
    ca::ModelPicker picker;

    explicit Shown(const std::vector<ca::PickerRow> &rows)
    {
        picker.set_models(rows);
        picker.resize(256, 700);
        picker.show();
        QApplication::processEvents();
    }
    [[nodiscard]] QPoint place(int row) const
    {
        return picker.list()->visualRect(picker.list()->model()->index(row, 0)).center();
    }
    void click(int row) const { QTest::mouseClick(picker.list()->viewport(), Qt::LeftButton, {}, place(row)); }
    [[nodiscard]] QPushButton *button(const char *id) const
    {
        return picker.findChild<QPushButton *>(QStringLiteral("models_button_") + QLatin1String(id));
    }
};

} // namespace

void TestModelPicker::a_click_opens_what_is_here()
{
    const Shown shown({row("one", State::ready), row("two", State::ready)});
    QSignalSpy chosen(&shown.picker, &ca::ModelPicker::model_chosen);
    shown.click(1);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.front().front().toString(), QStringLiteral("two"));
    QVERIFY(!shown.button("one")->isVisible());
}

void TestModelPicker::what_is_not_here_takes_its_button_a_double_click_or_return()
{
    const Shown shown({row("one", State::absent)});
    QSignalSpy wanted(&shown.picker, &ca::ModelPicker::download_requested);
    QSignalSpy chosen(&shown.picker, &ca::ModelPicker::model_chosen);
    shown.click(0);
    QCOMPARE(wanted.count(), 0);
    QTest::mouseDClick(shown.picker.list()->viewport(), Qt::LeftButton, {}, shown.place(0));
    QCOMPARE(wanted.count(), 1);
    QTest::keyClick(shown.picker.list(), Qt::Key_Return);
    QCOMPARE(wanted.count(), 2);
    QVERIFY(shown.button("one")->focusPolicy() & Qt::TabFocus);
    QTest::mouseClick(shown.button("one"), Qt::LeftButton);
    QCOMPARE(wanted.count(), 3);
    QCOMPARE(chosen.count(), 0);
}

void TestModelPicker::a_download_can_be_cancelled_and_its_news_do_not_disturb()
{
    Shown shown({row("one", State::absent), row("two", State::ready)});
    const int before = shown.picker.list()->visualRect(shown.picker.list()->model()->index(1, 0)).top();
    shown.picker.set_models({row("one", State::arriving, 0.1, QStringLiteral("1 MB of 10 MB")), row("two", State::ready)});
    QApplication::processEvents();
    QCOMPARE(shown.picker.list()->visualRect(shown.picker.list()->model()->index(1, 0)).top(), before); // nothing jumps
    QSignalSpy cancelled(&shown.picker, &ca::ModelPicker::cancel_requested);
    QPushButton *cancel = shown.button("one");
    QCOMPARE(cancel->text(), QStringLiteral("Cancel"));
    QTest::mousePress(cancel, Qt::LeftButton);
    shown.picker.set_models({row("one", State::arriving, 0.2, QStringLiteral("2 MB of 10 MB")), row("two", State::ready)});
    QTest::mouseRelease(cancel, Qt::LeftButton);
    QCOMPARE(cancelled.count(), 1);
    QCOMPARE(cancelled.front().front().toString(), QStringLiteral("one"));
}

void TestModelPicker::a_failed_download_says_why_and_can_be_tried_again()
{
    const QString why = QStringLiteral("There is no connection to the server. Check the network, then try again.");
    const Shown shown({row("one", State::failed, 0, why), row("two", State::ready)});
    QSignalSpy wanted(&shown.picker, &ca::ModelPicker::download_requested);
    QPushButton *again = shown.button("one");
    QCOMPARE(again->text(), QStringLiteral("Try again"));
    QTest::mouseClick(again, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    const QModelIndex index = shown.picker.list()->model()->index(0, 0);
    QVERIFY(index.data(Qt::ToolTipRole).toString().contains(why));
    // The sentence takes lines, and the button stands below them.
    QVERIFY(shown.picker.list()->visualRect(index).height() > shown.picker.list()->visualRect(index.siblingAtRow(1)).height());
    QVERIFY(shown.picker.list()->viewport()->rect().contains(
        QRect(again->mapTo(shown.picker.list()->viewport(), QPoint()), again->size())));
}

void TestModelPicker::what_cannot_run_here_says_why()
{
    const QString why = QStringLiteral("It needs 3.9 GB of memory, and this machine has 2.0 GB.");
    const Shown shown({row("one", State::impossible, 0, why)});
    QSignalSpy wanted(&shown.picker, &ca::ModelPicker::download_requested);
    QSignalSpy chosen(&shown.picker, &ca::ModelPicker::model_chosen);
    QSignalSpy refused(&shown.picker, &ca::ModelPicker::refused);
    shown.click(0);
    QTest::keyClick(shown.picker.list(), Qt::Key_Return);
    QCOMPARE(refused.count(), 1);
    QCOMPARE(refused.front().front().toString(), why);
    QCOMPARE(wanted.count() + chosen.count(), 0);
    QVERIFY(!shown.button("one")->isVisible());
}

void TestModelPicker::the_menu_offers_random_weights()
{
    const Shown shown({row("one", State::absent)});
    QSignalSpy random(&shown.picker, &ca::ModelPicker::random_requested);
    Q_EMIT shown.picker.list()->customContextMenuRequested(shown.place(0));
    auto *menu = shown.picker.findChild<QMenu *>(QStringLiteral("models_menu"));
    QVERIFY(menu);
    for (QAction *action : menu->actions())
        if (action->text() == QStringLiteral("Open with random weights"))
            action->trigger();
    QCOMPARE(random.count(), 1);
    QCOMPARE(random.front().front().toString(), QStringLiteral("one"));
    menu->close();
}

void TestModelPicker::a_file_over_a_model_is_for_that_model()
{
    ca::PickerRow demo = row("demo", State::ready);
    demo.takes_weights = false;
    const Shown shown({row("one", State::absent), row("two", State::impossible), demo});
    const auto target = [&](int row) {
        return shown.picker.drop_target(shown.picker.list()->viewport()->mapTo(&shown.picker, shown.place(row)));
    };
    QCOMPARE(target(0), QStringLiteral("one"));
    QCOMPARE(target(1), QString());
    QCOMPARE(target(2), QString());
    QCOMPARE(shown.picker.drop_target(QPoint(-10, 5)), QString());
}

void TestModelPicker::the_open_model_is_marked_by_its_row()
{
    Shown shown({row("one", State::ready), row("two", State::ready)});
    QSignalSpy chosen(&shown.picker, &ca::ModelPicker::model_chosen);
    shown.picker.set_current(QStringLiteral("two"));
    QCOMPARE(shown.picker.list()->currentIndex().row(), 1);
    shown.click(1); // it is open
    QCOMPARE(chosen.count(), 0);
    shown.picker.set_current({});
    QVERIFY(shown.picker.list()->selectionModel()->selectedIndexes().isEmpty());
    shown.click(1);
    QCOMPARE(chosen.count(), 1);
}

void TestModelPicker::every_state_is_said_to_those_who_hear_it()
{
    const Shown shown({row("one", State::ready), row("two", State::absent), row("three", State::arriving, 0.5),
                       row("four", State::failed, 0, QStringLiteral("Why.")), row("five", State::impossible)});
    const char *const words[] = {"ready", "not downloaded", "downloading", "the download failed, Why.", "cannot run"};
    for (int i = 0; i < 5; ++i) {
        const QString spoken = shown.picker.list()->model()->index(i, 0).data(Qt::AccessibleTextRole).toString();
        QVERIFY2(spoken.contains(QLatin1String(words[i])), qPrintable(spoken));
    }
    for (const auto *button : shown.picker.findChildren<QPushButton *>())
        QVERIFY2(!button->accessibleName().isEmpty(), qPrintable(button->objectName()));
}

void TestModelPicker::tab_leads_from_the_list_through_its_buttons()
{
    const Shown shown({row("one", State::absent), row("two", State::ready), row("three", State::failed)});
    QStringList order;
    for (const QWidget *widget = shown.picker.list()->nextInFocusChain(); widget != shown.picker.list();
         widget = widget->nextInFocusChain())
        if ((widget->focusPolicy() & Qt::TabFocus) && widget->isVisible())
            order << widget->objectName();
    QCOMPARE(
        order,
        (QStringList{QStringLiteral("models_button_one"), QStringLiteral("models_button_three"), QStringLiteral("models_drop")}));
}

CA_GUI_TEST_MAIN(TestModelPicker)
#include "test_model_picker.moc"
