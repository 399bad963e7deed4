// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariant>

class QSettings;

namespace ca {

/// Everything that is kept from one start to the next.
enum class Setting {
    window_geometry,
    pane_layout,
    recent_models,
    recent_studies,
    data,
    head,
    samples,
    goal,
    chat_consent,   ///< ConsentMode by its name
    chat_providers, ///< those that were set up, without keys
    chat_current,   ///< provider and model of the one that answers
    chat_prices,    ///< what the person has set
    chat_agreed,    ///< providers for which the person knows what leaves this machine
};

/// The one table of settings, over the platform's store. A value that is missing or of another type is its default.
class Settings final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Settings)
public:
    /// Keeps values in `store`, which must outlive it.
    explicit Settings(QSettings &store, QObject *parent = nullptr);

    [[nodiscard]] QVariant value(Setting key) const;
    void set(Setting key, const QVariant &value);

    /// Puts `file` first in a list of recent ones, which stays short.
    void add_recent(Setting list, const QString &file);

Q_SIGNALS:
    void changed(ca::Setting key);

private:
    QSettings &store_;
};

} // namespace ca
