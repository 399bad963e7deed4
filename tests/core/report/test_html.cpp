// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/bars.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"

#include <QMap>
#include <QXmlStreamReader>
#include <QtTest>

using namespace ca::report;

namespace {

struct Element {
    QString name;
    QXmlStreamAttributes attributes;
    QString content{}; ///< with that of the elements inside

    [[nodiscard]] QString value(const char *attribute) const { return attributes.value(QLatin1String(attribute)).toString(); }
};

/// In the order in which they begin. Empty where the text is no well-formed XML.
std::vector<Element> elements(const std::string &html)
{
    std::vector<Element> result;
    std::vector<std::size_t> open;
    QXmlStreamReader reader(QByteArray::fromStdString(html));
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement()) {
            open.push_back(result.size());
            result.push_back({reader.name().toString(), reader.attributes()});
        } else if (reader.isCharacters()) {
            for (const std::size_t at : open)
                result[at].content += reader.text().toString();
        } else if (reader.isEndElement()) {
            open.pop_back();
        }
    }
    if (reader.hasError())
        qWarning("%s in line %lld", qPrintable(reader.errorString()), static_cast<long long>(reader.lineNumber()));
    return reader.hasError() ? std::vector<Element>{} : result;
}

std::vector<Element> named(const std::vector<Element> &all, const QString &name)
{
    std::vector<Element> result;
    std::copy_if(all.begin(), all.end(), std::back_inserter(result), [&](const Element &e) { return e.name == name; });
    return result;
}

/// A document with every kind of block, in which every text is `text`.
Document all_of(const std::string &text)
{
    const Line line{{text, text, true, true, true, "there"}};
    Document document{text, text, text, {text}, text, {}};
    document.blocks = {Heading{1, text, "top"},
                       Heading{2, text, "there"},
                       Heading{3, text, ""},
                       Paragraph{line},
                       Paragraph{line, true},
                       Warning{line},
                       Listing{{line, line}, true},
                       Listing{{}, false},
                       CodeBlock{text + "\n" + text + "\n"},
                       FactGrid{{{text, line, line}}},
                       Table{text, {{text}, {text, true, 2}}, {{line, line}, {line, line}}, {1}},
                       Chart{bars_drawing({{text, text, {{text, 1, text}}}}, text), line},
                       PictureRow{{{std::string("\x89PNG\0", 5), 32, 32, text, {line, line}}}},
                       PageBreak{}};
    return document;
}

const char *const kHostile =
    "<script>alert(\"1\")</script><img src=\"http://x.example/\" onerror='x'/> & ]]> --> Кириллица 中文 😀 \x01\xff\xef\xbf\xbe";

} // namespace

class TestHtml final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_well_formed_whatever_the_texts_hold();
    void lets_no_text_reorder_what_is_around_it();
    void loads_and_runs_nothing();
    void marks_each_figure_with_its_source();
    void lists_its_sections();
    void heads_its_tables();
    void holds_pictures_and_charts_with_their_words();
    void has_a_title_where_no_heading_is_one();
    void writes_long_tables();
};

void TestHtml::is_well_formed_whatever_the_texts_hold()
{
    const auto all = elements(to_html(all_of(kHostile), [](const std::string &) { return kHostile; }));
    QVERIFY(!all.empty());
    QVERIFY(named(all, "script").empty());
    QCOMPARE(named(all, "img").size(), std::size_t{1});
    const QString kept = QStringLiteral(
        "<script>alert(\"1\")</script><img src=\"http://x.example/\" onerror='x'/> & ]]> --> Кириллица 中文 😀  \ufffd\ufffd");
    QCOMPARE(named(all, "title").at(0).content, kept);
    QCOMPARE(named(all, "h2").at(0).content, kept);
    QCOMPARE(named(all, "pre").at(0).content, kept + "\n" + kept + "\n");
    QCOMPARE(named(all, "img").at(0).value("alt"), kept);
    QCOMPARE(named(all, "caption").at(0).content, kept);
    QCOMPARE(named(all, "data").at(0).value("data-source"), kept);
    QCOMPARE(named(all, "data").at(0).value("value"), kept);
    QCOMPARE(named(all, "td").at(0).content, kept);
}

void TestHtml::lets_no_text_reorder_what_is_around_it()
{
    // Right-to-left override and isolate, and their ends; letters, the dash and the dots beside them in Unicode stay.
    const std::string hostile = "T9\u202E is\u202C – “שלום”\u2067…\u2069\u202A\u2066";
    const Document document = all_of(hostile);
    for (const std::string &text : {to_html(document, [&](const std::string &) { return hostile; }), to_markdown(document)}) {
        QVERIFY(text.find("T9 is – “שלום”…") != std::string::npos);
        for (const char *mark : {"\u202A", "\u202C", "\u202E", "\u2066", "\u2067", "\u2069"})
            QVERIFY2(text.find(mark) == std::string::npos, mark);
    }
    QCOMPARE(plain(hostile).front().text, std::string("T9 is – “שלום”…"));
}

void TestHtml::loads_and_runs_nothing()
{
    const auto all = elements(to_html(all_of("x")));
    QVERIFY(named(all, "meta").at(1).value("content").startsWith("default-src 'none'"));
    for (const Element &element : all) {
        for (const QXmlStreamAttribute &attribute : element.attributes) {
            const QString name = attribute.name().toString();
            QVERIFY2(!name.startsWith("on"), qPrintable(name));
            if (name == "src")
                QVERIFY(attribute.value().startsWith(QLatin1String("data:image/png;base64,")));
            if (name == "href")
                QVERIFY(attribute.value().startsWith('#'));
        }
        QVERIFY(element.name != "link" && element.name != "script" && element.name != "iframe");
    }
    QVERIFY(!named(all, "style").at(0).content.contains("url("));
    QVERIFY(!named(all, "style").at(0).content.contains("@import"));
}

void TestHtml::marks_each_figure_with_its_source()
{
    Document document;
    document.blocks = {Paragraph{{{"91.34 %", "study/trials/T7/selection/top1"}, {" of "}, {"5,000", "study/n"}}}};
    const auto all = elements(to_html(document, [](const std::string &figure) -> std::optional<std::string> {
        if (figure == "study/trials/T7/selection/top1")
            return "0.9134";
        return std::nullopt;
    }));
    const auto figures = named(all, "data");
    QCOMPARE(figures.size(), std::size_t{2});
    QCOMPARE(figures[0].content, QString("91.34 %"));
    QCOMPARE(figures[0].value("value"), QString("0.9134"));
    QCOMPARE(figures[0].value("data-source"), QString("study/trials/T7/selection/top1"));
    QCOMPARE(figures[1].value("value"), QString("5,000"));
    QCOMPARE(named(all, "p").at(0).content, QString("91.34 % of 5,000"));
}

void TestHtml::lists_its_sections()
{
    Document document;
    document.blocks = {Heading{1, "Report", "report"}, Heading{2, "Summary", "summary"}, Heading{3, "More", "more"},
                       Heading{2, "Method", "method"}};
    const auto all = elements(to_html(document));
    const auto links = named(all, "a");
    QCOMPARE(links.size(), std::size_t{2});
    QCOMPARE(links[0].value("href") + links[1].value("href"), QString("#summary#method"));
    QCOMPARE(links[1].content, QString("Method"));
    QCOMPARE(named(all, "h2").at(1).value("id"), QString("method"));
    QCOMPARE(named(all, "nav").size(), std::size_t{1});
    QCOMPARE(named(all, "section").size(), std::size_t{2});
    QCOMPARE(named(all, "html").at(0).value("lang"), QString("en"));
}

void TestHtml::heads_its_tables()
{
    Document document;
    document.blocks = {Table{"Trials", {{"Trial"}, {"Size", true}}, {{plain("T1"), plain("40 MB")}, {plain("T7")}}, {1}}};
    const auto all = elements(to_html(document));
    const auto heads = named(all, "th");
    QCOMPARE(heads.size(), std::size_t{4});
    QCOMPARE(heads[0].value("scope"), QString("col"));
    QCOMPARE(heads[1].value("class"), QString("number"));
    QCOMPARE(heads[2].value("scope") + heads[2].content, QString("rowT1"));
    const auto rows = named(all, "tr");
    QCOMPARE(rows.size(), std::size_t{3});
    QVERIFY(rows[1].value("class").isEmpty());
    QCOMPARE(rows[2].value("class"), QString("marked"));
    QCOMPARE(named(all, "td").size(), std::size_t{2}); // a row that is too short has its cells, too
    QCOMPARE(named(all, "thead").size(), std::size_t{1});
    QCOMPARE(named(all, "caption").at(0).content, QString("Trials"));
}

void TestHtml::holds_pictures_and_charts_with_their_words()
{
    Document document;
    Drawing drawing;
    drawing.title = "Sizes";
    drawing.description = "Two bars.";
    document.blocks = {Chart{drawing, plain("What it shows.")},
                       PictureRow{{{"Man", 32, 24, "a cat", {plain("cat"), plain("dog")}}, {"M", 224, 224, "", {}}}}};
    const auto all = elements(to_html(document));
    QCOMPARE(named(all, "svg").at(0).value("aria-label"), QString("Sizes. Two bars."));
    const auto captions = named(all, "figcaption");
    QCOMPARE(captions.size(), std::size_t{2});
    QCOMPARE(captions[0].content, QString("What it shows."));
    const auto pictures = named(all, "img");
    QCOMPARE(pictures[0].value("src"), QString("data:image/png;base64,TWFu")); // RFC 4648: "Man" is TWFu
    QCOMPARE(pictures[0].value("width") + "x" + pictures[0].value("height"), QString("32x24"));
    QCOMPARE(pictures[0].value("class"), QString("tiny"));
    QVERIFY(pictures[1].value("class").isEmpty());
    QVERIFY(pictures[1].attributes.hasAttribute("alt")); // decoration where there is nothing to say
}

void TestHtml::has_a_title_where_no_heading_is_one()
{
    Document document;
    document.title = "net on data";
    const auto all = elements(to_html(document));
    QCOMPARE(named(all, "h1").size(), std::size_t{1});
    QCOMPARE(named(all, "h1").at(0).content, QString("net on data"));
    QCOMPARE(named(elements(to_html(all_of("x"))), "h1").size(), std::size_t{1});
}

void TestHtml::writes_long_tables()
{
    Document document;
    Table table{"Layers", std::vector<Table::Column>(12, {"c", true}), {}};
    table.rows.assign(800, std::vector<Line>(12, Line{{"0.5", "scan/layers/L001/divergence/int4"}}));
    document.blocks = {table};
    const std::string html = to_html(document, [](const std::string &) { return "0.5"; });
    QCOMPARE(named(elements(html), "data").size(), std::size_t{9600});
    QVERIFY(html.size() < 3'000'000);
}

QTEST_APPLESS_MAIN(TestHtml)
#include "test_html.moc"
