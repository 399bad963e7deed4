// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/provider_controller.h"
#include "tests/support/chosen_provider.h"
#include "tests/support/gui_main.h"
#include "tests/support/mock_llm_server.h"
#include "ui/settings/provider_dialog.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <optional>
#include <thread>

class TestProviderController final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void offers_the_offline_planner_then_what_was_set_up_then_what_runs_here();
    void probes_servers_on_this_machine_and_no_others();
    void a_port_that_says_nothing_is_not_waited_for_long();
    void a_found_server_can_be_chosen();
    void fetches_the_models_of_the_dialogs_provider();
    void says_why_there_are_no_models_data();
    void says_why_there_are_no_models();
    void asks_with_the_key_that_was_typed_else_with_the_kept_one();
    void tells_nothing_of_a_provider_that_is_no_longer_shown();
    void a_chosen_model_brings_its_price_and_context();
    void says_where_a_key_is_that_is_not_in_the_keychain();
    void opens_the_offline_planner();
    void opens_nobody_without_a_key();
    void asks_leave_before_the_first_call();
    void keeps_a_context_that_the_model_has_told();
};

namespace {

const std::string kModels = R"({"object":"list","data":[{"id":"gpt-5"},{"id":"gpt-5-mini","max_input_tokens":400000}]})";
constexpr int kLongest = 10'000; // ms, for what comes at once

std::string models_answer()
{
    return http_answer(200, kModels, "content-type: application/json\r\n");
}

/// The dialog of a provider that is set up.
struct Shown {
    explicit Shown(std::vector<ca::Provider> known, const char *provider = "openai", const char *model = "gpt-5")
        : chosen(std::move(known))
    {
        chosen.store.use(chosen.store.facts(QString::fromLatin1(provider), QString::fromLatin1(model)));
        chosen.controller.show_dialog();
        dialog = chosen.window.findChild<ca::ProviderDialog *>();
    }
    template <typename W>
    [[nodiscard]] W *find(const char *name) const
    {
        return dialog->findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] QString text(const char *name) const { return find<QLabel>(name)->text(); }
    void press(const char *name) const { find<QPushButton>(name)->click(); }
    /// Once it has been asked and answered.
    [[nodiscard]] bool was_answered() const
    {
        return QTest::qWaitFor([this] { return find<QPushButton>("provider_fetch")->isEnabled(); }, kLongest);
    }
    ChosenProvider chosen;
    ca::ProviderDialog *dialog = nullptr;
};

ca::Result<ca::OpenedChat> opened(ca::ProviderController &controller, ca::ClientListeners heard = {})
{
    std::optional<ca::Result<ca::OpenedChat>> result;
    controller.open(std::move(heard), [&](const ca::Result<ca::OpenedChat> &chat) { result = chat; });
    if (!QTest::qWaitFor([&] { return result.has_value(); }, kLongest))
        qFatal("Nothing was opened.");
    return *result;
}

QStringList titles(const std::vector<ca::ChatChoice> &choices)
{
    QStringList all;
    for (const ca::ChatChoice &choice : choices)
        all += choice.title;
    return all;
}

} // namespace

void TestProviderController::offers_the_offline_planner_then_what_was_set_up_then_what_runs_here()
{
    MockLlmServer server({sends(http_answer(200, R"({"data":[{"id":"llama3"},{"id":"qwen3"}]})"))});
    ChosenProvider chosen({mock_vendor("http://127.0.0.1:1"), mock_local("Ollama", server.origin())});
    QCOMPARE(titles(chosen.controller.choices()), QStringList{QStringLiteral("offline planner")});
    chosen.store.use(chosen.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")));
    chosen.store.use(chosen.store.facts(QStringLiteral("Ollama"), QStringLiteral("qwen3")));
    QSignalSpy changed(&chosen.controller, &ca::ProviderController::choices_changed);
    chosen.controller.look_for_servers();
    QVERIFY(changed.wait(kLongest));
    QCOMPARE(titles(chosen.controller.choices()),
             (QStringList{QStringLiteral("offline planner"), QStringLiteral("gpt-5 · OpenAI"), QStringLiteral("qwen3 · Ollama"),
                          QStringLiteral("llama3 · Ollama")}));
    QCOMPARE(chosen.controller.current().title, QStringLiteral("qwen3 · Ollama"));
}

void TestProviderController::probes_servers_on_this_machine_and_no_others()
{
    MockLlmServer vendor({sends(models_answer())}), local({sends(models_answer())});
    ChosenProvider chosen({mock_vendor(vendor.origin()), mock_local("ollama", local.origin())});
    QSignalSpy changed(&chosen.controller, &ca::ProviderController::choices_changed);
    chosen.controller.look_for_servers();
    QVERIFY(changed.wait(kLongest));
    QVERIFY(vendor.requests().empty());
    QCOMPARE(local.requests().size(), std::size_t(1));
    QVERIFY(local.requests()[0].starts_with("GET /v1/models "));
    QCOMPARE(header_of(local.requests()[0], "authorization"), std::string());
}

void TestProviderController::a_port_that_says_nothing_is_not_waited_for_long()
{
    MockLlmServer silent({stalls_after("")}), html({sends(http_answer(200, "<html>It works!</html>"))});
    MockLlmServer good({sends(models_answer())});
    ChosenProvider chosen({mock_local("silent", silent.origin()), mock_local("html", html.origin()),
                           mock_local("gone", "http://127.0.0.1:1"), mock_local("good", good.origin())});
    QSignalSpy changed(&chosen.controller, &ca::ProviderController::choices_changed);
    chosen.controller.look_for_servers();
    QVERIFY(changed.wait(kLongest));
    QCOMPARE(chosen.controller.choices().size(), std::size_t(3)); // the planner, and two models of the good one
}

void TestProviderController::a_found_server_can_be_chosen()
{
    MockLlmServer server({sends(http_answer(200, R"({"data":[{"id":"qwen3","max_model_len":32768}]})"))});
    ChosenProvider chosen({mock_local("vllm", server.origin())});
    QSignalSpy changed(&chosen.controller, &ca::ProviderController::choices_changed);
    chosen.controller.look_for_servers();
    QVERIFY(changed.wait(kLongest));
    chosen.controller.choose(chosen.controller.choices().at(1));
    QCOMPARE(chosen.store.current().model, QStringLiteral("qwen3"));
    QCOMPARE(chosen.store.current().context, 32768);
    const auto chat = opened(chosen.controller);
    QVERIFY(chat);
    QCOMPARE(chat->model->name(), std::string("qwen3"));
    QCOMPARE(chat->model->context(), std::optional<std::int64_t>(32768));
    QVERIFY(chat->is_agreed && chat->leaving.empty() && chat->names);
}

void TestProviderController::fetches_the_models_of_the_dialogs_provider()
{
    MockLlmServer server({sends(models_answer())});
    const Shown shown({mock_vendor(server.origin())});
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-1"));
    shown.press("provider_fetch");
    QVERIFY(!shown.find<QPushButton>("provider_fetch")->isEnabled()); // one at a time
    QCOMPARE(shown.text("provider_model_note"), QStringLiteral("Asking OpenAI …"));
    QVERIFY(shown.was_answered());
    QCOMPARE(shown.find<QComboBox>("provider_model")->count(), 2);
    QCOMPARE(shown.text("provider_model_note"), QStringLiteral("2 models."));
}

void TestProviderController::says_why_there_are_no_models_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const std::string &answer, const char *words) {
        QTest::newRow(name) << QByteArray::fromStdString(answer) << QString::fromUtf8(words);
    };
    row("a wrong key", http_answer(401, R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})"), "key");
    row("no such address", http_answer(404, "not found"), "127.0.0.1");
    row("a server that fails", http_answer(500, "oops"), "127.0.0.1");
    row("no list", http_answer(200, "<html>hello</html>"), ".");
    row("no models", http_answer(200, R"({"data":[]})"), "OpenAI lists no models. Enter the name of one.");
    row("a connection that is lost", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", "127.0.0.1");
}

void TestProviderController::says_why_there_are_no_models()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, words);
    MockLlmServer server({sends(answer.toStdString())});
    const Shown shown({mock_vendor(server.origin())});
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-secret"));
    shown.press("provider_fetch");
    QVERIFY(shown.was_answered());
    const QString note = shown.text("provider_model_note");
    QVERIFY2(note.endsWith(QLatin1Char('.')) && !note.startsWith(QStringLiteral("Asking")), qPrintable(note));
    QVERIFY2(note.contains(words) || note.contains(QStringLiteral("provider")), qPrintable(note));
    QVERIFY(!note.contains(QStringLiteral("sk-secret")));
    QCOMPARE(shown.dialog->facts().model, QStringLiteral("gpt-5")); // what was chosen stays
}

void TestProviderController::asks_with_the_key_that_was_typed_else_with_the_kept_one()
{
    MockLlmServer server({sends(models_answer()), sends(models_answer()), sends(http_answer(401, "{}"))});
    const Shown shown({mock_vendor(server.origin())});
    shown.chosen.keychain->held[ca::key_name(mock_vendor(server.origin()))] = "sk-kept";
    shown.press("provider_test");
    QVERIFY(shown.was_answered());
    QCOMPARE(shown.text("provider_key_state"), QStringLiteral("✓ OpenAI lists its models for this key."));
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-typed"));
    shown.press("provider_test");
    QVERIFY(shown.was_answered());
    shown.press("provider_test");
    QVERIFY(shown.was_answered());
    QVERIFY2(shown.text("provider_key_state").startsWith(QStringLiteral("✗ ")), qPrintable(shown.text("provider_key_state")));
    QCOMPARE(server.requests().size(), std::size_t(3));
    QCOMPARE(header_of(server.requests()[0], "authorization"), std::string("Bearer sk-kept"));
    QCOMPARE(header_of(server.requests()[1], "authorization"), std::string("Bearer sk-typed"));
}

void TestProviderController::tells_nothing_of_a_provider_that_is_no_longer_shown()
{
    MockLlmServer slow({{{MockAct::Kind::pause, {}, 300}, {MockAct::Kind::send, models_answer()}}});
    const Shown shown({mock_vendor(slow.origin()), mock_local("ollama", "http://127.0.0.1:1")});
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-1"));
    shown.press("provider_fetch");
    QVERIFY(QTest::qWaitFor([&] { return !slow.requests().empty(); }, kLongest));
    shown.find<QComboBox>("provider_preset")->setCurrentIndex(2);
    QVERIFY(shown.find<QPushButton>("provider_fetch")->isEnabled());
    QTest::qWait(400);
    QCOMPARE(shown.find<QComboBox>("provider_model")->count(), 0);
    QVERIFY(!shown.find<QLabel>("provider_model_note")->isVisible());
}

void TestProviderController::a_chosen_model_brings_its_price_and_context()
{
    MockLlmServer server({sends(models_answer())});
    const Shown shown({mock_vendor(server.origin())});
    QCOMPARE(shown.dialog->facts().price_in, std::optional(1.25)); // published for gpt-5
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-1"));
    shown.press("provider_fetch");
    QVERIFY(shown.was_answered());
    shown.find<QComboBox>("provider_model")->setCurrentText(QStringLiteral("gpt-5-mini"));
    QCOMPARE(shown.dialog->facts().price_in, std::optional(0.25));
    QCOMPARE(shown.dialog->facts().price_out, std::optional(2.0));
    QCOMPARE(shown.dialog->facts().context, 400'000);
    shown.find<QComboBox>("provider_model")->setCurrentText(QStringLiteral("unheard-of"));
    QVERIFY(!shown.dialog->facts().price_in); // another model's price is none
    QCOMPARE(shown.dialog->facts().context, 0);
    shown.find<QDoubleSpinBox>("provider_price_in")->setValue(3);
    shown.find<QComboBox>("provider_model")->setCurrentText(QStringLiteral("gpt-5"));
    QCOMPARE(shown.dialog->facts().price_in, std::optional(3.0)); // the person's
}

void TestProviderController::says_where_a_key_is_that_is_not_in_the_keychain()
{
    const Shown shown({mock_vendor("http://127.0.0.1:1")});
    shown.chosen.keychain->way = KeychainScript::Way::locked;
    QSignalSpy noticed(&shown.chosen.controller, &ca::ProviderController::notice);
    shown.find<QLineEdit>("provider_key")->setText(QStringLiteral("sk-1"));
    shown.press("provider_use");
    QVERIFY(noticed.count() == 1 || noticed.wait(kLongest));
    const QString sentence = noticed.front().front().toString();
    QVERIFY2(sentence.contains(QStringLiteral("in memory until the program ends")), qPrintable(sentence));
    QVERIFY(!sentence.contains(QStringLiteral("sk-1")));
}

void TestProviderController::opens_the_offline_planner()
{
    ChosenProvider chosen({});
    const auto chat = opened(chosen.controller);
    QVERIFY(chat);
    QVERIFY(!chat->model);
    QVERIFY(chat->is_agreed && chat->leaving.empty());
}

void TestProviderController::opens_nobody_without_a_key()
{
    ChosenProvider chosen({mock_vendor("http://127.0.0.1:1")});
    chosen.store.use(chosen.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")));
    const auto chat = opened(chosen.controller);
    QVERIFY(!chat);
    QCOMPARE(chat.error().code, ca::ErrorCode::usage);
    QVERIFY2(chat.error().text().find("OPENAI_API_KEY") != std::string::npos, chat.error().text().c_str());
}

void TestProviderController::asks_leave_before_the_first_call()
{
    ChosenProvider chosen({mock_vendor("http://127.0.0.1:1")});
    chosen.store.use(chosen.store.facts(QStringLiteral("openai"), QStringLiteral("gpt-5")));
    qputenv("OPENAI_API_KEY", "sk-1");
    auto chat = opened(chosen.controller);
    QVERIFY(chat);
    QVERIFY(!chat->is_agreed);
    QVERIFY(!chat->names);
    QVERIFY(chat->leaving.size() > 3);
    QCOMPARE(chat->price->input, 1.25);
    chosen.controller.agree(*chat);
    chat = opened(chosen.controller);
    qunsetenv("OPENAI_API_KEY");
    QVERIFY(chat && chat->is_agreed);
}

void TestProviderController::keeps_a_context_that_the_model_has_told()
{
    const std::string full = R"({"error":{"code":400,"type":"exceed_context_size_error","message":"too long","n_ctx":8192}})";
    MockLlmServer server({sends(http_answer(400, full)), sends(http_answer(400, full))});
    ChosenProvider chosen({mock_local("llama.cpp", server.origin())});
    chosen.store.use(chosen.store.facts(QStringLiteral("llama.cpp"), QStringLiteral("m")));
    const auto chat = opened(chosen.controller);
    QVERIFY(chat);
    std::jthread([&] {
        ca::ChatRequest request;
        request.messages.push_back({ca::ChatRole::user, "Hello"});
        (void)chat->model->ask(request, [](const ca::ChatDelta &) {}, {});
    }).join();
    chosen.controller.learn_from(*chat);
    QCOMPARE(chosen.store.current().context, 8192);
}

CA_GUI_TEST_MAIN(TestProviderController)
#include "test_provider_controller.moc"
