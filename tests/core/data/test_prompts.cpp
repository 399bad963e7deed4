// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/data/clip_tokenizer.h"
#include "core/data/prompts.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <set>

using Texts = std::vector<std::string>;

class TestPrompts final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_nine_kinds_with_two_articles();
    void reads_one_name_a_line();
    void says_which_line_is_wrong();
    void makes_a_row_for_each_class_and_template();
    void equals_the_prompts_of_the_reference();
};

namespace {

const Texts kCifarClasses{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

std::filesystem::path file_in(const QTemporaryDir &folder, std::string_view content)
{
    const std::filesystem::path file = folder.filePath("lines.txt").toStdString();
    const bool written = write_bytes(file, content);
    Q_ASSERT(written);
    Q_UNUSED(written);
    return file;
}

} // namespace

void TestPrompts::has_nine_kinds_with_two_articles()
{
    const Texts &templates = ca::clip_templates();
    QCOMPARE(templates.size(), 18U);
    QCOMPARE(std::set<std::string>(templates.begin(), templates.end()).size(), 18U);
    for (std::size_t i = 0; i < 9; ++i) {
        std::string with_the = templates[i];
        with_the.replace(with_the.find(" a {}") != std::string::npos ? with_the.find(" a {}") : with_the.rfind(" a "), 3,
                         " the ");
        QCOMPARE(templates[i + 9], with_the);
    }
}

void TestPrompts::reads_one_name_a_line()
{
    const QTemporaryDir folder;
    QCOMPARE(ca::read_prompt_classes(file_in(folder,
                                             "\xEF\xBB\xBF"
                                             "cat\r\n\n  sea horse\t\ndog"))
                 .value(),
             (Texts{"cat", "sea horse", "dog"}));
    QCOMPARE(ca::read_prompt_templates(file_in(folder, "a {}.\n{} and {}\n")).value(), (Texts{"a {}.", "{} and {}"}));
    QCOMPARE(ca::read_output_names(file_in(folder, "crane\n\n ox \ncrane\n")).value(), (Texts{"crane", "ox", "crane"}));
}

void TestPrompts::says_which_line_is_wrong()
{
    const QTemporaryDir folder;
    const auto twice = ca::read_prompt_classes(file_in(folder, "cat\n\ndog\n cat\n"));
    QVERIFY(!twice && twice.error().code == ca::ErrorCode::bad_data);
    QVERIFY(twice.error().sentence.find("Line 4 of ") == 0);
    const auto no_slot = ca::read_prompt_templates(file_in(folder, "a {}\na photo\n"));
    QVERIFY(!no_slot && no_slot.error().code == ca::ErrorCode::bad_data);
    QVERIFY(no_slot.error().sentence.find("Line 2 of ") == 0);
    const auto nothing = ca::read_prompt_classes(file_in(folder, " \n\n"));
    QVERIFY(!nothing && nothing.error().code == ca::ErrorCode::bad_data);
    const auto missing = ca::read_prompt_classes(folder.filePath("none.txt").toStdString());
    QVERIFY(!missing && missing.error().code == ca::ErrorCode::not_found);
}

void TestPrompts::makes_a_row_for_each_class_and_template()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    QVERIFY(
        write_bytes(path / "vocab.json", R"({"a</w>":1,"b</w>":2,"x</w>":3,"y</w>":4,"<|startoftext|>":8,"<|endoftext|>":9})"));
    QVERIFY(write_bytes(path / "merges.txt", "#version: 0.2\n"));
    const auto prompts = ca::prompt_maker({"x", "y"}, {"a {}", "{} {} b"})(path, 4);
    QVERIFY(prompts);
    QCOMPARE(prompts->classes, (Texts{"x", "y"}));
    QCOMPARE(prompts->templates.size(), 2U);
    QCOMPARE(prompts->tokens, (std::vector<std::vector<std::int64_t>>{{8, 1, 3, 9}, {8, 3, 3, 9}, {8, 1, 4, 9}, {8, 4, 4, 9}}));
    QVERIFY(!ca::prompt_maker({"x"}, {"a {}"})(path / "nowhere", 4));
}

void TestPrompts::equals_the_prompts_of_the_reference()
{
    const auto file = shared_file("models/clip-tiny/reference.json");
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const ca::Json reference = ca::parse_json(ca::read_file(*file, 1 << 20).value(), "reference.json").value();
    const auto expected = reference["prompts"].get<Texts>();
    const auto tokenizer = ca::ClipTokenizer::open(file->parent_path()).value();
    const auto prompts = ca::prompt_maker(kCifarClasses, ca::clip_templates())(file->parent_path(), 32).value();
    QCOMPARE(prompts.tokens.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        QCOMPARE(prompts.tokens[i], tokenizer.encode(expected[i], 32));
}

QTEST_APPLESS_MAIN(TestPrompts)
#include "test_prompts.moc"
