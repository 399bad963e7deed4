// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/sent_dialog.h"

#include "ui/common/button.h"
#include "ui/common/words.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kUsual{760, 520};
constexpr int kListWidth = 220; // px

/// As it was sent, with control characters by their numbers.
QString shown_bytes(const QByteArray &body)
{
    QString text;
    for (const QChar character : QString::fromUtf8(body)) {
        const bool is_shown = character == u'\n' || character == u'\t' || character.category() != QChar::Other_Control;
        text += is_shown ? QString(character) : u"\\u%1"_s.arg(character.unicode(), 4, 16, QChar(u'0'));
    }
    return text;
}

} // namespace

SentDialog::SentDialog(std::vector<SentRequest> requests, const QString &note, QWidget *parent)
    : QDialog(parent), requests_(std::move(requests))
{
    setObjectName(u"sent_dialog"_s);
    setWindowTitle(tr("What left this machine"));
    resize(kUsual);
    std::reverse(requests_.begin(), requests_.end());
    list_ = new QListWidget;
    list_->setObjectName(u"sent_list"_s);
    list_->setAccessibleName(tr("Requests, the last first"));
    list_->setFixedWidth(kListWidth);
    for (const SentRequest &request : requests_)
        list_->addItem(
            u"%1\n%2"_s.arg(QLocale().toString(request.when.time(), u"HH:mm:ss"_s), words::clean(request.to.toStdString())));
    body_ = new QPlainTextEdit;
    body_->setObjectName(u"sent_body"_s);
    body_->setAccessibleName(tr("The request, byte for byte"));
    body_->setReadOnly(true);
    body_->setPlaceholderText(tr("The advisor that needs no network sends nothing."));
    body_->setTabChangesFocus(true);
    body_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    size_ = new QLabel;
    size_->setObjectName(u"sent_size"_s);
    size_->setProperty("role", "dim");
    lay_out(note);
    connect(list_, &QListWidget::currentRowChanged, this, &SentDialog::show_request);
    list_->setCurrentRow(requests_.empty() ? -1 : 0);
    show_request(list_->currentRow());
}

void SentDialog::lay_out(const QString &note)
{
    auto *explanation = new QLabel(note);
    explanation->setObjectName(u"sent_note"_s);
    explanation->setProperty("role", "dim");
    explanation->setTextFormat(Qt::PlainText);
    explanation->setWordWrap(true);
    auto *copies = make_button(u"sent_copy"_s, tr("Copy"), tr("Copy this request"));
    copies->setEnabled(!requests_.empty());
    connect(copies, &QPushButton::clicked, this, &SentDialog::copy);
    auto *closes = make_button(u"sent_close"_s, tr("Close"), tr("Close"));
    connect(closes, &QPushButton::clicked, this, &QDialog::accept);
    auto *middle = new QHBoxLayout;
    middle->setSpacing(8);
    middle->addWidget(list_);
    middle->addWidget(body_, 1);
    auto *foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(size_, 1);
    foot->addWidget(copies);
    foot->addWidget(closes);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(explanation);
    column->addLayout(middle, 1);
    column->addLayout(foot);
}

void SentDialog::show_request(int row)
{
    const bool is_there = row >= 0 && static_cast<std::size_t>(row) < requests_.size();
    const QByteArray body = is_there ? requests_[static_cast<std::size_t>(row)].body : QByteArray();
    body_->setPlainText(shown_bytes(body));
    size_->setText(is_there ? tr("%1 bytes").arg(words::grouped(static_cast<std::uint64_t>(body.size())))
                            : tr("Nothing was sent since the program began."));
}

void SentDialog::copy() const
{
    const int row = list_->currentRow();
    if (row >= 0)
        QGuiApplication::clipboard()->setText(QString::fromUtf8(requests_[static_cast<std::size_t>(row)].body));
}

} // namespace ca
