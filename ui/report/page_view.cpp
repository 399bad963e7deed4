// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/page_view.h"

#include "ui/report/paper.h"
#include "ui/report/report_pages.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kGap = 16; // pixels around the pages
constexpr double kPixelsPerUnit = 96.0 / kUnitsPerInch;
constexpr double kLeastZoom = 0.25, kMostZoom = 4;

} // namespace

PageView::PageView(QWidget *parent) : QAbstractScrollArea(parent)
{
    setObjectName(QStringLiteral("report_pages"));
    setAccessibleName(tr("Pages of the report"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Window);
    viewport()->setAutoFillBackground(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // so that fitting the width does not go back and forth
}

PageView::~PageView() = default;

void PageView::set_pages(std::shared_ptr<const ReportPages> pages)
{
    pages_ = std::move(pages);
    told_ = -1;
    verticalScrollBar()->setValue(0);
    if (fitted_)
        fit_width();
    refresh_bars();
    tell_current();
}

int PageView::count() const
{
    return pages_ ? static_cast<int>(pages_->count()) : 0;
}

QSizeF PageView::page_size() const
{
    return QSizeF(kPageWidth, kPageHeight) * (kPixelsPerUnit * zoom_);
}

QRectF PageView::place_of(int page) const
{
    const QSizeF size = page_size();
    const double left = std::max(kGap, (viewport()->width() - size.width()) / 2) - horizontalScrollBar()->value();
    const double top = kGap + page * (size.height() + kGap) - verticalScrollBar()->value();
    return {QPointF(std::round(left), std::round(top)), size};
}

int PageView::current() const
{
    const double middle = verticalScrollBar()->value() + viewport()->height() / 2.0;
    const int page = static_cast<int>((middle - kGap / 2) / (page_size().height() + kGap));
    return std::clamp(page, 0, std::max(0, count() - 1));
}

void PageView::show_page(int page)
{
    verticalScrollBar()->setValue(static_cast<int>(page * (page_size().height() + kGap)));
}

void PageView::set_zoom(double zoom)
{
    fitted_ = false;
    apply_zoom(zoom);
}

void PageView::step_zoom(int steps)
{
    set_zoom(zoom_ * std::pow(1.25, steps));
}

void PageView::fit_width()
{
    fitted_ = true;
    apply_zoom((viewport()->width() - 2 * kGap) / (kPageWidth * kPixelsPerUnit));
}

/// What is at the view's upper edge stays there.
void PageView::apply_zoom(double zoom)
{
    const double before = page_size().height() + kGap, place = verticalScrollBar()->value() / before;
    zoom_ = std::clamp(zoom, kLeastZoom, kMostZoom);
    refresh_bars();
    verticalScrollBar()->setValue(static_cast<int>(std::lround(place * (page_size().height() + kGap))));
    viewport()->update();
    Q_EMIT zoom_changed(zoom_);
    tell_current();
}

void PageView::refresh_bars()
{
    const QSizeF size = page_size();
    const auto whole = static_cast<int>(std::ceil(kGap + count() * (size.height() + kGap)));
    const auto wide = static_cast<int>(std::ceil(size.width() + 2 * kGap));
    verticalScrollBar()->setRange(0, std::max(0, whole - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(40);
    horizontalScrollBar()->setRange(0, fitted_ ? 0 : std::max(0, wide - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(40);
}

void PageView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    const double scale = kPixelsPerUnit * zoom_;
    for (int page = 0; page < count(); ++page) {
        const QRectF place = place_of(page);
        if (!place.intersects(event->rect()))
            continue;
        painter.save();
        painter.setClipRect(place);
        painter.fillRect(place, paper_theme().panel);
        painter.translate(place.topLeft());
        painter.scale(scale, scale);
        pages_->paint(painter, static_cast<std::size_t>(page));
        painter.restore();
        painter.setPen(theme_of(palette()).line);
        painter.drawRect(place);
    }
}

void PageView::resizeEvent(QResizeEvent *)
{
    if (fitted_)
        fit_width();
    else
        refresh_bars();
    tell_current();
}

void PageView::wheelEvent(QWheelEvent *event)
{
    if (!event->modifiers().testFlag(Qt::ControlModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    if (event->angleDelta().y() != 0)
        step_zoom(event->angleDelta().y() > 0 ? 1 : -1);
    event->accept();
}

void PageView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Home)
        verticalScrollBar()->setValue(0);
    else if (event->key() == Qt::Key_End)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void PageView::scrollContentsBy(int, int)
{
    viewport()->update();
    tell_current();
}

void PageView::tell_current()
{
    if (std::exchange(told_, current()) != current())
        Q_EMIT current_changed(current());
}

} // namespace ca::report
