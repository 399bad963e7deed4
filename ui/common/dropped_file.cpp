// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/dropped_file.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>
#include <QUrl>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

const QStringList &suffixes()
{
    static const QStringList list{u"pt"_s, u"pth"_s, u"safetensors"_s};
    return list;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("DroppedFile", text);
}

} // namespace

DroppedFile dropped_file(const QMimeData &data)
{
    const QList<QUrl> urls = data.urls();
    if (urls.isEmpty())
        return {{}, tr("What was dropped is no file. Drop a .pt, .pth or .safetensors file.")};
    if (urls.size() > 1)
        return {{}, tr("%1 files were dropped. Drop one model at a time.").arg(urls.size())};
    if (!urls.front().isLocalFile())
        return {{}, tr("%1 is not on this computer. Save it first, then drop the file.").arg(urls.front().toDisplayString())};
    const QString file = urls.front().toLocalFile();
    if (suffixes().contains(QFileInfo(file).suffix().toLower()))
        return {file, {}};
    return {{}, tr("%1 is no model file. Drop a .pt, .pth or .safetensors file.").arg(QFileInfo(file).fileName())};
}

QString model_suffixes()
{
    QStringList patterns;
    for (const QString &suffix : suffixes())
        patterns << u"*."_s + suffix;
    return patterns.join(u' ');
}

} // namespace ca
