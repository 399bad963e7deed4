// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/downloads/hashed_part.h"
#include "app/downloads/http_answer.h"
#include "app/downloads/patience.h"
#include "app/downloads/transfer_rate.h"
#include "core/base/result.h"
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

struct DownloadProgress {
    std::int64_t done = 0;
    std::int64_t total = 0;      ///< 0 where it is not known
    double bytes_per_second = 0; ///< 0 while there is nothing to judge by
    bool is_waiting = false;     ///< for the next try, after the connection was lost
};

/// Downloads one published file into a folder. What has arrived is kept in a `PartFile`, so that a later download goes on where
/// an earlier one ended, by whatever cause. The file gets its name when it has the published size and checksum, never before.
/// Everything happens in events of the thread that it lives in, none of which takes longer than some milliseconds, unless the
/// disk is slower than the network: then they wait for it.
class Download final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Download)
public:
    Download(PublishedFile file, std::filesystem::path folder, DownloadPatience patience = {}, QObject *parent = nullptr);
    /// Ends it without a signal; what has arrived is kept. Where all has and is being synced, this waits for the disk: on Linux,
    /// which began to write before, for the last 64 MB and what the disk lags behind; elsewhere for whatever of the file is not
    /// written.
    ~Download() override;

    /// Bytes that came over the network, those that could not be kept included.
    [[nodiscard]] std::int64_t received() const { return received_; }

public Q_SLOTS:
    /// Once.
    void start() { QTimer::singleShot(0, this, &Download::open); }
    /// Ends it at once with `cancelled`; what has arrived is kept.
    void cancel() { end(cancelled()); }

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
    /// At the published address: what it was sent on to may have expired.
    void ask_from_origin();
    void ask();
    void start_idle();
    void act(const Answer &answer);
    void redirect();
    void take_body();
    void end_answer();
    void lose_connection();
    void retry(const std::string &why, std::chrono::milliseconds wait = {});
    void verify();
    void end_sync(const Status &status);
    void end(const Result<std::filesystem::path> &result);
    /// Drops the part. False where the disk refuses: the download has ended then.
    bool begin_anew(PartOrigin origin);
    bool begin_anew() { return begin_anew({file_.url, {}, {}, 0}); }
    /// The same, because of what the server answers.
    bool replace_part(PartOrigin origin);
    void drop_reply();
    void report(bool is_waiting = false);
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
    Tries tries_{patience_};

    std::shared_ptr<HashedPart> part_; // shared with the thread that syncs it
    std::int64_t received_ = 0;
    std::int64_t total_ = 0;      // bytes of the whole file, 0 where it is not known
    std::int64_t since_idle_ = 0; // bytes since idle_ was started
    int redirects_ = 0;
    bool takes_body_ = false;   // of the present answer
    bool is_joined_ = false;    // of several answers
    bool was_anew_ = false;     // begun again after a wrong checksum
    bool was_replaced_ = false; // begun again because of an answer
    bool has_ended_ = false;
    std::jthread syncer_; // last: it uses the above
};

} // namespace ca
