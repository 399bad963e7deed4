// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/download_states.h"

#include "app/cli/data_folder.h"
#include "app/cli/fetcher.h"
#include "ui/common/words.h"
#include "ui/data_chooser/data_chooser.h"

#include <QUrl>

namespace ca {

using namespace Qt::StringLiterals;
using State = Availability::State;

namespace {

Availability first_look(const ZooEntry &entry, std::optional<Bytes> memory)
{
    if (memory && memory->value < entry.memory)
        return {State::impossible, 0,
                DownloadStates::tr("It needs %1 of memory, and this machine has %2.")
                    .arg(words::size(bytes(entry.memory)), words::size(*memory))};
    const auto data = data_folder();
    return {data && is_fetched(entry, *data) ? State::ready : State::absent, 0, {}};
}

/// "1.06 of 1.71 GB · 12.3 MB/s"
QString how_far(const DownloadProgress &progress)
{
    QString words = words::size(bytes(progress.done));
    if (progress.total > 0) {
        const QString total = words::size(bytes(progress.total));
        const QString unit = total.mid(total.lastIndexOf(u' '));
        if (words.endsWith(unit))
            words.chop(unit.size());
        words = DownloadStates::tr("%1 of %2").arg(words, total);
    }
    if (progress.is_waiting)
        words += u" · "_s + DownloadStates::tr("connecting again");
    else if (progress.bytes_per_second > 0)
        words +=
            u" · "_s + DownloadStates::tr("%1/s").arg(words::size(bytes(static_cast<std::int64_t>(progress.bytes_per_second))));
    return words;
}

} // namespace

DownloadStates::DownloadStates(std::optional<Bytes> memory, QObject *parent) : QObject(parent)
{
    for (const ZooEntry &entry : zoo())
        there_.emplace(QString::fromStdString(entry.key), first_look(entry, memory));
    const auto data = data_folder();
    there_.emplace(cifar10(), Availability{data && is_cifar10_fetched(*data) ? State::ready : State::absent, 0, {}});
}

const Availability &DownloadStates::at(const QString &key) const
{
    static const Availability nothing{State::absent, 0, {}};
    const auto found = there_.find(key);
    return found == there_.end() ? nothing : found->second;
}

QString DownloadStates::title_of(const QString &key)
{
    const ZooEntry *entry = find_in_zoo(key.toStdString());
    return entry ? QString::fromStdString(entry->title) : tr("CIFAR-10");
}

QString DownloadStates::cost_of(const QString &key)
{
    const ZooEntry *entry = find_in_zoo(key.toStdString());
    const PublishedFile &first = entry ? entry->files.front() : cifar10_archive();
    const auto data = data_folder();
    if (!data)
        return words::from(data.error().text());
    const auto place = entry ? model_place(*data, entry->key) : cifar10_place(*data);
    return tr("%1 come from %2 and are kept in %3.")
        .arg(words::size(bytes(entry ? entry->bytes() : first.bytes)), QUrl(words::from(first.url)).host(),
             words::from(place.string()));
}

void DownloadStates::set(const QString &key, const Availability &there)
{
    there_[key] = there;
    Q_EMIT changed(key);
}

void DownloadStates::start(const QString &key)
{
    const State state = at(key).state;
    if (state != State::absent && state != State::failed)
        return;
    set(key, {State::arriving, 0, tr("Connecting…")});
    Q_EMIT wanted(key);
}

void DownloadStates::cancel(const QString &key)
{
    if (at(key).state != State::arriving)
        return;
    set(key, {State::arriving, at(key).share, tr("Stopping…")});
    Q_EMIT unwanted(key);
}

void DownloadStates::take_progress(const QString &key, const DownloadProgress &progress)
{
    if (at(key).state != State::arriving)
        return;
    const double share = progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 0;
    set(key, {State::arriving, std::min(share, 1.0), how_far(progress)});
}

void DownloadStates::take_success(const QString &key)
{
    set(key, {State::ready, 1, {}});
    Q_EMIT arrived(key);
}

void DownloadStates::take_failure(const QString &key, const Error &error)
{
    if (error.code == ErrorCode::cancelled)
        set(key, {State::absent, 0, {}}); // what has arrived is kept for the next time
    else
        set(key, {State::failed, 0, words::from(error.text())});
}

} // namespace ca
