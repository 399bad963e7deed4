// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/repeat_command.h"

#include "app/cli/arguments.h"

#include <QProcess>
#include <QtTest>

using namespace ca;

class TestRepeatCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void names_what_the_study_was_begun_with();
    void a_shell_reads_back_any_name();
    void is_empty_where_the_model_is_not_known();
};

namespace {

ReportSource study_of(const std::string &model)
{
    ReportSource study;
    StudyFacts &facts = study.facts;
    facts.name = "mine";
    facts.seed = 3;
    facts.options = {
        {"source", {{"model", model}, {"data", "cifar10"}, {"weights", ""}, {"classes", ""}, {"templates", ""}, {"trust", true}}},
        {"asked", {{"head", "auto"}, {"preprocess", "cifar10"}, {"samples", 500}, {"latency", false}}},
        {"constraints", {{"max_drop", 0.5}, {"target_bytes", 3000000}, {"max_latency", nullptr}}},
        {"budget", {{"trials", 16}, {"minutes", 7.5}, {"threads", 2}}}};
    study.study.llm.provider = "offline";
    study.examples.emplace();
    return study;
}

/// The words that a shell makes of a command line.
QStringList words_of(const std::string &line)
{
    QProcess shell;
    shell.start(QStringLiteral("/bin/sh"),
                {QStringLiteral("-c"), QStringLiteral("printf '%s\\n' ") + QString::fromStdString(line)});
    shell.waitForFinished();
    return QString::fromUtf8(shell.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

} // namespace

void TestRepeatCommand::names_what_the_study_was_begun_with()
{
    QStringList words = words_of(repeating_command(study_of("resnet18")));
    QCOMPARE(words.takeFirst(), QStringLiteral("compression-agent"));
    std::vector<std::string> given;
    for (const QString &word : words)
        given.push_back(word.toStdString());
    const ParsedArguments parsed = parse_arguments(given);
    const auto *arguments = std::get_if<Arguments>(&parsed);
    QVERIFY(arguments);
    QVERIFY(arguments->command == Command::run);
    QCOMPARE(arguments->model, std::string("resnet18"));
    QCOMPARE(arguments->data, std::string("cifar10"));
    QCOMPARE(arguments->seed, std::uint64_t{3});
    QVERIFY(arguments->trust);
    QVERIFY(!arguments->run_latency);
    QCOMPARE(arguments->preprocess, std::string("cifar10"));
    QCOMPARE(arguments->samples, std::size_t{500});
    QCOMPARE(arguments->max_drop, std::optional(0.5));
    QCOMPARE(arguments->target_bytes, std::optional<std::int64_t>(3'000'000));
    QVERIFY(!arguments->max_latency);
    QCOMPARE(arguments->trials, std::size_t{16});
    QCOMPARE(arguments->minutes, 7.5);
    QCOMPARE(arguments->threads, 2);
    QVERIFY(arguments->show_examples);
    QCOMPARE(arguments->provider, std::string("offline"));
    QCOMPARE(arguments->study, std::string("mine"));
    QCOMPARE(arguments->output, std::filesystem::path("repeated"));
}

void TestRepeatCommand::a_shell_reads_back_any_name()
{
    for (const char *name : {"/models/my model.pt", "/models/it's $HOME `x`.pt", "/модели/模型 😀.pt", "a;b|c&d>e.pt"}) {
        const QStringList words = words_of(repeating_command(study_of(name)));
        QCOMPARE(words.value(3), QString::fromUtf8(name));
    }
}

void TestRepeatCommand::is_empty_where_the_model_is_not_known()
{
    QVERIFY(repeating_command(study_of("")).empty());
    QVERIFY(repeating_command(ReportSource()).empty());
}

QTEST_APPLESS_MAIN(TestRepeatCommand)
#include "test_repeat_command.moc"
