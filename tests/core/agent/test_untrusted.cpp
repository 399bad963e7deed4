// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tools.h"
#include "core/agent/untrusted/untrusted.h"
#include "tests/support/injections.h"
#include "tests/support/planned_desk.h"

#include <QtTest>

namespace {

bool is_seen(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}

/// All strings in it, keys too.
void collect(const ca::Json &json, std::vector<std::string> &strings)
{
    if (json.is_string())
        strings.push_back(json.get<std::string>());
    if (json.is_object())
        for (const auto &[key, value] : json.items()) {
            strings.push_back(key);
            collect(value, strings);
        }
    if (json.is_array())
        for (const ca::Json &value : json)
            collect(value, strings);
}

/// What every reading tool says of a study whose names and errors are `text`.
std::vector<ca::Json> answers(const std::string &text, bool names)
{
    PlannedDesk desk(3);
    if (!desk.plan())
        qFatal("no plan");
    desk.mutable_model().name = text;
    desk.mutable_data().name = text;
    desk.mutable_data().classes = {text, "dog"};
    desk.mutable_study().head_sentence = text;
    for (ca::LayerSensitivity &row : desk.mutable_table().layers)
        row.layer.name = row.block = text;
    ca::ToolOptions options;
    options.names = names;
    ca::ToolBox tools(desk, options);
    desk.on_trial = [&](ca::Trial &trial) {
        trial.error = text;
        if (trial.id == "T3") {
            trial.state = ca::TrialState::failed;
            trial.selection.reset();
        } else {
            trial.selection->accuracy.per_class = {0.5, 0.6};
        }
    };
    std::vector<ca::Json> all{tools.call({"1", "study_overview", "{}"}).content,
                              tools.call({"2", "run_trials", R"({"proposals":["P1","P2","P3"]})"}).content};
    all.push_back(tools.call({"3", "study_overview", "{}"}).content);
    all.push_back(tools.call({"4", "sensitivity", R"({"sort":null,"format":null,"limit":null,"layers":null})"}).content);
    all.push_back(tools.call({"5", "explain_layer", R"({"layer":"L001"})"}).content);
    all.push_back(tools.call({"6", "compare_trials", R"({"trials":["T1","T2"]})"}).content);
    desk.before_trial = [&] { return ca::fail(ca::ErrorCode::unwritable, text); };
    all.push_back(tools.call({"7", "run_trials", R"({"proposals":["P4"]})"}).content);
    return all;
}

} // namespace

class TestUntrusted final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_what_is_seen();
    void cuts_what_is_long();
    void takes_out_what_is_not_seen();
    void tells_of_files_by_their_names_alone();
    void sends_injections_as_short_values_alone();
    void keeps_names_on_this_machine();
};

void TestUntrusted::keeps_what_is_seen()
{
    QCOMPARE(ca::visible_text("layer1.0.conv1"), std::string("layer1.0.conv1"));
    QCOMPARE(ca::visible_text("Größe 字 😀"), std::string("Größe 字 😀"));
    QCOMPARE(ca::visible_text("  a \t\n b  "), std::string("a b"));
    QCOMPARE(ca::visible_text(""), std::string());
    QVERIFY(ca::Untrusted(true)("a") == "a" && ca::Untrusted(false)("a").is_null());
}

void TestUntrusted::cuts_what_is_long()
{
    QCOMPARE(ca::visible_text(std::string(64, 'a')), std::string(64, 'a'));
    QCOMPARE(ca::visible_text(std::string(65, 'a')), std::string(63, 'a') + "…");
    QCOMPARE(QString::fromStdString(ca::visible_text(QString(200, QChar(0xE4)).toStdString())).size(), 64);
    QCOMPARE(ca::visible_text("abcdef", 3), std::string("ab…"));
}

void TestUntrusted::takes_out_what_is_not_seen()
{
    QCOMPARE(ca::visible_text("a\xE2\x80\x8B\xE2\x80\xAE\xEF\xBB\xBF"
                              "b"),
             std::string("ab"));
    QCOMPARE(ca::visible_text("a\xC2\xA0\xE2\x80\xA8"
                              "b"),
             std::string("a b"));
    int hidden = 0;
    for (char32_t c = 1; c < 0x110000; ++c) {
        if ((c >= 0xD800 && c < 0xE000) || is_seen(c))
            continue;
        const std::string shown = ca::visible_text("x" + QString::fromUcs4(&c, 1).toStdString() + "y");
        QVERIFY2(shown == "xy" || shown == "x y", QByteArray::number(static_cast<uint>(c), 16).constData());
        ++hidden;
    }
    QVERIFY(hidden > 137000); // private use alone has that many
}

void TestUntrusted::tells_of_files_by_their_names_alone()
{
    QCOMPARE(ca::without_folders("The file /home/ada/My Nets/a.pt cannot be read."),
             std::string("The file My a.pt cannot be read."));
    QCOMPARE(ca::without_folders("(/root/study/)  is full: '/tmp/x'."), std::string("study/)  is full: x'."));
    QCOMPARE(ca::without_folders("It broke off. Divide by 3 / 4."), std::string("It broke off. Divide by 3 / 4."));
    QCOMPARE(ca::without_folders(""), std::string());
    const ca::Json told = ca::Untrusted(true).error("No space for /home/ada/T2.safetensors.");
    QCOMPARE(told.get<std::string>(), std::string("No space for T2.safetensors."));
    QVERIFY(ca::Untrusted(false).error("/home/ada").is_null());
}

void TestUntrusted::sends_injections_as_short_values_alone()
{
    const auto texts = injections();
    QCOMPARE(texts.size(), std::size_t{200});
    int met = 0;
    for (const std::string &text : texts) {
        const QString shown = QString::fromStdString(ca::visible_text(text));
        const QString of_error = QString::fromStdString(ca::visible_text(ca::without_folders(text)));
        QVERIFY(shown.toUcs4().size() <= 64);
        for (const uint c : shown.toUcs4())
            QVERIFY2(is_seen(c), text.c_str());
        for (const ca::Json &answer : answers(text, true)) {
            std::vector<std::string> strings;
            collect(answer, strings);
            for (const std::string &string : strings) {
                if (string.find("MARK") == std::string::npos)
                    continue;
                // The whole value, and nothing but the cleaned text; of an error without folders
                const QString sent = QString::fromStdString(string);
                QVERIFY2(sent == shown || sent == of_error, string.c_str());
                ++met;
            }
            const auto back = ca::parse_json(answer.dump(), "the answer");
            QVERIFY(back && *back == answer);
        }
    }
    QVERIFY(met > 200 * 10); // model, data, head, layers, blocks, classes, errors
}

void TestUntrusted::keeps_names_on_this_machine()
{
    for (const std::string &text : injections())
        for (const ca::Json &answer : answers(text, false))
            QVERIFY2(answer.dump().find("MARK") == std::string::npos, answer.dump().c_str());
}

QTEST_APPLESS_MAIN(TestUntrusted)
#include "test_untrusted.moc"
