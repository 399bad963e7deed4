// SPDX-License-Identifier: GPL-3.0-or-later
// The events of the main window: colours of the system, files that hang over it, closing.
#include "ui/main_window.h"

#include "ui/common/dropped_file.h"
#include "ui/common/status_strip.h"
#include "ui/common/style_sheet.h"
#include "ui/model_picker/model_picker.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QGuiApplication>

namespace ca {

void MainWindow::apply_theme()
{
    // The application's palette is the system's; the window's own is ours, so that the two can be told apart.
    const Theme &theme = theme_of(QGuiApplication::palette());
    setStyleSheet(style_sheet(theme)); // first: it puts back the palette from before an earlier sheet
    setPalette(palette_of(theme));
}

bool MainWindow::event(QEvent *event)
{
    // Qt 6.4 hands this one to event() only, not to changeEvent().
    if (event->type() == QEvent::ApplicationPaletteChange)
        apply_theme();
    return QWidget::event(event);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    Q_EMIT closing();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    const DroppedFile dropped = dropped_file(*event->mimeData());
    if (studies()) {
        strip_->warn(tr("A study is running. Stop it before you open another model."));
        event->ignore();
    } else if (dropped.file.isEmpty()) {
        strip_->warn(dropped.reason);
        event->ignore();
    } else {
        picker().arm_drop(picker().mapFrom(this, event->position().toPoint()));
        event->acceptProposedAction();
    }
}

void MainWindow::dragMoveEvent(QDragMoveEvent *event)
{
    picker().arm_drop(picker().mapFrom(this, event->position().toPoint()));
    event->acceptProposedAction();
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent *)
{
    picker().disarm_drop();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    picker().disarm_drop();
    const DroppedFile dropped = dropped_file(*event->mimeData());
    if (dropped.file.isEmpty() || studies())
        return;
    event->acceptProposedAction();
    const QString model = picker().drop_target(picker().mapFrom(this, event->position().toPoint()));
    if (model.isEmpty())
        Q_EMIT model_dropped(dropped.file);
    else
        Q_EMIT weights_dropped(model, dropped.file);
}

} // namespace ca
