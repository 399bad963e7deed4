// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pdf_file.h"

#include "ui/report/pdf_objects.h"

#include <algorithm>
#include <optional>

namespace ca::report {

using namespace Qt::StringLiterals;

namespace {

/// UTF-16 with the mark of its order, in hexadecimal digits: needs no escapes.
QByteArray text_string(const QString &text)
{
    QByteArray digits = "<FEFF";
    for (const QChar unit : text)
        digits += QByteArray::number(unit.unicode(), 16).rightJustified(4, '0').toUpper();
    return digits + '>';
}

QByteArray producer()
{
    return QByteArray("Qt ") + qVersion();
}

QByteArray facts_object(const PdfFacts &facts)
{
    QByteArray content = "<<\n/Title " + text_string(facts.title) + "\n/Creator " + text_string(facts.creator);
    if (!facts.subject.isEmpty())
        content += "\n/Subject " + text_string(facts.subject);
    if (!facts.keywords.isEmpty())
        content += "\n/Keywords " + text_string(facts.keywords);
    content += "\n/Producer (" + producer() + ")";
    if (facts.date.isValid())
        content += "\n/CreationDate (D:" + facts.date.toUTC().toString(u"yyyyMMddHHmmss"_s).toLatin1() + "Z)";
    return content + "\n>>";
}

/// The same facts as XMP: ISO 19005-1, 6.7.3 says which corresponds to which.
QByteArray metadata_object(const PdfFacts &facts)
{
    const auto alternatives = [](const char *name, const QString &text) {
        return u"<dc:%1><rdf:Alt><rdf:li xml:lang=\"x-default\">%2</rdf:li></rdf:Alt></dc:%1>\n"_s.arg(QLatin1StringView(name),
                                                                                                       text.toHtmlEscaped());
    };
    QString xmp = u"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                  "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                  "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                  " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\""
                  " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"_s;
    xmp += alternatives("title", facts.title);
    if (!facts.subject.isEmpty())
        xmp += alternatives("description", facts.subject);
    xmp += u"<xmp:CreatorTool>"_s + facts.creator.toHtmlEscaped() + u"</xmp:CreatorTool>\n"_s;
    if (facts.date.isValid())
        xmp += u"<xmp:CreateDate>"_s + facts.date.toUTC().toString(u"yyyy-MM-ddTHH:mm:ssZ"_s) + u"</xmp:CreateDate>\n"_s;
    if (!facts.keywords.isEmpty())
        xmp += u"<pdf:Keywords>"_s + facts.keywords.toHtmlEscaped() + u"</pdf:Keywords>\n"_s;
    xmp += u"<pdf:Producer>"_s + QString::fromLatin1(producer())
        + u"</pdf:Producer>\n<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n"
          "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"_s;
    const QByteArray stream = xmp.toUtf8();
    return "<<\n/Type /Metadata /Subtype /XML\n/Length " + QByteArray::number(stream.size()) + "\n>>\nstream\n" + stream
        + "\nendstream";
}

QByteArray decimal(double value)
{
    return QByteArray::number(value, 'f', 1);
}

QByteArray destination(const PdfObjects &file, const PdfPlace &place)
{
    return "[" + QByteArray::number(file.pages.at(place.page)) + " 0 R /XYZ null " + decimal(place.height) + " null]";
}

/// Gives the number of the root (ISO 32000-1, 12.3.3).
int add_bookmarks(PdfObjects &file, const std::vector<PdfBookmark> &bookmarks)
{
    const int root = file.add({});
    const int first = root + 1, last = root + static_cast<int>(bookmarks.size());
    const auto entry = [](const char *key, int number) {
        return QByteArray("\n/") + key + ' ' + QByteArray::number(number) + " 0 R";
    };
    for (int number = first; number <= last; ++number) {
        const PdfBookmark &mark = bookmarks[static_cast<std::size_t>(number - first)];
        QByteArray content = "<<\n/Title " + text_string(mark.title) + entry("Parent", root);
        if (number > first)
            content += entry("Prev", number - 1);
        if (number < last)
            content += entry("Next", number + 1);
        content += "\n/Dest " + destination(file, mark.place) + "\n>>";
        file.add(content);
    }
    file.put(root,
             "<<\n/Type /Outlines" + entry("First", first) + entry("Last", last) + "\n/Count "
                 + QByteArray::number(bookmarks.size()) + "\n>>");
    return root;
}

/// Links of a page as the content of its list of annotations (12.5.6.5).
QByteArray annotations(const PdfObjects &file, std::size_t page, const std::vector<PdfLink> &links)
{
    QByteArray list = "[\n";
    for (const PdfLink &link : links) {
        if (link.page != page)
            continue;
        list += "<< /Type /Annot /Subtype /Link /F 4 /Border [0 0 0] /Rect [";
        for (const double edge : {link.left, link.lower, link.right, link.upper})
            list += decimal(edge) + ' ';
        list += "] /Dest " + destination(file, link.target) + " >>\n";
    }
    return list + ']';
}

bool fits(const PdfObjects &file, const PdfFacts &facts)
{
    const auto there = [&](std::size_t page) { return page < file.pages.size(); };
    return std::all_of(facts.bookmarks.begin(), facts.bookmarks.end(), [&](const auto &mark) { return there(mark.place.page); })
        && std::all_of(facts.links.begin(), facts.links.end(),
                       [&](const auto &link) { return there(link.page) && there(link.target.page); });
}

} // namespace

QByteArray complete_pdf(const QByteArray &pdf, const PdfFacts &facts)
{
    std::optional<PdfObjects> file = read_pdf(pdf);
    if (!file || !fits(*file, facts))
        return pdf;
    QByteArray more = "/Lang (" + facts.language.toLatin1() + ")\n/ViewerPreferences << /DisplayDocTitle true >>\n";
    if (!facts.bookmarks.empty())
        more += "/Outlines " + QByteArray::number(add_bookmarks(*file, facts.bookmarks)) + " 0 R\n/PageMode /UseOutlines\n";
    QByteArray &catalogue = file->objects[file->catalogue];
    catalogue.insert(catalogue.lastIndexOf(">>"), more);
    for (std::size_t page = 0; page < file->pages.size(); ++page)
        if (const int list = reference(file->objects[file->pages[page]], "Annots"))
            file->put(list, annotations(*file, page, facts.links));
    file->put(file->facts, facts_object(facts));
    file->put(file->metadata, metadata_object(facts));
    return write_pdf(in_order(*file));
}

} // namespace ca::report
