// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/dropped_file.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>
#include <QUrl>

#include <algorithm>
#include <array>
#include <utility>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

const QStringList &suffixes()
{
    static const QStringList list{u"pt"_s, u"pth"_s, u"safetensors"_s, u"bin"_s};
    return list;
}

QString tr(const char *text)
{
    return QCoreApplication::translate("DroppedFile", text);
}

/// Models of other programs, which people have and try.
QString foreign_kind(const QString &suffix)
{
    static const std::array<std::pair<QString, QString>, 9> kinds{{
        {u"onnx"_s, tr("an ONNX model")},
        {u"h5"_s, tr("a Keras model")},
        {u"keras"_s, tr("a Keras model")},
        {u"pb"_s, tr("a TensorFlow model")},
        {u"tflite"_s, tr("a TensorFlow Lite model")},
        {u"gguf"_s, tr("a GGUF model")},
        {u"ckpt"_s, tr("a training checkpoint")},
        {u"pte"_s, tr("an ExecuTorch program")},
        {u"pt2"_s, tr("a torch.export program")},
    }};
    const auto *found = std::find_if(kinds.begin(), kinds.end(), [&](const auto &kind) { return kind.first == suffix; });
    return found == kinds.end() ? QString() : found->second;
}

QString what_to_drop()
{
    return tr("Drop a .pt, .pth, .safetensors or .bin file, or a Hugging Face folder.");
}

DroppedFile in_folder(const QFileInfo &folder)
{
    if (QFileInfo::exists(folder.absoluteFilePath() + u"/config.json"_s))
        return {folder.absoluteFilePath(), {}};
    return {{},
            tr("The folder %1 has no config.json, so it is no Hugging Face model. Images are chosen in the data panel.")
                .arg(folder.fileName())};
}

} // namespace

DroppedFile chosen_file(const QString &path)
{
    const QFileInfo file(path);
    if (file.isDir())
        return in_folder(file);
    if (file.fileName() == u"config.json"_s)
        return in_folder(QFileInfo(file.absolutePath()));
    const QString suffix = file.suffix().toLower();
    if (suffixes().contains(suffix))
        return {path, {}};
    const QString kind = foreign_kind(suffix);
    if (kind.isEmpty())
        return {{}, tr("%1 is no model file. %2").arg(file.fileName(), what_to_drop())};
    return {{},
            tr("%1 is %2, which is not read here. Save the network from PyTorch with torch.jit.save, and drop that.")
                .arg(file.fileName(), kind)};
}

DroppedFile dropped_file(const QMimeData &data)
{
    const QList<QUrl> urls = data.urls();
    if (urls.isEmpty())
        return {{}, tr("What was dropped is no file. %1").arg(what_to_drop())};
    if (urls.size() > 1)
        return {{}, tr("%1 files were dropped. Drop one model at a time.").arg(urls.size())};
    if (!urls.front().isLocalFile())
        return {{}, tr("%1 is not on this computer. Save it first, then drop the file.").arg(urls.front().toDisplayString())};
    QString path = urls.front().toLocalFile();
    while (path.size() > 1 && path.endsWith(u'/')) // as file managers hand over folders
        path.chop(1);
    return chosen_file(path);
}

QString model_suffixes()
{
    QStringList patterns;
    for (const QString &suffix : suffixes())
        patterns << u"*."_s + suffix;
    patterns << u"config.json"_s;
    return patterns.join(u' ');
}

} // namespace ca
