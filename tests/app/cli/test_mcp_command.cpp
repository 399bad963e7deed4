// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/study/load_study.h"
#include "tests/app/cli/small_study.h"

#include <QtTest>

#include <map>

using ca::Json;

namespace {

constexpr int kPatience = 300'000; // ms; sanitized builds are slow

/// `compression-agent mcp` on the small study, and a client that writes one line after the other.
class Session {
public:
    Session(const SmallStudies &studies, const std::string &name, const QStringList &more = {})
    {
        studies.prepare(process_, name, more);
        QStringList arguments = process_.arguments();
        arguments.front() = QStringLiteral("mcp");
        process_.setArguments(arguments);
        process_.start();
    }
    ~Session()
    {
        if (process_.state() == QProcess::NotRunning)
            return;
        process_.kill();
        process_.waitForFinished();
    }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    void write(const QByteArray &line) { process_.write(line + '\n'); }
    void write(const Json &message) { write(QByteArray::fromStdString(message.dump())); }
    /// Its id.
    int request(const std::string &method, const Json &parameters = Json::object())
    {
        write(Json{{"jsonrpc", "2.0"}, {"id", ++last_}, {"method", method}, {"params", parameters}});
        return last_;
    }
    int call(const std::string &tool, const Json &arguments)
    {
        return request("tools/call", {{"name", tool}, {"arguments", arguments}, {"_meta", {{"progressToken", tool}}}});
    }
    /// The answer with this id, after the notifications that come before it. Null where there is none, or no JSON comes.
    Json answer(int id)
    {
        for (;;) {
            const Json message = next();
            if (message.is_null() || message.value("id", Json()) == id)
                return message;
        }
    }
    /// What a tool gave.
    Json result(int id) { return answer(id).value("result", Json::object()); }
    Json called(const std::string &tool, const Json &arguments) { return result(call(tool, arguments)); }

    Json initialize()
    {
        const int id = request("initialize",
                               {{"protocolVersion", "2025-06-18"},
                                {"capabilities", Json::object()},
                                {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
        const Json result = answer(id)["result"];
        write(Json{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
        return result;
    }
    /// The input ends. What else is on standard output, and how the program ended.
    Outcome end()
    {
        process_.closeWriteChannel();
        return outcome_of(process_);
    }
    /// Progress that was told of, by the tool that made it.
    [[nodiscard]] int progress(const std::string &tool) const { return progress_.count(tool) > 0 ? progress_.at(tool) : 0; }

private:
    Json next()
    {
        while (!process_.canReadLine())
            if (!process_.waitForReadyRead(kPatience))
                return nullptr;
        const Json message = Json::parse(process_.readLine().toStdString(), nullptr, false);
        if (!message.is_object() || message.value("jsonrpc", "") != "2.0")
            return nullptr;
        if (message.value("method", "") == "notifications/progress")
            ++progress_[message["params"]["progressToken"].get<std::string>()];
        return message;
    }

    QProcess process_;
    int last_ = 0;
    std::map<std::string, int> progress_;
};

bool is_of_json_lines(const QByteArray &text)
{
    const QList<QByteArray> lines = text.split('\n');
    return std::all_of(lines.begin(), lines.end(), [](const QByteArray &line) {
        return line.isEmpty() || Json::parse(line.toStdString(), nullptr, false).is_object();
    });
}

} // namespace

class TestMcpCommand final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void serves_a_study();
    void keeps_within_the_budget();
    void forgets_what_is_cancelled();
    void ends_with_its_input_data();
    void ends_with_its_input();
    void says_in_each_answer_why_there_is_no_study();

private:
    SmallStudies studies_{6};
};

void TestMcpCommand::initTestCase()
{
    QVERIFY(studies_.write_inputs());
}

void TestMcpCommand::serves_a_study()
{
    Session session(studies_, "served");
    QCOMPARE(session.initialize()["protocolVersion"].get<std::string>(), std::string("2025-06-18"));
    QCOMPARE(session.result(session.request("tools/list"))["tools"].size(), std::size_t{8}); // of CLI.md
    const Json overview = session.called("study_overview", Json::object());
    QVERIFY2(overview["isError"] == false, overview.dump().c_str());
    QCOMPARE(overview["structuredContent"]["trials"]["rows"].size(), std::size_t{1}); // float
    QVERIFY(overview["structuredContent"]["proposals"]["rows"].size() >= 1);

    const Json proposed = session.called("propose_recipe",
                                         {{"name", "bytes"},
                                          {"base", "int8-weight"},
                                          {"layers", nullptr},
                                          {"target_bytes", nullptr},
                                          {"reason", "to have something"},
                                          {"expect", nullptr}});
    const Json proposal = proposed["structuredContent"].value("proposal", Json());
    // It may be one that the planner proposed already: then that one is named.
    const Json id = proposal.is_string() ? proposal : proposed["structuredContent"]["errors"][0]["allowed"][0];
    QVERIFY2(id.is_string(), proposed.dump().c_str());
    const Json ran = session.called("run_trials", {{"proposals", {id}}});
    QVERIFY2(ran["isError"] == false, ran.dump().c_str());
    QCOMPARE(ran["structuredContent"]["trials"]["rows"][0][0].get<std::string>(), std::string("T2"));
    QVERIFY(session.progress("run_trials") > 0);

    const Json bad = session.called("run_trials", {{"proposals", {"P99"}}});
    QVERIFY(bad["isError"] == true && bad["structuredContent"]["errors"][0]["path"] == "/proposals/0");
    QCOMPARE(session.answer(session.call("format_disk", Json::object()))["error"]["code"].get<int>(), -32602);
    session.write(QByteArray("this is no JSON"));
    QCOMPARE(session.answer(session.request("ping"))["result"], Json::object()); // and it goes on

    const Outcome outcome = session.end();
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    QVERIFY2(is_of_json_lines(outcome.out), outcome.out.constData());
    const auto store = ca::StudyStore::open_for_reading(studies_.study("served"));
    QVERIFY2(store, store ? "" : store.error().text().c_str());
    const auto study = ca::load_study(*store);
    QVERIFY2(study, study ? "" : study.error().text().c_str());
    QCOMPARE(study->trials.size(), std::size_t{2});
    QVERIFY(study->trials[1].state == ca::TrialState::done && study->trials[1].method == "int8-weight");
}

void TestMcpCommand::keeps_within_the_budget()
{
    Session session(studies_, "budget", {QStringLiteral("--yes-budget"), QStringLiteral("trials=1")});
    (void)session.initialize();
    const Json rows = session.called("study_overview", Json::object())["structuredContent"]["proposals"]["rows"];
    QVERIFY(rows.size() >= 2);
    const Json refused = session.called("run_trials", {{"proposals", {rows[0][0], rows[1][0]}}});
    QVERIFY2(refused["isError"] == true, refused.dump().c_str()); // nobody is there to be asked
    QVERIFY2(refused["structuredContent"]["errors"][0]["problem"].get<std::string>().find("was not approved") == 0,
             refused.dump().c_str());
    const Json limited = session.called(
        "set_constraint",
        {{"max_drop", nullptr}, {"target_bytes", 1}, {"max_latency", nullptr}, {"pin", nullptr}, {"forbid", nullptr}});
    QVERIFY2(limited["isError"] == true, limited.dump().c_str()); // constraints are the person's
    QVERIFY(session.called("run_trials", {{"proposals", {rows[0][0]}}})["isError"] == false);
    QVERIFY(session.called("run_trials", {{"proposals", {rows[1][0]}}})["isError"] == true);
    QCOMPARE(session.end().code, 0);
}

void TestMcpCommand::forgets_what_is_cancelled()
{
    Session session(studies_, "cancelled");
    (void)session.initialize();
    const int first = session.call("study_overview", Json::object()); // waits for the model
    const int cancelled = session.call("study_overview", Json::object());
    session.write(Json{{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", cancelled}}}});
    const int last = session.call("explain_layer", {{"layer", "L001"}});
    QVERIFY(session.answer(first).contains("result"));
    const Json answered = session.answer(last); // one that came before it would have been answered before
    QVERIFY2(answered["result"]["isError"] == false, answered.dump().c_str());
    const Outcome outcome = session.end();
    QCOMPARE(outcome.code, 0);
    QVERIFY2(!outcome.out.contains("\"result\""), outcome.out.constData());
}

void TestMcpCommand::ends_with_its_input_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("answers");
    const QByteArray initialize(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})"
                                "\n");
    QTest::addRow("at once") << QByteArray() << 0;
    QTest::addRow("after initialize") << initialize << 1;
    QTest::addRow("without its last end of line") << initialize + R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})" << 2;
    QTest::addRow("with a call that still waits")
        << initialize + R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"study_overview"}})" + "\n"
        << 2;
}

void TestMcpCommand::ends_with_its_input()
{
    QFETCH(QByteArray, input);
    QFETCH(int, answers);
    Session session(studies_, std::string("ended ") + QTest::currentDataTag());
    if (!input.isEmpty())
        session.write(input.endsWith('\n') ? input.chopped(1) : input);
    const Outcome outcome = session.end();
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    QVERIFY2(is_of_json_lines(outcome.out), outcome.out.constData());
    QCOMPARE(outcome.out.count("\"result\""), answers);
}

void TestMcpCommand::says_in_each_answer_why_there_is_no_study()
{
    const SmallStudies nothing(6); // whose inputs were not written
    Session session(nothing, "missing");
    (void)session.initialize();
    for (int i = 0; i < 2; ++i) {
        const Json result = session.called("study_overview", Json::object());
        QVERIFY2(result["isError"] == true, result.dump().c_str());
        const std::string text = result["content"][0]["text"];
        QVERIFY2(text.find("lenet.pt") != std::string::npos && text.ends_with('.'), text.c_str());
    }
    const Outcome outcome = session.end();
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("lenet.pt"), outcome.err.constData());
    QVERIFY(!std::filesystem::exists(nothing.study("missing")));
}

QTEST_APPLESS_MAIN(TestMcpCommand)
#include "test_mcp_command.moc"
