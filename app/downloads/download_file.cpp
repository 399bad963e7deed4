// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/download_file.h"

#include "app/downloads/application_where_none.h"

#include <QEventLoop>

namespace ca {

Result<std::filesystem::path> download_file(const PublishedFile &file, const std::filesystem::path &folder, std::stop_token stop,
                                            const std::function<void(const DownloadProgress &)> &progress,
                                            const DownloadPatience &patience)
{
    const ApplicationWhereNone application;
    QEventLoop loop;
    Result<std::filesystem::path> end = cancelled();
    Download download(file, folder, patience);
    QObject::connect(&download, &Download::progressed, &loop, progress);
    QObject::connect(&download, &Download::succeeded, &loop, [&](const QString &path) {
        end = std::filesystem::path(path.toStdString());
        loop.quit();
    });
    QObject::connect(&download, &Download::failed, &loop, [&](const Error &error) {
        end = tl::unexpected(error);
        loop.quit();
    });
    download.start();
    const std::stop_callback on_stop(
        std::move(stop), [&download] { QMetaObject::invokeMethod(&download, &Download::cancel, Qt::QueuedConnection); });
    loop.exec();
    return end;
}

Result<std::filesystem::path> download_file(const PublishedFile &file, const std::filesystem::path &folder, std::stop_token stop,
                                            const Progress &progress)
{
    return download_file(file, folder, std::move(stop), [&](const DownloadProgress &news) {
        progress.report("Downloading " + file.name, static_cast<std::uint64_t>(news.done),
                        static_cast<std::uint64_t>(news.total));
    });
}

} // namespace ca
