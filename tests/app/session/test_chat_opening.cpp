// SPDX-License-Identifier: GPL-3.0-or-later
// What happens between a message and the moment at which whoever is to answer it is open.
#include "tests/app/session/chat_window.h"
#include "tests/support/chosen_provider.h"
#include "tests/support/gui_main.h"
#include "tests/support/llm_streams.h"
#include "tests/support/mock_llm_server.h"

class TestChatOpening final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_person_is_asked_once_before_anything_is_sent();
    void what_is_stopped_before_it_was_sent_goes_to_nobody();
    void a_study_that_was_to_begin_is_stopped_too();
    void another_model_gives_it_up();
    void what_is_typed_meanwhile_is_answered_next();
    void a_forgotten_key_is_sent_no_more();
};

namespace {

using Way = KeychainScript::Way;

/// The window with a vendor chosen that wants a key and whose server is this test.
struct VendorWindow {
    explicit VendorWindow(Way way, std::vector<MockScript> scripts = {}) : server(std::move(scripts))
    {
        qunsetenv("OPENAI_API_KEY");
        keychain->held[ca::key_name(mock_vendor(server.origin()))] = "sk-1";
        keychain->way = way;
        ca::ProviderFacts facts;
        facts.provider = QStringLiteral("openai");
        facts.model = QStringLiteral("gpt-5");
        chat.controller.provider_store().use(facts);
    }
    [[nodiscard]] QPushButton *question() const
    {
        auto *button = chat.child<QPushButton>("question_no");
        return button && button->isVisible() ? button : nullptr;
    }
    /// Until something is asked of the person, or nothing is under way any more.
    [[nodiscard]] bool wait() const
    {
        const auto *stop = chat.child<QPushButton>("chat_stop");
        return QTest::qWaitFor([&] { return question() || (!chat.session.is_running() && stop->isHidden()); },
                               kAnswerMilliseconds);
    }
    void answer_keychain() const
    {
        keychain->way = Way::works;
        keychain->answer_what_waits();
        QTest::qWait(100); // for what must not come of it
    }
    [[nodiscard]] QString notices() const
    {
        QStringList all;
        for (const auto &one : chat.all<ca::ChatNotice>())
            all << one.sentence;
        return all.join(u'\n');
    }

    std::shared_ptr<KeychainScript> keychain = std::make_shared<KeychainScript>();
    MockLlmServer server;
    ChatWindow chat{{mock_vendor(server.origin())}, [this] { return std::make_unique<FakeKeychain>(keychain); }};
};

} // namespace

void TestChatOpening::the_person_is_asked_once_before_anything_is_sent()
{
    VendorWindow vendor(Way::works, {sends(event_stream(openai::answer("One."))), sends(event_stream(openai::answer("Two.")))});
    QVERIFY(vendor.chat.open_net());
    vendor.chat.type(QStringLiteral("help"));
    QVERIFY(vendor.wait());
    QVERIFY(vendor.question());
    vendor.question()->click();
    QVERIFY(vendor.wait());
    QVERIFY(!vendor.question());
    QVERIFY2(vendor.notices().contains(QStringLiteral("Nothing is sent to gpt-5")), qPrintable(vendor.notices()));
    QCOMPARE(vendor.chat.said().size(), 2); // the offline advisor has answered
    QVERIFY(vendor.server.requests().empty());
    vendor.chat.type(QStringLiteral("what do you see?"));
    QVERIFY(vendor.wait());
    QVERIFY(vendor.question());
    vendor.chat.child<QPushButton>("question_yes")->click();
    QVERIFY(vendor.wait());
    QCOMPARE(vendor.chat.said().back(), QStringLiteral("Advisor: One."));
    vendor.chat.type(QStringLiteral("and now?"));
    QVERIFY(vendor.wait());
    QVERIFY(!vendor.question());
    QCOMPARE(vendor.chat.said().back(), QStringLiteral("Advisor: Two."));
    QCOMPARE(vendor.server.requests().size(), std::size_t{2});
}

void TestChatOpening::what_is_stopped_before_it_was_sent_goes_to_nobody()
{
    VendorWindow vendor(Way::hangs);
    QVERIFY(vendor.chat.open_net());
    vendor.chat.type(QStringLiteral("help"));
    vendor.chat.child<QPushButton>("chat_stop")->click();
    QVERIFY(vendor.wait());
    vendor.answer_keychain();
    QVERIFY(!vendor.question());
    QVERIFY(!vendor.chat.session.is_open());
    QVERIFY2(vendor.notices().contains(QStringLiteral("before anything was sent")), qPrintable(vendor.notices()));
}

void TestChatOpening::a_study_that_was_to_begin_is_stopped_too()
{
    VendorWindow vendor(Way::hangs);
    QVERIFY(vendor.chat.open_net());
    vendor.chat.start();
    Q_EMIT vendor.chat.window.cancel_requested();
    QVERIFY2(vendor.chat.strip().stage().startsWith(QStringLiteral("Stopped")), vendor.chat.told());
    vendor.answer_keychain();
    QVERIFY(!vendor.question());
    QVERIFY(!vendor.chat.session.is_open());
}

void TestChatOpening::another_model_gives_it_up()
{
    VendorWindow vendor(Way::hangs);
    QVERIFY(vendor.chat.open_net());
    vendor.chat.type(QStringLiteral("help"));
    const auto other = write_scripted_net(vendor.chat.folder.path().toStdString(), "attention");
    QSignalSpy model(&vendor.chat.session, &ca::Session::model_opened);
    vendor.chat.controller.model().open_file(QString::fromStdString(other.string()));
    QVERIFY(model.wait(kOpenMilliseconds));
    QVERIFY(vendor.wait());
    vendor.answer_keychain();
    QVERIFY(!vendor.question());
    QVERIFY(!vendor.chat.session.is_open());
}

/// The key is not there, so the offline advisor answers both.
void TestChatOpening::what_is_typed_meanwhile_is_answered_next()
{
    VendorWindow vendor(Way::hangs);
    vendor.keychain->held.clear();
    QVERIFY(vendor.chat.open_net());
    vendor.chat.type(QStringLiteral("help"));
    vendor.chat.type(QStringLiteral("explain L001"));
    vendor.answer_keychain();
    QVERIFY(vendor.wait());
    const QStringList said = vendor.chat.said();
    QCOMPARE(said.filter(QStringLiteral("You: ")),
             (QStringList{QStringLiteral("You: help"), QStringLiteral("You: explain L001")}));
    QVERIFY2(said.filter(QStringLiteral("L001 is a ")).size() == 1, vendor.chat.told());
    QVERIFY2(vendor.notices().contains(QStringLiteral("The offline advisor answers.")), qPrintable(vendor.notices()));
}

void TestChatOpening::a_forgotten_key_is_sent_no_more()
{
    VendorWindow vendor(Way::works, {sends(event_stream(openai::answer("One.")))});
    QVERIFY(vendor.chat.open_net());
    vendor.chat.type(QStringLiteral("what do you see?"));
    QVERIFY(vendor.wait());
    vendor.chat.child<QPushButton>("question_yes")->click();
    QVERIFY(vendor.wait());
    QCOMPARE(vendor.server.requests().size(), std::size_t{1});
    Q_EMIT vendor.chat.pane().providers_requested();
    QTRY_VERIFY(vendor.chat.child<QPushButton>("provider_forget")->isEnabled());
    vendor.chat.child<QPushButton>("provider_forget")->click();
    vendor.chat.child<QPushButton>("provider_cancel")->click();
    QTRY_VERIFY(vendor.keychain->held.empty());
    vendor.chat.type(QStringLiteral("help"));
    QVERIFY(vendor.wait());
    QCOMPARE(vendor.server.requests().size(), std::size_t{1});
    QVERIFY2(vendor.notices().contains(QStringLiteral("The offline advisor answers.")), qPrintable(vendor.notices()));
}

CA_GUI_TEST_MAIN(TestChatOpening)
#include "test_chat_opening.moc"
