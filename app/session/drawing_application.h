// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <memory>

class QImage;

namespace ca {

/// What draws and has no window lives beside one of these: where no application object exists, it is one without a display, quiet
/// on standard error, for as long as it lives. On the main thread.
class DrawingApplication {
    Q_DISABLE_COPY_MOVE(DrawingApplication)
public:
    DrawingApplication();
    ~DrawingApplication();

    /// Not where an application without graphics is running.
    [[nodiscard]] bool can_draw() const;

private:
    struct Own;
    std::unique_ptr<Own> own_;
};

/// The file's bytes; empty where Qt has no PNG writer.
[[nodiscard]] QByteArray png_bytes(const QImage &image);

} // namespace ca
