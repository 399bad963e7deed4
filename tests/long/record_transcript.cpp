// SPDX-License-Identifier: GPL-3.0-or-later
// Talks to the advisor in the program's own window, without a person, and writes the conversation as Markdown:
//   CA_MODEL       a model file or folder
//   CA_DATA        as --data (pictogram10)
//   CA_TRANSCRIPT  the file to write
//   CA_MINUTES, CA_TRIALS, CA_SAMPLES  of the study (10, 24, all images)
//   CA_MESSAGES    what is said, with | between; each once the answer before has ended. What is asked meanwhile is approved.
#include "app/session/agent_relay.h"
#include "app/session/session.h"
#include "app/session/window_controller.h"
#include "app/settings/settings.h"
#include "tests/support/shared_files.h"
#include "ui/chat/chat_pane.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <cstdio>

namespace {

constexpr int kOpenMilliseconds = 600'000;
constexpr int kAnswerMilliseconds = 7'200'000;
constexpr const char *kMessages = "lose at most one point|keep the first layer at int8|go ahead|compare T1 and T2|explain L001|"
                                  "under 6 MB|run 4 more trials|summary";

QString given(const char *variable, const char *usual = "")
{
    return qEnvironmentVariable(variable, QString::fromLatin1(usual));
}

int fail(const QString &why)
{
    std::fprintf(stderr, "%s\n", qPrintable(why));
    return 1;
}

int record(const QString &file)
{
    QTemporaryDir folder;
    const std::filesystem::path place = folder.path().toStdString();
    QSettings store(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    ca::Settings settings(store);
    settings.set(ca::Setting::data, given("CA_DATA", "pictogram10"));
    settings.set(ca::Setting::samples, given("CA_SAMPLES", "0").toInt());
    settings.set(ca::Setting::goal,
                 QStringLiteral(R"({"trials":%1,"minutes":%2})").arg(given("CA_TRIALS", "24"), given("CA_MINUTES", "10")));
    ca::MainWindow window;
    ca::Session session;
    ca::WindowController controller(window, session, settings,
                                    {source_folder() / "resources", place / "studies", {}, place / "scans"});
    window.show();
    const auto *run = window.findChild<QPushButton *>(QStringLiteral("button_run"));
    const auto *stop = window.findChild<QPushButton *>(QStringLiteral("chat_stop"));
    controller.model().open_file(given("CA_MODEL"));
    if (!QTest::qWaitFor([&] { return run->isEnabled(); }, kOpenMilliseconds))
        return fail(QStringLiteral("The model or the data cannot be opened."));
    ca::ChatPane &pane = window.chat();
    QObject::connect(&session.agent(), &ca::AgentRelay::consent_asked, &pane, [&](const QString &question) {
        pane.settle(question, {true, ""});
        session.agent().decide(question, {true, ""});
    });
    const QString messages = given("CA_MESSAGES", kMessages);
    for (const QString &message : messages.split(u'|', Qt::SkipEmptyParts)) {
        std::fprintf(stderr, "%s\n", qPrintable(message));
        Q_EMIT pane.sent(message.trimmed());
        if (!QTest::qWaitFor([&] { return !session.is_running() && stop->isHidden(); }, kAnswerMilliseconds))
            return fail(QStringLiteral("It was not answered in two hours."));
    }
    controller.chat().export_to(file);
    return QFile::exists(file) ? 0 : fail(QStringLiteral("The file cannot be written."));
}

} // namespace

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    QLocale::setDefault(QLocale::c());
    QApplication application(argc, argv);
    const QString file = given("CA_TRANSCRIPT");
    if (file.isEmpty() || given("CA_MODEL").isEmpty())
        return fail(QStringLiteral("CA_MODEL and CA_TRANSCRIPT say what is talked about, and which file is written."));
    return record(file);
}
