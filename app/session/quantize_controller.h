// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/export_format.h"
#include "app/session/quantize_model.h"
#include "core/base/result.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <memory>

namespace ca {

class MainWindow;
class QuantizeDialog;
class Session;

/// The quantize dialog over the open model: what is chosen there is predicted, carried out and exported by the session. Outlived
/// by both that it is given.
class QuantizeController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(QuantizeController)
public:
    QuantizeController(MainWindow &window, Session &session, QObject *parent = nullptr);

    void export_to(const QString &file, ExportFormat format); ///< what was made last

private:
    void open();
    void start();
    void take_result(const std::shared_ptr<const Quantization> &made);
    void take_failure(const Error &error);
    void choose_file();

    MainWindow &window_;
    Session &session_;
    QPointer<QuantizeDialog> dialog_;
    QTimer settles_; ///< a choice that stands for a moment is predicted
    std::shared_ptr<const Quantization> made_;
};

} // namespace ca
