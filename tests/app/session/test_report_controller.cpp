// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/report_controller.h"
#include "tests/support/gui_main.h"
#include "tests/support/stores.h"
#include "ui/common/state_pane.h"
#include "ui/main_window.h"
#include "ui/report/page_view.h"
#include "ui/studies/studies_menu.h"

#include <QAction>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>

#include <fstream>
#include <sstream>

namespace {

namespace fs = std::filesystem;

constexpr int kMilliseconds = 60'000;

std::string bytes_of(const fs::path &file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

/// A window with a study of three finished trials on disk.
struct Reported {
    QTemporaryDir folder;
    fs::path study = place("studies/one");
    fs::path shown = study; ///< what the controller takes for the study in the panes
    fs::path opened;        ///< the last folder that was shown to a person
    bool can_show = true;
    ca::MainWindow window;
    ca::ReportController controller{window, [this] { return shown; },
                                    [this](const fs::path &place) {
                                        opened = place;
                                        return can_show;
                                    }};

    Reported()
    {
        auto store = std::move(*ca::StudyStore::create(study, some_facts()));
        for (int number = 1; number <= 3; ++number)
            if (!add_done(store, number))
                QTest::qFail("a trial is not added", __FILE__, __LINE__);
    }
    Q_DISABLE_COPY_MOVE(Reported)

    [[nodiscard]] fs::path place(const char *name) const { return fs::path(folder.path().toStdString()) / name; }
    [[nodiscard]] QString text(const char *name) const { return QString::fromStdString(place(name).string()); }
    [[nodiscard]] ca::ReportDialog *dialog() const { return window.findChild<ca::ReportDialog *>(); }
    [[nodiscard]] ca::StatePane::State state() const { return dialog()->findChild<ca::StatePane *>()->state(); }
    [[nodiscard]] QString note() const { return dialog()->findChild<QLabel *>(QStringLiteral("report_note"))->text(); }
    [[nodiscard]] QAction *action(const char *name) const { return window.findChild<QAction *>(QString::fromLatin1(name)); }
    [[nodiscard]] bool open_report()
    {
        controller.open();
        return QTest::qWaitFor([&] { return state() == ca::StatePane::State::full; }, kMilliseconds);
    }
};

} // namespace

class TestReportController final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_the_report_of_the_study_in_the_panes();
    void saves_it_in_each_format();
    void saves_all_of_it_into_a_folder();
    void says_why_it_was_not_saved();
    void says_why_a_study_cannot_be_read_and_tries_again();
    void the_menu_leads_there_once_a_study_is_shown();
    void shows_the_folder();
    void goes_away_while_it_reads();
};

void TestReportController::shows_the_report_of_the_study_in_the_panes()
{
    Reported reported;
    QVERIFY(reported.open_report());
    QVERIFY(reported.dialog()->findChild<ca::report::PageView *>()->count() >= 2); // the summary, and what follows it
    reported.controller.open();                                                    // there is one
    QCOMPARE(reported.window.findChildren<ca::ReportDialog *>().size(), qsizetype{1});
}

void TestReportController::saves_it_in_each_format()
{
    Reported reported;
    QVERIFY(reported.open_report());
    reported.controller.save(ca::ReportFormat::pdf, reported.text("a.pdf"));
    QVERIFY2(reported.note().contains(QStringLiteral("a.pdf")), qPrintable(reported.note()));
    reported.controller.save(ca::ReportFormat::html, reported.text("a.html"));
    reported.controller.save(ca::ReportFormat::markdown, reported.text("a.md"));
    QVERIFY(bytes_of(reported.place("a.pdf")).starts_with("%PDF-1.4"));
    const std::string html = bytes_of(reported.place("a.html")), markdown = bytes_of(reported.place("a.md"));
    QVERIFY(html.starts_with("<!DOCTYPE html>") && html.find("data-source=") != std::string::npos);
    QVERIFY(markdown.starts_with("# ") || markdown.find("\n# ") != std::string::npos);
    for (const std::string &text : {html, markdown})
        QVERIFY(text.find("resnet18") != std::string::npos);
}

void TestReportController::saves_all_of_it_into_a_folder()
{
    Reported reported;
    QVERIFY(reported.open_report());
    reported.controller.save(ca::ReportFormat::folder, reported.text("results"));
    for (const char *name : {"report.pdf", "report.html", "report.md", "trials.csv", "pareto.svg", "pareto.png"})
        QVERIFY2(fs::exists(reported.place("results") / name), name);
    QVERIFY2(reported.note().contains(QStringLiteral("results")), qPrintable(reported.note()));
}

void TestReportController::says_why_it_was_not_saved()
{
    Reported reported;
    QVERIFY(reported.open_report());
    reported.controller.save(ca::ReportFormat::pdf, reported.text("no/such/folder/a.pdf"));
    QVERIFY2(reported.note().contains(QStringLiteral("cannot be written")), qPrintable(reported.note()));
}

void TestReportController::says_why_a_study_cannot_be_read_and_tries_again()
{
    Reported reported;
    fs::rename(reported.study, reported.place("studies/away"));
    reported.controller.open();
    QTRY_COMPARE_WITH_TIMEOUT(reported.state(), ca::StatePane::State::failed, kMilliseconds);
    QVERIFY(!reported.dialog()->findChild<QPushButton *>(QStringLiteral("report_save"))->isEnabled());
    fs::rename(reported.place("studies/away"), reported.study);
    reported.dialog()->findChild<QPushButton *>(QStringLiteral("report_action"))->click();
    QTRY_COMPARE_WITH_TIMEOUT(reported.state(), ca::StatePane::State::full, kMilliseconds);
}

void TestReportController::the_menu_leads_there_once_a_study_is_shown()
{
    Reported reported;
    QAction *open = reported.action("action_export_report"), *folder = reported.action("action_open_results");
    QVERIFY(open && folder);
    QVERIFY(!open->isEnabled() && !folder->isEnabled());
    reported.window.studies_menu().set_shown(QStringLiteral("one"));
    QVERIFY(open->isEnabled() && folder->isEnabled());
    open->trigger();
    QVERIFY(reported.dialog());
    QTRY_COMPARE_WITH_TIMEOUT(reported.state(), ca::StatePane::State::full, kMilliseconds);
    reported.dialog()->findChild<QPushButton *>(QStringLiteral("report_save"))->click();
    const auto *chooser = reported.dialog()->findChild<QFileDialog *>();
    QVERIFY(chooser);
    QCOMPARE(chooser->acceptMode(), QFileDialog::AcceptSave);
    QCOMPARE(chooser->defaultSuffix(), QStringLiteral("pdf"));
}

void TestReportController::shows_the_folder()
{
    Reported reported;
    reported.window.studies_menu().set_shown(QStringLiteral("one"));
    reported.action("action_open_results")->trigger();
    QCOMPARE(reported.opened.string(), reported.study.string());
    reported.shown.clear();
    reported.opened.clear();
    reported.controller.open_folder();
    QVERIFY(reported.opened.empty());
}

void TestReportController::goes_away_while_it_reads()
{
    for (int i = 0; i < 5; ++i) {
        Reported reported;
        reported.controller.open();
        if (i % 2 == 0)
            reported.dialog()->reject();
    }
}

CA_GUI_TEST_MAIN(TestReportController)
#include "test_report_controller.moc"
