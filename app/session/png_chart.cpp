// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/png_chart.h"

#include "core/base/atomic_file.h"
#include "ui/common/theme.h"
#include "ui/pareto/pareto_image.h"

#include <QApplication>
#include <QBuffer>

#include <array>
#include <iostream>
#include <memory>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize kSize{960, 600}; // as pareto.svg
constexpr double kScale = 2;

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

/// Qt keeps references to the arguments as long as the application lives.
struct OffscreenApplication {
    QuietQt quiet;
    std::array<char, 18> name{"compression-agent"};
    std::array<char, 10> option{"-platform"};
    std::array<char, 10> platform{"offscreen"};
    std::array<char *, 4> arguments{name.data(), option.data(), platform.data(), nullptr};
    int count = 3;
    QApplication application{count, arguments.data()};
};

} // namespace

Status write_pareto_png(const Study &study, const std::filesystem::path &file)
{
    std::unique_ptr<OffscreenApplication> own;
    if (!QCoreApplication::instance())
        own = std::make_unique<OffscreenApplication>();
    if (!qobject_cast<QApplication *>(QCoreApplication::instance()))
        return fail(ErrorCode::failed,
                    "The chart " + file.string() + " was not drawn: this process has no graphics. pareto.svg is the same chart.");
    const QImage image = pareto_image(pareto_points(study), QString::fromStdString(study.name), light_theme(), kSize, kScale);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return fail(ErrorCode::failed,
                    "The chart " + file.string() + " was not drawn: Qt has no PNG writer here. pareto.svg is the same chart.");
    const auto written = write_file(file, std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    return written ? Status{} : forward(written);
}

} // namespace ca
