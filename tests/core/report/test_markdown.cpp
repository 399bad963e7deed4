// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/markdown.h"
#include "core/report/writers/markdown_text.h"

#include <QtTest>

using namespace ca::report;

namespace {

std::string written(const Block &block)
{
    Document document;
    document.blocks = {block};
    return to_markdown(document);
}

} // namespace

class TestMarkdown final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_no_text_for_markup();
    void begins_no_list_by_accident();
    void fences_code_that_holds_backticks();
    void writes_tables_as_github_reads_them();
    void lists_its_sections();
    void styles_runs();
    void writes_lists_facts_and_warnings();
    void links_charts_that_have_a_file();
    void says_what_pictures_show();
};

void TestMarkdown::takes_no_text_for_markup()
{
    // Escapes of CommonMark 0.30, section 2.4; links without brackets of GitHub's section 6.9.
    QCOMPARE(markdown_text("*a* _b_ `c` <d> [e](f) #g |h| ~i~ &amp; $j$ \\"),
             std::string("\\*a\\* \\_b\\_ \\`c\\` \\<d\\> \\[e\\](f) \\#g \\|h\\| \\~i\\~ \\&amp; \\$j\\$ \\\\"));
    QCOMPARE(markdown_text("http://x.example www.x.example 91.34 %"), std::string("http\\://x.example www\\.x.example 91.34 %"));
    QCOMPARE(markdown_text("a\nb"), std::string("a b"));
}

void TestMarkdown::begins_no_list_by_accident()
{
    QCOMPARE(at_line_start("1. a"), std::string("1\\. a"));
    QCOMPARE(at_line_start("12) a"), std::string("12\\) a"));
    QCOMPARE(at_line_start("- a"), std::string("\\- a"));
    QCOMPARE(at_line_start("+ a"), std::string("\\+ a"));
    QCOMPARE(at_line_start("===="), std::string("\\===="));
    QCOMPARE(at_line_start("     code"), std::string("code"));
    QCOMPARE(at_line_start("91 % a"), std::string("91 % a"));
}

void TestMarkdown::fences_code_that_holds_backticks()
{
    QCOMPARE(markdown_code("a*b", false), std::string("`a*b`"));
    QCOMPARE(markdown_code("a``b`", false), std::string("``` a``b` ```"));
    QCOMPARE(markdown_code("a|b", true), std::string("`a\\|b`"));
    QCOMPARE(markdown_code("", false), std::string());
    QCOMPARE(markdown_block("run\n```\nend"), std::string("````\nrun\n```\nend\n````\n"));
}

void TestMarkdown::writes_tables_as_github_reads_them()
{
    QCOMPARE(written(Table{"All", {{"Trial"}, {"Size", true}}, {{plain("T1"), plain("4|0 MB")}, {plain("T7"), plain("")}}, {1}}),
             std::string("**All**\n\n| Trial | Size |\n| --- | ---: |\n| T1 | 4\\|0 MB |\n| **T7** |  |\n\n"));
}

void TestMarkdown::lists_its_sections()
{
    Document document;
    document.blocks = {Heading{1, "Report *", "report"}, Heading{2, "Summary", "summary"}, Heading{2, "Method", "method"}};
    QCOMPARE(to_markdown(document),
             std::string("# <a id=\"report\"></a>Report \\*\n\n- [Summary](#summary)\n- [Method](#method)\n\n"
                         "## <a id=\"summary\"></a>Summary\n\n## <a id=\"method\"></a>Method\n\n"));
}

void TestMarkdown::styles_runs()
{
    QCOMPARE(written(Paragraph{{{.text = " bold ", .strong = true},
                                {.text = "x_y", .code = true},
                                {.text = "12 %", .wrong = true},
                                {.text = "see", .link = "there"}}}),
             std::string("**bold** `x_y`~~12 %~~[see](#there)\n\n"));
}

void TestMarkdown::writes_lists_facts_and_warnings()
{
    QCOMPARE(written(Listing{{plain("a"), plain("- b")}, true}), std::string("1. a\n2. \\- b\n\n"));
    QCOMPARE(written(FactGrid{{{"Size", plain("11 MB"), plain("of 44 MB")}, {"Speed", plain("3 ms"), {}}}}),
             std::string("- **Size**: 11 MB (of 44 MB)\n- **Speed**: 3 ms\n\n"));
    QCOMPARE(written(Warning{plain("Few images.")}), std::string("> [!WARNING]\n> Few images.\n\n"));
}

void TestMarkdown::links_charts_that_have_a_file()
{
    Drawing drawing;
    drawing.title = "Sizes [MB]";
    drawing.description = "Two bars.";
    QCOMPARE(written(Chart{drawing, plain("Caption.")}), std::string("**Sizes \\[MB\\]**\n\nTwo bars.\n\nCaption.\n\n"));
    drawing.file = "pareto.svg";
    QCOMPARE(written(Chart{drawing, {}}), std::string("![Sizes \\[MB\\]. Two bars.](pareto.svg)\n\n"));
}

void TestMarkdown::says_what_pictures_show()
{
    QCOMPARE(written(PictureRow{{{"bytes", 1, 1, "a cat", {plain("float: cat"), plain("T7: dog")}}}}),
             std::string("- a cat\n  - float: cat\n  - T7: dog\n\n"));
}

QTEST_APPLESS_MAIN(TestMarkdown)
#include "test_markdown.moc"
