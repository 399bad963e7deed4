// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/conversation_tree.h"
#include "app/session/read_conversation.h"
#include "ui/chat/chat_export.h"

#include <QtTest>

using ca::Json;

class TestConversationTree final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_said_follows_what_is_shown();
    void a_branch_stands_in_the_place_of_its_message();
    void each_branch_remembers_its_own();
    void what_the_program_answered_is_forgotten();
    void a_transcript_is_shown_as_it_was_held();
    void a_transcript_has_its_branches();
    void a_call_that_was_cut_off_is_answered();
    void foreign_entries_are_passed_over();
};

namespace {

using Texts = QStringList;

Texts texts(const std::vector<ca::ChatEntry> &entries)
{
    Texts all;
    for (const ca::ChatEntry &entry : entries)
        if (const auto *said = std::get_if<ca::ChatSaid>(&entry))
            all << text_of(said->text);
        else if (const auto *card = std::get_if<ca::CallCard>(&entry))
            all << QString::fromStdString(card->title + ", " + to_text(card->state));
        else if (const auto *consent = std::get_if<ca::ChatConsent>(&entry))
            all << QString::fromStdString(consent->request.sentence + (consent->decision->granted ? " yes" : " no"));
        else
            all << std::get<ca::ChatNotice>(entry).sentence;
    return all;
}

ca::ChatEntry answer(const char *id, const char *text)
{
    ca::ChatSaid said{QString::fromLatin1(id), ca::ChatRole::assistant};
    said.text = ca::plain_text(text);
    return said;
}

/// "hello" and its answer, "more" and its answer.
ca::ConversationTree two_messages()
{
    ca::ConversationTree tree;
    tree.say(QStringLiteral("hello"));
    auto shown = tree.shown();
    shown.push_back(answer("r1", "Hello."));
    tree.keep(shown);
    tree.say(QStringLiteral("more"));
    shown = tree.shown();
    shown.push_back(answer("r2", "More."));
    tree.keep(shown);
    tree.keep_history({{ca::ChatRole::user, "hello"},
                       {ca::ChatRole::assistant, "Hello."},
                       {ca::ChatRole::user, "more"},
                       {ca::ChatRole::assistant, "More."}});
    return tree;
}

Json turn(const char *text, Json calls = Json::array(), const char *end = "complete", Json figures = Json::array())
{
    return {{"kind", "turn"},
            {"provider", "offline"},
            {"model", ""},
            {"text", text},
            {"thinking", ""},
            {"calls", std::move(calls)},
            {"figures", std::move(figures)},
            {"end", end}};
}

Json said(const char *text)
{
    return {{"kind", "person"}, {"text", text}};
}

Json named(const char *id, const Json &after = nullptr)
{
    return {{"kind", "message"}, {"id", id}, {"after", after}};
}

} // namespace

void TestConversationTree::what_is_said_follows_what_is_shown()
{
    const ca::ConversationTree tree = two_messages();
    QCOMPARE(texts(tree.shown()),
             (Texts{QStringLiteral("hello"), QStringLiteral("Hello."), QStringLiteral("more"), QStringLiteral("More.")}));
    QCOMPARE(tree.parent_of(tree.last()), QStringLiteral("m1"));
    QCOMPARE(tree.message_of(QStringLiteral("r2")), QStringLiteral("m2"));
    QCOMPARE(tree.history_after(QStringLiteral("m1")).size(), std::size_t{2});
    QCOMPARE(tree.history_after(QStringLiteral("m2")).size(), std::size_t{4});
    QVERIFY(tree.history_after({}).empty());
}

void TestConversationTree::a_branch_stands_in_the_place_of_its_message()
{
    ca::ConversationTree tree = two_messages();
    const ca::ChatSaid other = tree.say_after(tree.parent_of(QStringLiteral("m2")), QStringLiteral("less"));
    QCOMPARE(other.branch, 2);
    QCOMPARE(other.branches, 2);
    QCOMPARE(texts(tree.shown()), (Texts{QStringLiteral("hello"), QStringLiteral("Hello."), QStringLiteral("less")}));
    tree.choose(other.id, 1);
    QCOMPARE(tree.last(), QStringLiteral("m2"));
    QCOMPARE(texts(tree.shown()).back(), QStringLiteral("More."));
    tree.choose(QStringLiteral("m2"), 3); // there is none
    QCOMPARE(tree.last(), QStringLiteral("m2"));
}

void TestConversationTree::each_branch_remembers_its_own()
{
    ca::ConversationTree tree = two_messages();
    tree.say_after(QStringLiteral("m1"), QStringLiteral("less"));
    tree.keep_history({{ca::ChatRole::user, "hello"}, {ca::ChatRole::assistant, "Hello."}, {ca::ChatRole::user, "less"}});
    QCOMPARE(tree.history_after(QStringLiteral("m3")).back().text, std::string("less"));
    QCOMPARE(tree.history_after(QStringLiteral("m2")).back().text, std::string("More."));
}

void TestConversationTree::what_the_program_answered_is_forgotten()
{
    ca::ConversationTree tree = two_messages();
    tree.say(QStringLiteral("lost"));
    tree.forget_last();
    QCOMPARE(tree.last(), QStringLiteral("m2"));
    QCOMPARE(tree.say(QStringLiteral("kept")).id, QStringLiteral("m4")); // ids are never given twice
}

void TestConversationTree::a_transcript_is_shown_as_it_was_held()
{
    const Json call{{"id", "c1"}, {"tool", "run_trials"}, {"arguments", R"({"proposals":["P1"]})"}};
    const Json finish{{"id", "c2"}, {"tool", "finish"}, {"arguments", R"({"summary":"Take T2.","recommended":"T2"})"}};
    const std::vector<Json> transcript{
        named("m1"),
        said("go on"),
        turn("It has 1.5 MB.", {call}, "tool_calls", {{{"text", "1.5 MB"}, {"reference", "T1/bytes"}}}),
        {{"kind", "consent"}, {"asked", "Run 1 trial?"}, {"granted", true}, {"reason", ""}},
        {{"kind", "round"}, {"summary", "Round 1"}},
        {{"kind", "result"},
         {"call", "c1"},
         {"tool", "run_trials"},
         {"state", "done"},
         {"content", {{"trials", Json::array()}}},
         {"summary", "T2"},
         {"trials", {"T2"}},
         {"seconds", 3.5}},
        {{"kind", "notice"}, {"text", "A notice."}},
        turn("", {finish}, "tool_calls"),
        {{"kind", "result"},
         {"call", "c2"},
         {"tool", "finish"},
         {"state", "done"},
         {"content", {{"finished", true}}},
         {"summary", ""},
         {"trials", Json::array()},
         {"seconds", 0}}};
    const auto tree = ca::read_conversation(transcript, {});
    QCOMPARE(texts(tree.shown()),
             (Texts{QStringLiteral("go on"), QStringLiteral("It has 1.5 MB."), QStringLiteral("Run P1, done"),
                    QStringLiteral("Run 1 trial? yes"), QStringLiteral("A notice."), QStringLiteral("Sum up, done"),
                    QStringLiteral("Take T2.")}));
    const auto shown = tree.shown();
    const auto &spans = std::get<ca::ChatSaid>(shown[1]).text;
    QCOMPARE(spans.size(), std::size_t{3});
    QCOMPARE(spans[1].reference, std::string("T1/bytes"));
    const auto history = tree.history_after(tree.last());
    QCOMPARE(history.size(), std::size_t{5}); // person, turn, result, turn, result
    QCOMPARE(history[2].call_id, std::string("c1"));
    QVERIFY(!history[2].failed);
}

void TestConversationTree::a_transcript_has_its_branches()
{
    const std::vector<Json> transcript{named("m1"),  said("one"),       turn("One."),  named("m2", ""), said("two"),
                                       turn("Two."), named("m4", "m1"), said("three"), turn("Three.")};
    ca::ConversationTree tree = ca::read_conversation(transcript, {});
    QCOMPARE(texts(tree.shown()),
             (Texts{QStringLiteral("one"), QStringLiteral("One."), QStringLiteral("three"), QStringLiteral("Three.")}));
    QCOMPARE(tree.history_after(tree.last()).size(), std::size_t{4});
    tree.choose(QStringLiteral("m1"), 2);
    QCOMPARE(texts(tree.shown()), (Texts{QStringLiteral("two"), QStringLiteral("Two.")}));
    QCOMPARE(tree.say(QStringLiteral("four")).id, QStringLiteral("m5"));
}

void TestConversationTree::a_call_that_was_cut_off_is_answered()
{
    const Json call{{"id", "c1"}, {"tool", "study_overview"}, {"arguments", "{}"}};
    const auto tree = ca::read_conversation({said("look"), turn("", {call}, "tool_calls")}, {});
    const auto history = tree.history_after(tree.last());
    QCOMPARE(history.size(), std::size_t{3});
    QCOMPARE(history.back().call_id, std::string("c1"));
    QVERIFY(history.back().failed);
    QCOMPARE(texts(tree.shown()).back(), QStringLiteral("Look at the study, cancelled"));
}

void TestConversationTree::foreign_entries_are_passed_over()
{
    const std::vector<Json> transcript{1,
                                       "text",
                                       Json::array(),
                                       {{"kind", 7}},
                                       {{"kind", "result"}, {"call", "c9"}},
                                       {{"kind", "turn"}},
                                       {{"kind", "turn"}, {"calls", 3}, {"figures", "x"}, {"end", "tool_calls"}},
                                       {{"kind", "consent"}},
                                       said("hello")};
    const auto tree = ca::read_conversation(transcript, {});
    QCOMPARE(texts(tree.shown()), (Texts{QStringLiteral("hello")}));
}

QTEST_APPLESS_MAIN(TestConversationTree)
#include "test_conversation_tree.moc"
