// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/downloader.h"

#include "app/cli/data_folder.h"
#include "app/cli/fetcher.h"
#include "app/downloads/download_file.h"

namespace ca {
namespace {

namespace fs = std::filesystem;

using Sink = std::function<void(const DownloadProgress &)>;

/// Adds up the files of one key: those before the present one are complete.
class Sum {
public:
    Sum(std::int64_t total, Sink sink) : total_(total), sink_(std::move(sink)) { }

    void complete(const PublishedFile &file) { before_ += file.bytes; }
    void report(DownloadProgress progress) const
    {
        progress.done += before_;
        progress.total = total_;
        sink_(progress);
    }

private:
    std::int64_t total_, before_ = 0;
    Sink sink_;
};

Result<fs::path> fetch_key(const std::string &key, const DownloadPatience &patience, const std::stop_token &stop,
                           const Sink &sink)
{
    const ZooEntry *const entry = find_in_zoo(key);
    Sum sum(entry ? entry->bytes() : cifar10_archive().bytes, sink);
    const auto data = data_folder();
    if (entry && data)
        for (const PublishedFile &file : entry->files)
            if (is_fetched(file, model_place(*data, key)))
                sum.complete(file);
    const Fetch fetch = [&](const PublishedFile &file, const fs::path &folder, std::stop_token fetch_stop, const Progress &) {
        auto path = download_file(
            file, folder, std::move(fetch_stop), [&](const DownloadProgress &progress) { sum.report(progress); }, patience);
        sum.complete(file);
        return path;
    };
    if (entry)
        return fetch_zoo_model(*entry, fetch, stop, {});
    if (key == "cifar10")
        return fetch_cifar10(fetch, stop, {});
    return fail(ErrorCode::usage, "There is no published model " + key + ".");
}

} // namespace

Downloader::Downloader(DownloadPatience patience, QObject *parent) : QObject(parent), patience_(patience) { }

Downloader::~Downloader()
{
    for (auto &[key, thread] : running_)
        thread.request_stop(); // all at once; then each is waited for
}

bool Downloader::is_running(const QString &key) const
{
    return running_.contains(key);
}

void Downloader::start(const QString &key)
{
    if (is_running(key))
        return;
    running_.emplace(key, std::jthread([this, key, patience = patience_](const std::stop_token &stop) {
                         const Sink sink = [this, key](const DownloadProgress &progress) {
                             QMetaObject::invokeMethod(
                                 this, [this, key, progress] { Q_EMIT progressed(key, progress); }, Qt::QueuedConnection);
                         };
                         const auto result = fetch_key(key.toStdString(), patience, stop, sink);
                         QMetaObject::invokeMethod(
                             this, [this, key, result] { end(key, result); }, Qt::QueuedConnection);
                     }));
}

void Downloader::cancel(const QString &key)
{
    if (const auto found = running_.find(key); found != running_.end())
        found->second.request_stop();
}

void Downloader::end(const QString &key, const Result<fs::path> &result)
{
    running_.erase(key); // joins: its last act was to post this
    if (result)
        Q_EMIT succeeded(key, QString::fromStdString(result->string()));
    else
        Q_EMIT failed(key, result.error());
}

} // namespace ca
