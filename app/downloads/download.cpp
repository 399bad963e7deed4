// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/download.h"

#include "app/downloads/download_errors.h"
#include "app/downloads/http_request.h"
#include "core/base/atomic_file.h"
#include "core/base/json.h"

#include <QNetworkReply>
#include <QNetworkRequest>

#include <algorithm>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr qint64 kReadBuffer = 1 << 20; // bytes that may wait in the reply
constexpr qint64 kBodyBlock = 256 * 1024;
constexpr int kMostRedirects = 10;
constexpr qint64 kReportInterval = 100; // ms

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
        retry(host_of(url_) + " has sent next to nothing of " + file_.name + " for " + std::to_string(seconds.count())
              + " seconds.");
    });
    connect(&wait_, &QTimer::timeout, this, &Download::ask_from_origin);
}

Download::~Download()
{
    drop_reply();
}

void Download::open()
{
    if (has_ended_)
        return;
    url_ = QUrl(QString::fromStdString(file_.url));
    if (!may_ask(url_))
        return end(address_not_secure(file_));
    if (const auto made = make_writable_folder(folder_); !made)
        return end(forward(made));
    auto part = HashedPart::open(folder_ / file_.name);
    if (!part)
        return end(forward(part));
    part_ = std::make_shared<HashedPart>(std::move(*part));
    total_ = file_.bytes;
    if (offset() > 0 && !may_be_part({file_, offset(), part_->origin()}) && !begin_anew())
        return;
    tries_.count_anew(offset());
    is_joined_ = offset() > 0;
    hash_kept();
}

void Download::hash_kept()
{
    if (has_ended_)
        return;
    const auto hashed = part_->hash_some();
    if (!hashed)
        return end(forward(hashed));
    if (!*hashed)
        return ask_from_origin();
    QTimer::singleShot(0, this, &Download::hash_kept);
}

void Download::ask_from_origin()
{
    redirects_ = 0;
    url_ = QUrl(QString::fromStdString(file_.url));
    ask();
}

void Download::ask()
{
    if (file_.bytes != 0 && offset() == file_.bytes)
        return verify();
    if (const auto room = part_->check_room(total_); !room)
        return end(forward(room));
    reply_ = network_.get(http_request(url_, offset(), part_->origin()));
    reply_->setReadBufferSize(kReadBuffer);
    // A second head: Qt asks once more by itself when the other side hangs up at certain moments, and that body begins elsewhere.
    connect(reply_, &QNetworkReply::metaDataChanged, this, [this] {
        if (takes_body_)
            retry("The connection to " + host_of(url_) + " was lost while downloading " + file_.name + ".");
    });
    connect(reply_, &QNetworkReply::readyRead, this, &Download::take_body);
    connect(reply_, &QNetworkReply::finished, this, &Download::end_answer);
    start_idle();
}

void Download::start_idle()
{
    since_idle_ = 0;
    idle_.start();
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
        const AnswerHead head = head_of(*reply_);
        if (!replace_part({file_.url, head.etag, head.last_modified, answer.total}))
            return;
        total_ = answer.total;
        takes_body_ = true;
        return;
    }
    case Verdict::complete:
        drop_reply();
        return verify();
    case Verdict::ask_whole:
        if (replace_part({file_.url, {}, {}, 0}))
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
        return end(sent_on_to_insecure(file_, url_, to));
    if (++redirects_ > kMostRedirects)
        return end(sent_in_circles(file_, url_));
    url_ = to;
    ask();
}

void Download::take_body()
{
    if (!takes_body_)
        act(judge(head_of(*reply_), {file_, offset(), part_->origin()}));
    while (takes_body_ && reply_ && reply_->bytesAvailable() > 0) {
        const QByteArray body = reply_->read(kBodyBlock);
        if (body.isEmpty())
            break;
        if (offset() + body.size() > (total_ != 0 ? total_ : kMostUnpublished)) {
            if (begin_anew())
                end(too_much_sent(file_, url_));
            return;
        }
        received_ += body.size();
        since_idle_ += body.size();
        if (since_idle_ >= kGrowth)
            start_idle();
        const auto bytes = std::as_bytes(std::span(body.constData(), static_cast<std::size_t>(body.size())));
        if (const auto kept = part_->append(bytes); !kept)
            return end(forward(kept));
        rate_.add(body.size(), TransferRate::Clock::now());
        report();
    }
}

void Download::end_answer()
{
    if (!reply_->attribute(QNetworkRequest::HttpStatusCodeAttribute).isValid()) // it has no head
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
    if (reply_->error() == QNetworkReply::SslHandshakeFailedError)
        return end(identity_unknown(*reply_, url_));
    if (never_connected(*reply_) && tries_.is_first(offset()))
        return end(no_connection(file_, *reply_, url_));
    const std::string what = clean_text(reply_->errorString().toStdString());
    retry("The connection to " + host_of(url_) + " was lost (" + what + ") while downloading " + file_.name + ".");
}

void Download::retry(const std::string &why, std::chrono::milliseconds wait)
{
    drop_reply();
    network_.clearConnectionCache(); // ends what Qt may have begun by itself
    const auto next = tries_.next(offset());
    if (!next)
        return end(fail(ErrorCode::unreadable, why + " Start the download again later; it goes on from where it is."));
    wait_.start(std::max(wait, *next));
    report(true);
}

void Download::verify()
{
    if (!part_->matches(file_.sha256)) {
        const bool try_whole = is_joined_ && !was_anew_; // parts of two versions, or a part that a crash has damaged
        was_anew_ = true;
        if (!begin_anew())
            return;
        if (!try_whole)
            return end(checksum_differs(file_, url_));
        tries_.count_anew(offset());
        return ask_from_origin();
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
    is_joined_ = false;
    if (const auto begun = part_->begin(std::move(origin)); !begun)
        end(forward(begun));
    return !has_ended_;
}

bool Download::replace_part(PartOrigin origin)
{
    const bool is_first = offset() > 0 && !std::exchange(was_replaced_, true);
    if (!begin_anew(std::move(origin)))
        return false;
    if (is_first) // each time, and a server that never sends the rest would be asked for ever
        tries_.count_anew(offset());
    return true;
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
