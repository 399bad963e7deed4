// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/chosen_provider.h"
#include "tests/support/gui_main.h"
#include "tests/support/llm_streams.h"
#include "tests/support/mock_llm_server.h"
#include "ui/settings/provider_dialog.h"

#include <QDirIterator>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <optional>
#include <thread>

class TestKeySecrecy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_key_in_a_file_would_be_found();
    void a_whole_flow_writes_no_byte_of_the_key_data();
    void a_whole_flow_writes_no_byte_of_the_key();
};

namespace {

const std::string kKey = "sk-3f9a17c2e8b04d65";
constexpr int kLongest = 10'000; // ms

/// Everything that was said or sent but in the header of a request.
struct Said {
    QStringList lines;
    void operator()(const std::string &line) { lines += QString::fromStdString(line); }
};
QString *messages = nullptr; // of Qt's log, which has no place for a context

void take_message(QtMsgType, const QMessageLogContext &, const QString &text)
{
    *messages += text;
}

void ask(ca::ChatClient &model, Said &said)
{
    std::jthread([&] {
        ca::ChatRequest request;
        request.messages.push_back({ca::ChatRole::user, "Hello"});
        for (int turn = 0; turn < 2; ++turn)
            if (const auto answer = model.ask(request, [](const ca::ChatDelta &) {}, {}); answer)
                said(answer->message.text);
            else
                said(answer.error().sentence);
    }).join();
}

/// Enters the key, tests it, takes it, and talks.
void go_through(ChosenProvider &chosen, Said &said)
{
    chosen.controller.show_dialog();
    auto *dialog = chosen.window.findChild<ca::ProviderDialog *>();
    dialog->findChild<QLineEdit *>(QStringLiteral("provider_key"))->setText(QString::fromStdString(kKey));
    auto *test = dialog->findChild<QPushButton *>(QStringLiteral("provider_test"));
    test->click();
    QVERIFY(QTest::qWaitFor([&] { return test->isEnabled(); }, kLongest));
    for (const QLabel *label : dialog->findChildren<QLabel *>())
        said.lines += label->text();
    dialog->findChild<QPushButton *>(QStringLiteral("provider_use"))->click();

    std::optional<ca::Result<ca::OpenedChat>> chat;
    ca::ClientListeners heard;
    heard.on_request = [&](const std::string &body) { said(body); };
    chosen.controller.open(heard, [&](const ca::Result<ca::OpenedChat> &opened) { chat = opened; });
    QVERIFY(QTest::qWaitFor([&] { return chat.has_value(); }, kLongest));
    QVERIFY(*chat);
    for (const std::string &line : (*chat)->leaving)
        said(line);
    ask(*(*chat)->model, said);
    chosen.controller.agree(**chat);
    chosen.controller.learn_from(**chat);
    chosen.store_file.sync();
}

QStringList files_with_the_key(const QString &folder)
{
    QStringList found;
    for (QDirIterator each(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories); each.hasNext();) {
        QFile file(each.next());
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(QByteArray::fromStdString(kKey).right(8)))
            found += file.fileName();
    }
    return found;
}

} // namespace

void TestKeySecrecy::a_key_in_a_file_would_be_found()
{
    const QTemporaryDir home;
    QVERIFY(QDir(home.path()).mkpath(QStringLiteral(".hidden/deeper")));
    QFile file(home.filePath(QStringLiteral(".hidden/deeper/.cache")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("key=" + QByteArray::fromStdString(kKey));
    file.close();
    QCOMPARE(files_with_the_key(home.path()), QStringList{file.fileName()});
}

void TestKeySecrecy::a_whole_flow_writes_no_byte_of_the_key_data()
{
    QTest::addColumn<int>("way");
    QTest::newRow("the keychain works") << static_cast<int>(KeychainScript::Way::works);
    QTest::newRow("it is locked") << static_cast<int>(KeychainScript::Way::locked);
    QTest::newRow("it hangs") << static_cast<int>(KeychainScript::Way::hangs);
}

void TestKeySecrecy::a_whole_flow_writes_no_byte_of_the_key()
{
    QFETCH(int, way);
    const QTemporaryDir home;
    for (const char *place : {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"})
        qputenv(place, home.path().toUtf8());
    QString log;
    messages = &log;
    const auto before = qInstallMessageHandler(take_message);
    MockLlmServer server({sends(http_answer(200, R"({"data":[{"id":"gpt-5"}]})")), sends(event_stream(openai::answer("Hi."))),
                          sends(http_answer(401, R"({"error":{"message":"Wrong key )" + kKey + R"("}})"))});
    ChosenProvider chosen({mock_vendor(server.origin())});
    chosen.keychain->way = static_cast<KeychainScript::Way>(way);
    chosen.store.use(chosen.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")));
    Said said;
    connect(&chosen.controller, &ca::ProviderController::notice, this, [&](const QString &text) { said.lines += text; });
    go_through(chosen, said);
    qInstallMessageHandler(before);

    const auto requests = server.requests();
    QCOMPARE(requests.size(), std::size_t(3));
    for (const std::string &request : requests) { // it was used, and in one place
        QCOMPARE(header_of(request, "authorization"), "Bearer " + kKey);
        QCOMPARE(request.find(kKey), request.rfind(kKey));
    }
    QVERIFY(QFile::exists(chosen.file()));
    QCOMPARE(files_with_the_key(chosen.folder.path()), QStringList());
    QCOMPARE(files_with_the_key(home.path()), QStringList());
    const QString secret = QString::fromStdString(kKey).right(8);
    QVERIFY(said.lines.size() > 8);
    for (const QString &line : std::as_const(said.lines))
        QVERIFY2(!line.contains(secret), qPrintable(line));
    QVERIFY(!log.contains(secret));
}

CA_GUI_TEST_MAIN(TestKeySecrecy)
#include "test_key_secrecy.moc"
