// SPDX-License-Identifier: GPL-3.0-or-later
// What of a conversation is kept, and what is not.
#include "core/study/load_study.h"
#include "tests/app/session/chat_window.h"
#include "tests/support/files_with.h"
#include "tests/support/gui_main.h"
#include "tests/support/llm_streams.h"
#include "tests/support/mock_llm_server.h"

#include <QFile>

class TestChatStore final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_conversation_is_shown_again_and_goes_on();
    void closing_in_the_middle_loses_nothing();
    void another_model_puts_the_conversation_away();
    void a_key_is_kept_nowhere();
};

namespace {

/// The files of a study in another folder, and the net that it is about.
struct Kept {
    QTemporaryDir folder;
    std::filesystem::path place = std::filesystem::path(folder.path().toStdString()) / "study";
    std::filesystem::path net = std::filesystem::path(folder.path().toStdString()) / "net.pt";

    void take(const ChatWindow &chat) const
    {
        std::filesystem::copy(chat.study_folder(), place, std::filesystem::copy_options::recursive);
        std::filesystem::copy_file(chat.net.toStdString(), net);
    }
};

} // namespace

void TestChatStore::a_conversation_is_shown_again_and_goes_on()
{
    Kept kept;
    QStringList said;
    std::size_t trials = 0;
    {
        ChatWindow first;
        QVERIFY(first.open_net());
        QVERIFY(first.ask(QStringLiteral("go ahead")));
        QVERIFY(first.ask(QStringLiteral("explain L001")));
        said = first.said();
        trials = first.last->trials.size();
        kept.take(first);
    }
    ChatWindow chat;
    chat.controller.studies().open(QString::fromStdString(kept.place.string()));
    QTRY_COMPARE_WITH_TIMEOUT(chat.said(), said, kOpenMilliseconds);
    QVERIFY(chat.ask(QStringLiteral("compare T1 and T2"))); // no model is open
    QVERIFY2(chat.said().back().contains(QStringLiteral("open the model")), chat.told());
    chat.controller.model().open_file(QString::fromStdString(kept.net.string()));
    QVERIFY(QTest::qWaitFor([&] { return chat.run().isEnabled(); }, kOpenMilliseconds));
    QVERIFY(chat.ask(QStringLiteral("compare T1 and T2")));
    QVERIFY2(chat.said().back().contains(QStringLiteral("T2")), chat.told());
    QVERIFY(chat.last);
    QCOMPARE(chat.last->trials.size(), trials);
}

void TestChatStore::closing_in_the_middle_loses_nothing()
{
    Kept kept;
    std::size_t done = 0;
    {
        auto chat = std::make_unique<ChatWindow>();
        QVERIFY(chat->open_net());
        chat->type(QStringLiteral("go ahead"));
        QVERIFY(chat->wait_for_done(2));
        chat->type(QStringLiteral("and explain L001"));
        done = chat->done();
        chat->folder.setAutoRemove(false);
        const auto place = chat->study_folder();
        chat.reset();
        std::filesystem::copy(place, kept.place, std::filesystem::copy_options::recursive);
        std::filesystem::remove_all(place.parent_path().parent_path());
    }
    const auto store = ca::StudyStore::open_for_reading(kept.place);
    QVERIFY(store);
    const auto study = ca::load_study(*store);
    QVERIFY(study);
    QVERIFY(static_cast<std::size_t>(std::count_if(study->trials.begin(), study->trials.end(),
                                                   [](const ca::Trial &trial) { return trial.state == ca::TrialState::done; }))
            >= done);
    const auto transcript = store->transcript();
    QVERIFY(transcript);
    QVERIFY(std::any_of(transcript->begin(), transcript->end(),
                        [](const ca::Json &entry) { return entry["kind"] == "person" && entry["text"] == "go ahead"; }));
}

void TestChatStore::another_model_puts_the_conversation_away()
{
    ChatWindow chat;
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("help")));
    QVERIFY(!chat.said().isEmpty());
    const auto other = write_scripted_net(chat.folder.path().toStdString(), "attention");
    QSignalSpy model(&chat.session, &ca::Session::model_opened);
    chat.controller.model().open_file(QString::fromStdString(other.string()));
    QVERIFY(model.wait(kOpenMilliseconds));
    QVERIFY(chat.said().isEmpty());
    QVERIFY(!chat.session.is_open());
}

/// A whole conversation with a provider that wants one; the server is this test.
void TestChatStore::a_key_is_kept_nowhere()
{
    const QByteArray key = "quite-plain-words-4711"; // looks like no vendor's, so that nothing is left out for its looks
    const MockLlmServer server({sends(event_stream(openai::answer("I have read it.")))});
    ChatWindow chat;
    ca::ProviderFacts facts;
    facts.provider = QString::fromStdString(server.origin());
    facts.model = QStringLiteral("model-1");
    const auto provider = ca::find_provider(server.origin());
    QVERIFY(provider);
    chat.controller.keys().keep(*provider, key.toStdString(), [](const ca::FoundKey &) { });
    chat.controller.provider_store().use(facts);
    QVERIFY(chat.open_net());
    QVERIFY(chat.ask(QStringLiteral("what do you see?")));
    QVERIFY2(chat.said().back().contains(QStringLiteral("I have read it.")), chat.told());
    QCOMPARE(server.requests().size(), std::size_t{1});
    QVERIFY(QByteArray::fromStdString(server.requests().front()).contains(key)); // it was sent
    const auto sent = chat.controller.voices().sent().requests();
    QCOMPARE(sent.size(), std::size_t{1});
    QCOMPARE(sent.front().body.toStdString(), std::string(body_of(server.requests().front()))); // byte for byte
    QVERIFY(!sent.front().body.contains(key));
    chat.controller.chat().export_to(chat.path("talk.md"));
    chat.store.sync();
    QCOMPARE(files_with(chat.folder.path().toStdString(), key), QStringList());
    QVERIFY(!chat.pane().markdown().contains(QString::fromUtf8(key)));
}

CA_GUI_TEST_MAIN(TestChatStore)
#include "test_chat_store.moc"
