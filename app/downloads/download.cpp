// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/download.h"

#include "app/downloads/http_request.h"
#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/units.h"

#include <QNetworkReply>
#include <QNetworkRequest>
#include <QStorageInfo>

#include <algorithm>
#include <vector>

namespace ca {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashBlock = 4U << 20U; // bytes of the kept part hashed in one event: about 10 ms
constexpr qint64 kReadBuffer = 1 << 20;       // bytes that may wait in the reply
constexpr qint64 kBodyBlock = 256 * 1024;
constexpr std::int64_t kGrowth = 64 * 1024; // bytes that count as progress
constexpr int kMostRedirects = 10;
constexpr qint64 kReportInterval = 100; // ms

bool is_of(const PartOrigin &origin, const PublishedFile &file)
{
    return origin.url == file.url && (file.bytes == 0 || origin.total == 0 || origin.total == file.bytes);
}

std::string host_of(const QUrl &url)
{
    return url.host().toStdString();
}

} // namespace

Download::Download(PublishedFile file, fs::path folder, DownloadPatience patience, QObject *parent)
    : QObject(parent), file_(std::move(file)), folder_(std::move(folder)), patience_(patience)
{
    network_.setProxyFactory(system_proxies());
    idle_.setSingleShot(true);
    idle_.setInterval(patience_.idle);
    wait_.setSingleShot(true);
    wait_.setTimerType(Qt::PreciseTimer); // never earlier than a server asks
    connect(&idle_, &QTimer::timeout, this, [this] {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience_.idle);
        retry(host_of(url_) + " has sent nothing of " + file_.name + " for " + std::to_string(seconds.count()) + " seconds.");
    });
    connect(&wait_, &QTimer::timeout, this, &Download::ask);
}

Download::~Download()
{
    drop_reply();
}

void Download::start()
{
    QTimer::singleShot(0, this, &Download::open);
}

void Download::cancel()
{
    end(cancelled());
}

void Download::open()
{
    if (has_ended_)
        return;
    url_ = QUrl(QString::fromStdString(file_.url));
    if (!may_ask(url_))
        return end(
            fail(ErrorCode::unsafe, "The address " + file_.url + " is not a secure one (https); nothing is downloaded from it."));
    if (const auto made = make_writable_folder(folder_); !made)
        return end(forward(made));
    auto part = PartFile::open(folder_ / file_.name);
    if (!part)
        return end(forward(part));
    part_ = std::make_shared<PartFile>(std::move(*part));
    total_ = file_.bytes;
    const bool is_usable = is_of(part_->origin(), file_) && (file_.bytes == 0 || offset() <= file_.bytes);
    if (offset() > 0 && !is_usable && !begin_anew({file_.url, {}, {}, 0}))
        return;
    most_ = offset();
    is_joined_ = offset() > 0;
    hash_kept();
}

void Download::hash_kept()
{
    if (has_ended_)
        return;
    if (hashed_ == offset())
        return ask();
    std::vector<std::byte> block(kHashBlock);
    const auto got = part_->read(hashed_, block);
    if (!got)
        return end(forward(got));
    if (*got == 0)
        return end(fail(ErrorCode::unreadable, "What was downloaded of " + file_.name + " has been cut short. Start again."));
    hash_.add(std::span(block).first(*got));
    hashed_ += static_cast<std::int64_t>(*got);
    QTimer::singleShot(0, this, &Download::hash_kept);
}

Status Download::check_space() const
{
    const std::int64_t needed = total_ - offset();
    const qint64 available = QStorageInfo(QString::fromStdString(folder_.string())).bytesAvailable();
    if (needed <= 0 || available < 0 || available >= needed + needed / 10)
        return {};
    return fail(ErrorCode::unwritable,
                "Downloading " + file_.name + " takes " + to_text(bytes(needed + needed / 10)) + " in " + folder_.string()
                    + ", where " + to_text(bytes(available)) + " are free. Free some space and start again.");
}

void Download::ask()
{
    if (file_.bytes != 0 && offset() == file_.bytes)
        return verify();
    if (const auto room = check_space(); !room)
        return end(forward(room));
    takes_body_ = false;
    reply_ = network_.get(http_request(url_, offset(), part_->origin()));
    reply_->setReadBufferSize(kReadBuffer);
    // A second head: Qt asks once more by itself when the other side hangs up at certain moments, and that body begins elsewhere.
    connect(reply_, &QNetworkReply::metaDataChanged, this, [this] {
        if (takes_body_)
            retry("The connection to " + host_of(url_) + " was lost while downloading " + file_.name + ".");
    });
    connect(reply_, &QNetworkReply::readyRead, this, &Download::take_body);
    connect(reply_, &QNetworkReply::finished, this, &Download::end_answer);
    idle_.start();
}

void Download::look_at_head()
{
    act(judge(head_of(*reply_), {file_, offset(), part_->origin()}));
}

void Download::act(const Answer &answer)
{
    switch (answer.verdict) {
    case Verdict::append:
        is_joined_ = is_joined_ || offset() > 0;
        total_ = answer.total;
        takes_body_ = true;
        return;
    case Verdict::from_start: {
        const HttpHead head = head_of(*reply_);
        if (!begin_anew({file_.url, head.etag, head.last_modified, answer.total}))
            return;
        total_ = answer.total;
        takes_body_ = true;
        return;
    }
    case Verdict::complete:
        drop_reply();
        return verify();
    case Verdict::ask_whole:
        if (begin_anew({file_.url, {}, {}, 0}))
            retry(answer.why);
        return;
    case Verdict::redirect:
        return redirect();
    case Verdict::retry:
        return retry(answer.why, answer.wait);
    case Verdict::give_up:
        return end(fail(ErrorCode::unreadable, answer.why));
    }
}

void Download::redirect()
{
    const QUrl to = url_.resolved(QUrl::fromEncoded(reply_->rawHeader("Location")));
    drop_reply();
    if (!may_redirect(url_, to))
        return end(fail(ErrorCode::unsafe,
                        host_of(url_) + " sends the download of " + file_.name + " on to an address that is not secure ("
                            + clean_text(to.toString(QUrl::RemoveQuery | QUrl::RemoveUserInfo).toStdString())
                            + "). Check the network that this machine is in, or download it by hand from " + file_.url + "."));
    if (++redirects_ > kMostRedirects)
        return end(fail(ErrorCode::unreadable,
                        host_of(url_) + " sends the download of " + file_.name
                            + " around in circles. Try again later, or download it by hand from " + file_.url + "."));
    url_ = to;
    ask();
}

void Download::take_body()
{
    idle_.start();
    if (!takes_body_)
        look_at_head();
    while (takes_body_ && reply_ && reply_->bytesAvailable() > 0) {
        const QByteArray body = reply_->read(kBodyBlock);
        if (body.isEmpty())
            break;
        if (offset() + body.size() > (total_ != 0 ? total_ : kMostUnpublished)) {
            if (begin_anew({file_.url, {}, {}, 0}))
                end(fail(ErrorCode::unreadable,
                         host_of(url_) + " sends more than belongs to " + file_.name
                             + "; it was deleted. Try again later, or download it by hand from " + file_.url + "."));
            return;
        }
        received_ += body.size();
        const auto bytes = std::as_bytes(std::span(body.constData(), static_cast<std::size_t>(body.size())));
        if (const auto kept = part_->append(bytes); !kept)
            return end(forward(kept));
        hash_.add(bytes);
        rate_.add(body.size(), TransferRate::Clock::now());
        report();
    }
}

void Download::end_answer()
{
    const bool has_head = reply_->attribute(QNetworkRequest::HttpStatusCodeAttribute).isValid();
    if (!has_head)
        return lose_connection();
    take_body(); // the rest, and where there is no body its head
    if (!takes_body_ || !reply_)
        return;
    if (reply_->error() != QNetworkReply::NoError)
        return lose_connection();
    drop_reply();
    if (total_ != 0 && offset() < total_)
        return retry(host_of(url_) + " ended the download of " + file_.name + " too early.");
    verify();
}

void Download::lose_connection()
{
    const auto error = reply_->error();
    const std::string what = clean_text(reply_->errorString().toStdString());
    const std::string host = host_of(url_);
    if (error == QNetworkReply::SslHandshakeFailedError)
        return end(fail(ErrorCode::unreadable,
                        "The identity of " + host + " cannot be verified (" + what
                            + "). Check this machine's clock and the network that it is in."));
    const bool never_connected = error == QNetworkReply::HostNotFoundError || error == QNetworkReply::ConnectionRefusedError
        || error == QNetworkReply::UnknownNetworkError
        || (error >= QNetworkReply::ProxyConnectionRefusedError && error <= QNetworkReply::UnknownProxyError);
    if (never_connected && offset() <= most_ && tries_ == 0)
        return end(fail(ErrorCode::unreadable,
                        "There is no connection to " + host + " (" + what
                            + "). Check this machine's network and proxy, or download " + file_.name + " by hand from "
                            + file_.url + "."));
    retry("The connection to " + host + " was lost (" + what + ") while downloading " + file_.name + ".");
}

void Download::retry(const std::string &why, std::chrono::milliseconds wait)
{
    drop_reply();
    network_.clearConnectionCache(); // ends what Qt may have begun by itself
    if (offset() >= most_ + kGrowth) {
        tries_ = 0;
        most_ = offset();
    }
    if (tries_ >= patience_.tries)
        return end(fail(ErrorCode::unreadable, why + " Start the download again later; it goes on from where it is."));
    constexpr int kMostDoublings = 16;
    const auto doubled = patience_.first_wait * (1 << std::min(tries_, kMostDoublings));
    ++tries_;
    redirects_ = 0;
    url_ = QUrl(QString::fromStdString(file_.url)); // what it was sent on to may have expired
    wait_.start(std::max(wait, std::min(doubled, patience_.longest_wait)));
    report(true);
}

void Download::verify()
{
    if (!hash_.hex().starts_with(file_.sha256)) {
        const bool try_whole = is_joined_ && !was_anew_; // parts of two versions, or a part that a crash has damaged
        was_anew_ = true;
        if (!begin_anew({file_.url, {}, {}, 0}))
            return;
        if (try_whole)
            return ask();
        return end(fail(ErrorCode::bad_format,
                        "What " + host_of(url_) + " sends as " + file_.name
                            + " has another checksum than the published file: it was damaged on the way, or replaced. It was "
                              "deleted. Try again later, or download it by hand from "
                            + file_.url + "."));
    }
    syncer_ = std::jthread([this, part = part_] {
        const auto status = part->sync();
        QMetaObject::invokeMethod(
            this, [this, status] { end_sync(status); }, Qt::QueuedConnection);
    });
}

void Download::end_sync(const Status &status)
{
    if (has_ended_)
        return;
    if (!status)
        return end(forward(status));
    if (const auto kept = part_->keep(); !kept)
        return end(forward(kept));
    end(folder_ / file_.name);
}

bool Download::begin_anew(PartOrigin origin)
{
    hash_ = Sha256();
    is_joined_ = false;
    const auto begun = part_->begin(std::move(origin));
    if (!begun)
        end(forward(begun));
    return begun.has_value();
}

void Download::end(const Result<fs::path> &result)
{
    if (has_ended_)
        return;
    has_ended_ = true;
    drop_reply();
    wait_.stop();
    part_.reset();
    if (result)
        Q_EMIT succeeded(QString::fromStdString(result->string()));
    else
        Q_EMIT failed(result.error());
}

void Download::drop_reply()
{
    idle_.stop();
    takes_body_ = false;
    if (!reply_)
        return;
    reply_->disconnect(this);
    reply_->abort();
    reply_->deleteLater();
    reply_.clear();
}

void Download::report(bool is_waiting)
{
    const bool is_last = total_ != 0 && offset() == total_;
    if (!is_waiting && !is_last && last_report_.isValid() && last_report_.elapsed() < kReportInterval)
        return;
    last_report_.start();
    Q_EMIT progressed({offset(), total_, is_waiting ? 0 : rate_.per_second(), is_waiting});
}

} // namespace ca
