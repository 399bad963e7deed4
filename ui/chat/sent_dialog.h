// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QDialog>

#include <vector>

class QLabel;
class QListWidget;
class QPlainTextEdit;

namespace ca {

/// A request to a provider.
struct SentRequest {
    QDateTime when;
    QString to; ///< the provider, and its address
    QByteArray body;
};

/// What left this machine: each request, byte for byte.
class SentDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(SentDialog)
public:
    /// `note`: what else there is to know of them.
    SentDialog(std::vector<SentRequest> requests, const QString &note, QWidget *parent = nullptr);

private:
    void lay_out(const QString &note);
    void show_request(int row);
    void copy() const;

    std::vector<SentRequest> requests_; ///< the last first
    QListWidget *list_ = nullptr;
    QPlainTextEdit *body_ = nullptr;
    QLabel *size_ = nullptr;
};

} // namespace ca
