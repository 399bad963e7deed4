// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "ui/common/state_pane.h"
#include "ui/common/style_sheet.h"
#include "ui/common/table.h"
#include "ui/common/theme.h"
#include "ui/studies/studies_dialog.h"
#include "ui/studies/studies_menu.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

class TestStudiesDialog final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lists_studies_and_opens_one();
    void says_why_a_study_cannot_be_read();
    void a_study_that_is_written_is_not_deleted();
    void says_when_there_is_none();
    void a_new_list_keeps_what_is_selected();
    void says_how_a_copy_ended();
    void the_menu_offers_what_can_be_done();
    void the_menu_shows_names_as_they_are();
    void fits_a_small_window_in_light_and_dark();
};

namespace {

std::vector<ca::StudyRow> some_rows()
{
    ca::StudyRow good{QStringLiteral("/studies/vit-cifar10"),
                      QStringLiteral("vit-cifar10"),
                      QStringLiteral("vit_cifar10.pt"),
                      QStringLiteral("cifar10"),
                      24,
                      17,
                      QStringLiteral("today 14:05"),
                      {},
                      {}};
    ca::StudyRow written = good;
    written.folder = QStringLiteral("/studies/resnet18-cifar10");
    written.name = QStringLiteral("resnet18-cifar10");
    written.writer = QStringLiteral("process 4711 on this machine");
    ca::StudyRow damaged{
        QStringLiteral("/studies/torn"),
        QStringLiteral("torn"),
        {},
        {},
        0,
        0,
        QStringLiteral("yesterday 09:12"),
        {},
        QStringLiteral("The study in /studies/torn is damaged: its file ends early. Delete it, or bring back a copy.")};
    return {good, written, damaged};
}

struct Shown {
    ca::StudiesDialog dialog;
    Shown()
    {
        dialog.set_studies(some_rows());
        dialog.show();
    }
    Q_DISABLE_COPY_MOVE(Shown)
    template <typename W>
    W *find(const char *name) const
    {
        return dialog.findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] QPushButton &button(const char *name) const { return *find<QPushButton>(name); }
    void select(int row) const { find<ca::Table>("studies_table")->selectRow(row); }
    [[nodiscard]] QString about() const { return find<QLabel>("studies_about")->text(); }
};

} // namespace

void TestStudiesDialog::lists_studies_and_opens_one()
{
    const Shown shown;
    const QAbstractItemModel *model = shown.find<ca::Table>("studies_table")->model();
    QStringList row;
    for (int column = 0; column < model->columnCount(); ++column)
        row << model->index(0, column).data().toString();
    QCOMPARE(row, (QStringList{"vit-cifar10", "vit_cifar10.pt", "cifar10", "17 of 24", "today 14:05"}));
    QCOMPARE(shown.about(), QStringLiteral("/studies/vit-cifar10")); // the first is selected
    QSignalSpy chosen(&shown.dialog, &ca::StudiesDialog::study_chosen);
    shown.button("studies_open").click();
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.front().front().toString(), QStringLiteral("/studies/vit-cifar10"));
    QSignalSpy copied(&shown.dialog, &ca::StudiesDialog::copy_requested);
    shown.select(1);
    shown.button("studies_copy").click();
    QCOMPARE(copied.front().front().toString(), QStringLiteral("/studies/resnet18-cifar10"));
}

void TestStudiesDialog::says_why_a_study_cannot_be_read()
{
    const Shown shown;
    shown.select(2);
    QVERIFY(shown.about().contains(QStringLiteral("ends early")));
    QVERIFY(!shown.button("studies_open").isEnabled());
    QVERIFY(!shown.button("studies_copy").isEnabled());
    QSignalSpy removed(&shown.dialog, &ca::StudiesDialog::remove_requested);
    shown.button("studies_delete").click(); // it may go
    QCOMPARE(removed.front().front().toString(), QStringLiteral("/studies/torn"));
}

void TestStudiesDialog::a_study_that_is_written_is_not_deleted()
{
    const Shown shown;
    shown.select(1);
    QVERIFY(!shown.button("studies_delete").isEnabled());
    QVERIFY(shown.button("studies_delete").toolTip().contains(QStringLiteral("process 4711")));
    QVERIFY(shown.button("studies_open").isEnabled()); // to read
}

void TestStudiesDialog::says_when_there_is_none()
{
    ca::StudiesDialog dialog;
    const auto *states = dialog.findChild<ca::StatePane *>();
    QCOMPARE(states->state(), ca::StatePane::State::working);
    dialog.set_studies({});
    QCOMPARE(states->state(), ca::StatePane::State::empty);
    QVERIFY(!dialog.findChild<QPushButton *>(QStringLiteral("studies_open"))->isEnabled());
    dialog.show_failure(QStringLiteral("The folder cannot be read. Check its permissions."));
    QCOMPARE(states->state(), ca::StatePane::State::failed);
}

void TestStudiesDialog::a_new_list_keeps_what_is_selected()
{
    Shown shown;
    shown.select(1);
    auto rows = some_rows();
    std::swap(rows[0], rows[1]);
    shown.dialog.set_studies(rows);
    QCOMPARE(shown.about(), QStringLiteral("/studies/resnet18-cifar10"));
}

void TestStudiesDialog::says_how_a_copy_ended()
{
    Shown shown;
    shown.dialog.set_note(QStringLiteral("Copied to /studies/two"));
    shown.dialog.set_studies(some_rows()); // the list that has it
    QCOMPARE(shown.about(), QStringLiteral("Copied to /studies/two"));
    shown.select(1);
    QCOMPARE(shown.about(), QStringLiteral("/studies/resnet18-cifar10"));
}

void TestStudiesDialog::the_menu_offers_what_can_be_done()
{
    QMenu menu;
    QWidget window;
    ca::StudiesMenu studies(&menu, &window);
    const auto action = [&](const char *name) { return menu.findChild<QAction *>(QString::fromLatin1(name)); };
    const auto *recent = menu.findChild<QMenu *>(QStringLiteral("menu_recent_studies"));
    QCOMPARE(recent->actions().size(), 1);
    QVERIFY(!recent->actions().front()->isEnabled());
    QVERIFY(!action("action_copy_study")->isEnabled());
    QVERIFY(!action("action_delete_study")->isEnabled());
    studies.set_shown(QStringLiteral("vit-cifar10"));
    QVERIFY(action("action_copy_study")->isEnabled());
    QVERIFY(action("action_delete_study")->isEnabled());
    studies.set_recent(some_rows());
    QCOMPARE(recent->actions().size(), 3);
    QSignalSpy chosen(&studies, &ca::StudiesMenu::study_chosen);
    recent->actions()[1]->trigger();
    QCOMPARE(chosen.front().front().toString(), QStringLiteral("/studies/resnet18-cifar10"));
    studies.set_busy(true);
    QVERIFY(!action("action_open_study")->isEnabled());
    QVERIFY(!recent->isEnabled());
    QVERIFY(!action("action_delete_study")->isEnabled());
    QVERIFY(action("action_copy_study")->isEnabled()); // of a moment
    QVERIFY(action("action_compare_studies")->isEnabled());
}

void TestStudiesDialog::the_menu_shows_names_as_they_are()
{
    QMenu menu;
    QWidget window;
    ca::StudiesMenu studies(&menu, &window);
    ca::StudyRow row = some_rows().front();
    row.name = QStringLiteral("a&b") + QChar(0x202E);
    studies.set_recent({row});
    const auto *recent = menu.findChild<QMenu *>(QStringLiteral("menu_recent_studies"));
    QVERIFY(recent->actions().front()->text().startsWith(QStringLiteral("a&&b\\u{202E}")));
}

/// Pictures go where CA_PICTURES says, for those who look.
void TestStudiesDialog::fits_a_small_window_in_light_and_dark()
{
    for (const bool dark : {false, true}) {
        Shown shown;
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        shown.dialog.setStyleSheet(ca::style_sheet(theme));
        shown.dialog.setPalette(ca::palette_of(theme));
        shown.select(2);
        QApplication::processEvents();
        QVERIFY(shown.dialog.minimumSizeHint().height() <= 720 && shown.dialog.minimumSizeHint().width() <= 1180);
        for (const QWidget *widget : shown.dialog.findChildren<QPushButton *>())
            QVERIFY(!widget->isVisible() || !widget->accessibleName().isEmpty());
        const QPixmap picture = shown.dialog.grab();
        QVERIFY(!picture.isNull());
        if (const QString folder = qEnvironmentVariable("CA_PICTURES"); !folder.isEmpty())
            picture.save(folder + (dark ? QStringLiteral("/studies-dark.png") : QStringLiteral("/studies-light.png")));
    }
}

CA_GUI_TEST_MAIN(TestStudiesDialog)
#include "test_studies_dialog.moc"
