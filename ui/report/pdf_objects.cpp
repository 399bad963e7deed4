// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pdf_objects.h"

#include <QCryptographicHash>
#include <QRegularExpression>

#include <functional>

namespace ca::report {

using namespace Qt::StringLiterals;

namespace {

const QRegularExpression &reference_pattern()
{
    static const QRegularExpression pattern(u"(?<![0-9])([0-9]+) 0 R(?![A-Za-z])"_s);
    return pattern;
}

/// Numbers of objects by where they begin.
using Offsets = std::map<qsizetype, int>;

/// Of the table of offsets (7.5.4): entries of 20 bytes.
Offsets read_offsets(const QByteArray &pdf, qsizetype table)
{
    static const QRegularExpression head(u"^xref\\s+0 ([0-9]+)\\s*\\n"_s);
    const auto match = head.match(QString::fromLatin1(pdf.mid(table, 64)));
    Offsets offsets;
    const int count = match.hasMatch() ? match.captured(1).toInt() : 0;
    const qsizetype first = table + match.capturedLength();
    for (int number = 1; number < count; ++number) {
        const QByteArray entry = pdf.mid(first + 20 * qsizetype{number}, 20);
        if (entry.size() == 20 && entry[17] == 'n')
            offsets[entry.left(10).toLongLong()] = number;
    }
    return offsets;
}

/// What of an object is not its stream.
qsizetype length_of_head(const QByteArray &object)
{
    const qsizetype stream = object.indexOf("stream\n");
    return stream < 0 ? object.size() : stream;
}

/// The object with each reference replaced by what `number_of` makes of it.
QByteArray with_references(const QByteArray &object, const std::function<int(int)> &number_of)
{
    const qsizetype end = length_of_head(object);
    const QString head = QString::fromLatin1(object.left(end));
    QString result;
    qsizetype done = 0;
    for (auto it = reference_pattern().globalMatch(head); it.hasNext();) {
        const auto match = it.next();
        result +=
            head.mid(done, match.capturedStart() - done) + QString::number(number_of(match.captured(1).toInt())) + u" 0 R"_s;
        done = match.capturedEnd();
    }
    return (result + head.mid(done)).toLatin1() + object.mid(end);
}

/// Six capital letters that stand for a number, as names of subsets begin (9.6.4).
QByteArray subset_tag(int number)
{
    QByteArray tag;
    for (int i = 0; i < 6; ++i, number /= 26)
        tag.prepend(static_cast<char>('A' + number % 26));
    return tag;
}

void name_subset(QByteArray &object, int number)
{
    static const QRegularExpression name(u"/FontName /([A-Z]{6})\\+"_s);
    const auto match = name.match(QString::fromLatin1(object.left(length_of_head(object))));
    if (match.hasMatch())
        object.replace(match.capturedStart(1), 6, subset_tag(number));
}

} // namespace

int PdfObjects::add(const QByteArray &content)
{
    const int number = objects.empty() ? 1 : objects.rbegin()->first + 1;
    put(number, content);
    return number;
}

void PdfObjects::put(int number, const QByteArray &content)
{
    objects[number] = QByteArray::number(number) + " 0 obj\n" + content + "\nendobj\n";
}

int reference(const QByteArray &dictionary, const char *key)
{
    const QRegularExpression pattern(u"/%1\\s+([0-9]+) 0 R"_s.arg(QLatin1StringView(key)));
    return pattern.match(QString::fromLatin1(dictionary)).captured(1).toInt();
}

std::optional<PdfObjects> read_pdf(const QByteArray &pdf)
{
    const qsizetype start = pdf.lastIndexOf("startxref"), trailer = pdf.lastIndexOf("trailer");
    if (start < 0 || trailer < 0 || trailer > start)
        return {};
    const qsizetype table = pdf.mid(start + 9).trimmed().split('\n').front().trimmed().toLongLong();
    const Offsets offsets = read_offsets(pdf, table);
    PdfObjects file;
    for (auto it = offsets.begin(); it != offsets.end(); ++it) {
        const qsizetype end = std::next(it) == offsets.end() ? table : std::next(it)->first;
        const QByteArray object = pdf.mid(it->first, end - it->first).trimmed() + '\n';
        if (!object.startsWith(QByteArray::number(it->second) + " 0 obj") || !object.endsWith("endobj\n"))
            return {};
        file.objects[it->second] = object;
    }
    const QByteArray dictionary = pdf.mid(trailer, start - trailer);
    file.catalogue = reference(dictionary, "Root");
    file.facts = reference(dictionary, "Info");
    file.metadata = reference(file.objects[file.catalogue], "Metadata");
    const QByteArray pages = file.objects[reference(file.objects[file.catalogue], "Pages")];
    const QByteArray kids = pages.mid(pages.indexOf("/Kids"));
    for (auto it = reference_pattern().globalMatch(QString::fromLatin1(kids.left(kids.indexOf(']')))); it.hasNext();)
        file.pages.push_back(it.next().captured(1).toInt());
    if (file.catalogue == 0 || file.facts == 0 || file.metadata == 0 || file.pages.empty())
        return {};
    return file;
}

PdfObjects in_order(const PdfObjects &file)
{
    std::map<int, int> numbers; // new ones by old ones
    std::vector<int> order;     // old ones
    const auto number_of = [&](int old) {
        if (!file.objects.contains(old))
            return 0; // the null object
        const auto [place, is_new] = numbers.emplace(old, static_cast<int>(numbers.size()) + 1);
        if (is_new)
            order.push_back(old);
        return place->second;
    };
    PdfObjects result;
    result.facts = number_of(file.facts);
    result.catalogue = number_of(file.catalogue);
    for (std::size_t i = 0; i < order.size(); ++i) { // `order` grows as references are found
        const int number = static_cast<int>(i) + 1;
        QByteArray object = with_references(file.objects.at(order[i]), number_of);
        object.replace(0, object.indexOf(' '), QByteArray::number(number));
        name_subset(object, number);
        result.objects[number] = object;
    }
    result.metadata = number_of(file.metadata);
    for (const int page : file.pages)
        result.pages.push_back(number_of(page));
    return result;
}

QByteArray write_pdf(const PdfObjects &file)
{
    QByteArray pdf = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", table;
    int next = 0;
    const auto leave_free = [&](int before) { // numbers that no object has
        for (; next < before; ++next)
            table += next == 0 ? "0000000000 65535 f \n" : "0000000000 00000 f \n";
    };
    leave_free(1);
    for (const auto &[number, object] : file.objects) {
        leave_free(number);
        table += QByteArray::number(pdf.size()).rightJustified(10, '0') + " 00000 n \n";
        ++next;
        pdf += object;
    }
    const QByteArray identity = QCryptographicHash::hash(pdf, QCryptographicHash::Sha256).left(16).toHex();
    const QByteArray start = QByteArray::number(pdf.size()), size = QByteArray::number(next);
    return pdf + "xref\n0 " + size + "\n" + table + "trailer\n<<\n/Size " + size + "\n/Info " + QByteArray::number(file.facts)
        + " 0 R\n/Root " + QByteArray::number(file.catalogue) + " 0 R\n/ID [<" + identity + "> <" + identity
        + ">]\n>>\nstartxref\n" + start + "\n%%EOF\n";
}

} // namespace ca::report
