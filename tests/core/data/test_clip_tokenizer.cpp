// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/data/clip_tokenizer.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

using namespace std::string_literals;
using Ids = std::vector<std::int64_t>;

class TestClipTokenizer final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void splits_words_as_the_published_pattern_does();
    void merges_the_lowest_rank_first();
    void spells_bytes_beyond_ascii();
    void composes_and_lowers_letters();
    void gives_the_end_token_for_unknown_symbols();
    void knows_special_tokens_in_a_text();
    void cuts_long_texts_and_keeps_the_end_token();
    void takes_a_long_word();
    void takes_many_special_tokens();
    void equals_the_reference();
    void says_what_is_wrong_with_its_files();
};

namespace {

struct Folder {
    QTemporaryDir place;
    Folder(const std::string &vocabulary, const std::string &merges)
    {
        const bool written = write_bytes(path() / "vocab.json", vocabulary) && write_bytes(path() / "merges.txt", merges);
        Q_ASSERT(written);
        Q_UNUSED(written);
    }
    [[nodiscard]] std::filesystem::path path() const { return place.path().toStdString(); }
};

// Small enough to follow by hand. 98 is <|startoftext|>, 99 <|endoftext|>.
const std::string kVocabulary =
    R"({"a":0,"b":1,"c":2,"a</w>":10,"b</w>":11,"c</w>":12,"'":3,"s</w>":13,"'</w>":14,"1</w>":15,"2</w>":16,".":4,".</w>":17,)"
    R"("ab":20,"ab</w>":21,"bc</w>":22,"abc</w>":23,"abab</w>":24,"'s</w>":25,"Ã":5,"©</w>":26,"Ã©</w>":27,)"
    R"("i</w>":6,"Ì":7,"ĩ</w>":28,"Ï":30,"ĥ</w>":31,"ð":40,"Ł":41,"ĺ":42,"Ģ</w>":43,"<|startoftext|>":98,"<|endoftext|>":99})";
const std::string kMerges = "#version: 0.2\nb c</w>\na b\na b</w>\na bc</w>\nab ab</w>\n' s</w>\nÃ ©</w>\n";

ca::ClipTokenizer small()
{
    const Folder folder(kVocabulary, kMerges);
    return ca::ClipTokenizer::open(folder.path()).value();
}

Ids words(const std::string &text)
{
    Ids ids = small().encode(text, 1000);
    return {ids.begin() + 1, ids.end() - 1};
}

} // namespace

void TestClipTokenizer::splits_words_as_the_published_pattern_does()
{
    QCOMPARE(words("a b"), (Ids{10, 11}));
    QCOMPARE(words("  a \t\n b "), (Ids{10, 11}));
    QCOMPARE(words("a\u00A0b\u3000c"), (Ids{10, 11, 12})); // white space of Unicode
    QCOMPARE(words("12"), (Ids{15, 16}));                  // digits stand alone
    QCOMPARE(words("a's"), (Ids{10, 25}));
    QCOMPARE(words("a'c"), (Ids{10, 14, 12}));     // no contraction: the quote stands alone
    QCOMPARE(words("a.'s"), (Ids{10, 4, 14, 13})); // a quote behind a point belongs to it
}

void TestClipTokenizer::merges_the_lowest_rank_first()
{
    QCOMPARE(words("ab"), (Ids{21}));
    QCOMPARE(words("abc"), (Ids{23}));       // b c</w> before a b
    QCOMPARE(words("abab"), (Ids{24}));      // a b, a b</w>, ab ab</w>
    QCOMPARE(words("aab"), (Ids{0, 21}));    // no merge takes a and ab
    QCOMPARE(words("ababc"), (Ids{20, 23})); // ab stays: there is no ab abc</w>
}

void TestClipTokenizer::spells_bytes_beyond_ascii()
{
    QCOMPARE(words("\u00E9"), (Ids{27}));                 // C3 A9: both stand for themselves, as Ã and ©
    QCOMPARE(words("\U0001F600"), (Ids{40, 41, 42, 43})); // F0 9F 98 80, as ð Ł ĺ Ģ
}

void TestClipTokenizer::composes_and_lowers_letters()
{
    QCOMPARE(words("AB"), (Ids{21}));
    QCOMPARE(words("e\u0301"), (Ids{27}));      // composed: é
    QCOMPARE(words("\u00C9"), (Ids{27}));       // É
    QCOMPARE(words("\u0130"), (Ids{6, 7, 28})); // İ becomes i and a dot of its own, CC 87
    QCOMPARE(words("\u03A3"), (Ids{30, 31}));   // Σ becomes σ, CF 83
    QCOMPARE(words("A'S"), (Ids{10, 25}));      // lowered before it is split
}

void TestClipTokenizer::gives_the_end_token_for_unknown_symbols()
{
    QCOMPARE(words("xyb"), (Ids{99, 99, 11}));
}

void TestClipTokenizer::knows_special_tokens_in_a_text()
{
    QCOMPARE(words("a<|endoftext|>b<|startoftext|>"), (Ids{10, 99, 11, 98}));
}

void TestClipTokenizer::cuts_long_texts_and_keeps_the_end_token()
{
    const ca::ClipTokenizer tokenizer = small();
    QCOMPARE(tokenizer.start(), 98);
    QCOMPARE(tokenizer.end(), 99);
    QCOMPARE(tokenizer.encode("", 77), (Ids{98, 99}));
    QCOMPARE(tokenizer.encode("a b c", 5), (Ids{98, 10, 11, 12, 99}));
    QCOMPARE(tokenizer.encode("a b c", 4), (Ids{98, 10, 11, 99}));
    QCOMPARE(tokenizer.encode("a b c", 2), (Ids{98, 99}));
    QCOMPARE(tokenizer.encode("a b c", 1), (Ids{99}));
    QCOMPARE(tokenizer.encode("a b c", 0), Ids{});
}

void TestClipTokenizer::takes_a_long_word()
{
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += "ab";
    const Ids ids = words(text);
    QCOMPARE(ids.size(), 1'000U - 2U);
    QCOMPARE(ids.front(), 20);
}

void TestClipTokenizer::takes_many_special_tokens()
{
    constexpr std::size_t count = 100'000; // 1.4 MB
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += "<|startoftext|>";
    const ca::ClipTokenizer tokenizer = small();
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(tokenizer.encode(text, 1'000'000), [&] {
        Ids ids(count + 1, 98);
        ids.push_back(99);
        return ids;
    }());
    QVERIFY(timer.elapsed() < 5'000);
    QCOMPARE(tokenizer.encode(text, 3), (Ids{98, 98, 99}));
    QCOMPARE(tokenizer.encode("a<|endoftext|>", 3), (Ids{98, 10, 99}));
    QCOMPARE(words("<|endoftext|><|endoftext|>a<|startoftext|>b<|endoftext|>"), (Ids{99, 99, 10, 98, 11, 99}));
}

void TestClipTokenizer::equals_the_reference()
{
    const auto file = shared_file("models/clip-tiny/reference.json");
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const auto tokenizer = ca::ClipTokenizer::open(file->parent_path());
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().sentence.c_str());
    QCOMPARE(tokenizer->start(), 2512);
    QCOMPARE(tokenizer->end(), 2513);
    QCOMPARE(tokenizer->size(), 2514U);
    const ca::Json reference = ca::parse_json(ca::read_file(*file, 1 << 20).value(), "reference.json").value();
    QVERIFY(!reference["token_cases"].empty());
    for (const ca::Json &one : reference["token_cases"]) {
        const auto text = one["text"].get<std::string>();
        const auto expected = one["ids"].get<Ids>();
        QVERIFY2(tokenizer->encode(text, 1000) == expected, text.c_str());
    }
}

void TestClipTokenizer::says_what_is_wrong_with_its_files()
{
    const auto sentence = [](const std::string &vocabulary, const std::string &merges) {
        const Folder folder(vocabulary, merges);
        const auto opened = ca::ClipTokenizer::open(folder.path());
        return opened ? std::string() : opened.error().sentence;
    };
    QVERIFY(sentence(kVocabulary, kMerges).empty());
    QVERIFY(sentence(R"({"a":0})", "").find("<|startoftext|>") != std::string::npos);
    QVERIFY(sentence(R"({"a":-1})", "").find("does not give the token \"a\" a number") != std::string::npos);
    QVERIFY(sentence(R"([1])", "").find("vocab.json") != std::string::npos);
    QVERIFY(sentence("{", "").find("vocab.json is not valid JSON") != std::string::npos);
    QVERIFY(sentence(kVocabulary, "#version: 0.2\na b\na q\n").find("Line 3 of ") == 0);
    QVERIFY(sentence(kVocabulary, "ab\n").find("Line 1 of ") == 0);
    QTemporaryDir empty;
    const auto missing = ca::ClipTokenizer::open(empty.path().toStdString());
    QVERIFY(!missing && missing.error().code == ca::ErrorCode::not_found);
    QVERIFY(missing.error().sentence.find("vocab.json") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestClipTokenizer)
#include "test_clip_tokenizer.moc"
