// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/drawing_application.h"

#include <QApplication>
#include <QBuffer>
#include <QImage>

#include <array>
#include <iostream>

namespace ca {
namespace {

/// Qt warns on standard error of what a drawing without a display does not need (run-time folder, size hints). Why it ends the
/// process is said.
class QuietQt {
    Q_DISABLE_COPY_MOVE(QuietQt)
public:
    QuietQt() = default;
    ~QuietQt() { qInstallMessageHandler(before_); }

private:
    QtMessageHandler before_ = qInstallMessageHandler([](QtMsgType type, const QMessageLogContext &, const QString &text) {
        if (type == QtFatalMsg)
            std::cerr << text.toStdString() << std::endl;
    });
};

} // namespace

/// Qt keeps references to the arguments as long as the application lives.
struct DrawingApplication::Own {
    QuietQt quiet;
    std::array<char, 18> name{"compression-agent"};
    std::array<char, 10> option{"-platform"};
    std::array<char, 10> platform{"offscreen"};
    std::array<char *, 4> arguments{name.data(), option.data(), platform.data(), nullptr};
    int count = 3;
    QApplication application{count, arguments.data()};
};

DrawingApplication::DrawingApplication() : own_(QCoreApplication::instance() ? nullptr : std::make_unique<Own>()) { }

DrawingApplication::~DrawingApplication() = default;

bool DrawingApplication::can_draw() const
{
    return qobject_cast<QApplication *>(QCoreApplication::instance()) != nullptr;
}

QByteArray png_bytes(const QImage &image)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    return image.save(&buffer, "PNG") ? bytes : QByteArray();
}

} // namespace ca
