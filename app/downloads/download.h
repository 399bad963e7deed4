// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/http_answer.h"
#include "app/downloads/part_file.h"
#include "app/downloads/transfer_rate.h"
#include "core/base/result.h"
#include "core/base/sha256.h"
#include "core/model/zoo.h"

#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

class QNetworkReply;

namespace ca {

/// How patient a download is.
struct DownloadPatience {
    std::chrono::milliseconds idle{30'000};     ///< without a byte, after which the connection counts as lost
    int tries = 5;                              ///< more, after a failed one; counted anew whenever the file has grown
    std::chrono::milliseconds first_wait{1000}; ///< before trying again; doubles each time
    std::chrono::milliseconds longest_wait{30'000};
};

struct DownloadProgress {
    std::int64_t done = 0;
    std::int64_t total = 0;      ///< 0 where it is not known
    double bytes_per_second = 0; ///< 0 while there is nothing to judge by
    bool is_waiting = false;     ///< for the next try, after the connection was lost
};

/// Downloads one published file into a folder. What has arrived is kept in a `PartFile`, so that a later download goes on where
/// an earlier one ended, by whatever cause. The file gets its name when it has the published size and checksum, never before.
/// Everything happens in events of the thread that it lives in, none of which takes longer than some milliseconds.
class Download final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Download)
public:
    Download(PublishedFile file, std::filesystem::path folder, DownloadPatience patience = {}, QObject *parent = nullptr);
    /// Ends it without a signal; what has arrived is kept.
    ~Download() override;

    /// Bytes that came over the network, those that could not be kept included.
    [[nodiscard]] std::int64_t received() const { return received_; }

public Q_SLOTS:
    /// Once.
    void start();
    /// Ends it at once with `cancelled`; what has arrived is kept.
    void cancel();

Q_SIGNALS:
    /// At most ten times a second.
    void progressed(const ca::DownloadProgress &progress);
    /// Either this or `failed`, once: the file has its name.
    void succeeded(const QString &file);
    /// `unwritable` (also a full disk, or another download of the same file), `unreadable` (the network or the server),
    /// `bad_format` (another checksum than the published one), `unsafe` (an address that is not secure), `cancelled`.
    void failed(const ca::Error &error);

private:
    void open();
    void hash_kept();
    void ask();
    void look_at_head();
    void act(const Answer &answer);
    void redirect();
    void take_body();
    void end_answer();
    void lose_connection();
    void retry(const std::string &why, std::chrono::milliseconds wait = {});
    void verify();
    void end_sync(const Status &status);
    void end(const Result<std::filesystem::path> &result);
    /// False where the disk refuses: the download has ended then.
    bool begin_anew(PartOrigin origin);
    void drop_reply();
    void report(bool is_waiting = false);
    [[nodiscard]] Status check_space() const;
    [[nodiscard]] std::int64_t offset() const { return part_->size(); }

    const PublishedFile file_;
    const std::filesystem::path folder_;
    const DownloadPatience patience_;

    QNetworkAccessManager network_;
    QUrl url_; // after redirects
    QPointer<QNetworkReply> reply_;
    QTimer idle_, wait_;
    QElapsedTimer last_report_;
    TransferRate rate_;

    std::shared_ptr<PartFile> part_; // shared with the thread that syncs it
    Sha256 hash_;
    std::int64_t hashed_ = 0; // bytes of the part that are in hash_, while it is read
    std::int64_t received_ = 0;
    std::int64_t total_ = 0; // bytes of the whole file, 0 where it is not known
    std::int64_t most_ = 0;  // bytes of the part when tries were last counted anew
    int tries_ = 0;
    int redirects_ = 0;
    bool takes_body_ = false; // of the present answer
    bool is_joined_ = false;  // of several answers
    bool was_anew_ = false;   // begun again after a wrong checksum
    bool has_ended_ = false;
    std::jthread syncer_; // last: it uses the above
};

} // namespace ca
