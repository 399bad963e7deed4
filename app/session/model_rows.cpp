// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/model_rows.h"

#include "app/cli/data_folder.h"
#include "app/session/download_states.h"
#include "core/model/zoo.h"
#include "ui/common/words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <QLocale>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ModelRows", text);
}

PickerRow zoo_row(const ZooEntry &entry, const Availability &there)
{
    PickerRow row;
    row.id = QString::fromStdString(entry.key);
    row.name = QString::fromStdString(entry.title);
    QStringList facts{words::count(entry.parameters), words::size(bytes(entry.bytes()))};
    if (entry.is_clip())
        facts << tr("zero-shot");
    row.facts = facts.join(u" · "_s);
    row.more = tr("%1 RAM").arg(words::size(bytes(entry.memory)));
    if (const auto data = data_folder())
        row.place = words::from(model_place(*data, entry.key).string());
    row.there = there;
    row.takes_weights = true;
    return row;
}

QString day_of(const QFileInfo &file)
{
    const QDate day = file.lastModified().date();
    const auto days = day.daysTo(QDate::currentDate());
    if (days == 0)
        return tr("today");
    return days == 1 ? tr("yesterday") : QLocale().toString(day, QLocale::ShortFormat);
}

PickerRow file_row(const QFileInfo &file)
{
    PickerRow row;
    row.id = file.filePath();
    row.name = file.fileName();
    row.facts = (file.isDir() ? tr("Hugging Face folder") : words::size(bytes(file.size()))) + u" · "_s + day_of(file);
    row.place = file.filePath();
    return row;
}

} // namespace

std::vector<PickerRow> model_rows(const DownloadStates &states, const QString &demo)
{
    std::vector<PickerRow> rows;
    for (const ZooEntry &entry : zoo())
        rows.push_back(zoo_row(entry, states.at(QString::fromStdString(entry.key))));
    if (!demo.isEmpty())
        rows.push_back({demo, tr("Demo: clip-tiny"), tr("4.54 M · zero-shot · included"), {}, demo, Availability{}, false});
    return rows;
}

std::vector<PickerRow> recent_rows(const QStringList &files)
{
    std::vector<PickerRow> rows;
    for (const QString &file : files)
        if (QFileInfo::exists(file))
            rows.push_back(file_row(QFileInfo(file)));
    return rows;
}

} // namespace ca
