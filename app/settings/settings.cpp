// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/settings.h"

#include <QSettings>
#include <QStringList>

#include <algorithm>
#include <array>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostRecent = 8; // what fits the picker without scrolling

struct Row {
    Setting key;
    const char *name;
    QVariant usual; ///< its type is the setting's type
};

const std::array<Row, 13> &table()
{
    static const std::array<Row, 13> rows{{
        {Setting::window_geometry, "window/geometry", QByteArray()},
        {Setting::pane_layout, "window/panes", QByteArray()},
        {Setting::recent_models, "models/recent", QStringList()},
        {Setting::recent_studies, "studies/recent", QStringList()},
        {Setting::data, "data/source", u"pictogram10"_s},
        {Setting::head, "data/head", u"auto"_s},
        {Setting::samples, "data/samples", 0},
        {Setting::goal, "study/goal", QString()},
        {Setting::chat_consent, "chat/consent", u"within_budget"_s},
        {Setting::chat_providers, "chat/providers", QString()},
        {Setting::chat_current, "chat/current", QStringList()},
        {Setting::chat_prices, "chat/prices", QString()},
        {Setting::chat_agreed, "chat/agreed", QStringList()},
    }};
    return rows;
}

const Row &row_of(Setting key)
{
    return *std::find_if(table().begin(), table().end(), [key](const Row &row) { return row.key == key; });
}

} // namespace

Settings::Settings(QSettings &store, QObject *parent) : QObject(parent), store_(store) { }

QVariant Settings::value(Setting key) const
{
    const Row &row = row_of(key);
    QVariant stored = store_.value(QString::fromLatin1(row.name));
    // A text store gives back numbers as text and a list of one as text, so types are converted, not compared.
    return stored.isValid() && stored.convert(row.usual.metaType()) ? stored : row.usual;
}

void Settings::set(Setting key, const QVariant &value)
{
    if (value == this->value(key))
        return;
    store_.setValue(QString::fromLatin1(row_of(key).name), value);
    Q_EMIT changed(key);
}

void Settings::add_recent(Setting list, const QString &file)
{
    QStringList files = value(list).toStringList();
    files.removeAll(file);
    files.prepend(file);
    set(list, files.mid(0, kMostRecent));
}

} // namespace ca
