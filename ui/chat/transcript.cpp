// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/transcript.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTimerEvent>

#include <algorithm>
#include <limits>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMargin = 12, kGap = 10; // px around entries, between them
constexpr int kNearEnd = 8;            // px: still counts as its end
constexpr int kGuess = 60;             // px: of an entry that was not laid out yet
constexpr double kSlice = 8;           // ms of work at a time, half a frame

double since(const QElapsedTimer &clock)
{
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

int height_of(const QWidget &entry, int width)
{
    const int height = entry.heightForWidth(width);
    return height >= 0 ? height : entry.sizeHint().height();
}

} // namespace

Transcript::Transcript(QWidget *parent) : QScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    column_ = new QWidget;
    setWidget(column_);
    column_->setAutoFillBackground(false); // a scroll area turns it on, and the window's ground is not the pane's
    viewport()->setAutoFillBackground(false);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this] {
        if (!is_arranging_)
            follows_ = is_at_end();
    });
}

void Transcript::add(QWidget *entry)
{
    finish_filling();
    take(entry);
    arrange(0);
}

/// What is made later would come behind the whole window in the order of Tab.
void Transcript::take(QWidget *entry)
{
    QWidget *last = last_in_tab_order_ ? last_in_tab_order_ : this;
    while (isAncestorOf(last->nextInFocusChain()))
        last = last->nextInFocusChain();
    entry->setParent(column_);
    for (QWidget *widget : entry->findChildren<QWidget *>()) {
        if (!(widget->focusPolicy() & Qt::TabFocus))
            continue;
        setTabOrder(last, widget);
        last = widget;
    }
    last_in_tab_order_ = last;
    entry->resize(width_for_entries(), kGuess);
    rows_.push_back({entry, 0, kGuess});
}

void Transcript::fill(std::size_t count, std::function<QWidget *(std::size_t)> make)
{
    clear();
    make_ = std::move(make);
    to_make_ = count;
    make_until(kSlice);
    if (count == 0)
        Q_EMIT filled();
}

void Transcript::finish_filling()
{
    make_until(std::numeric_limits<double>::infinity());
}

void Transcript::make_until(double milliseconds)
{
    if (made_ == to_make_)
        return;
    QElapsedTimer clock;
    clock.start();
    while (made_ < to_make_ && since(clock) < milliseconds)
        take(make_(made_++));
    work_later();
    if (made_ < to_make_)
        return;
    make_ = nullptr;
    arrange(0);
    Q_EMIT filled();
}

void Transcript::remove_last()
{
    rows_.back().entry->hide();
    rows_.back().entry->deleteLater(); // it may be what asked for this
    rows_.pop_back();
    arrange(0);
}

void Transcript::clear()
{
    while (!rows_.empty()) {
        rows_.back().entry->hide();
        rows_.back().entry->deleteLater();
        rows_.pop_back();
    }
    made_ = to_make_ = 0;
    follows_ = true;
    arrange(0);
}

std::vector<QWidget *> Transcript::entries() const
{
    std::vector<QWidget *> entries;
    for (const Row &row : rows_)
        entries.push_back(row.entry);
    return entries;
}

bool Transcript::is_at_end() const
{
    return verticalScrollBar()->value() >= verticalScrollBar()->maximum() - kNearEnd;
}

void Transcript::scroll_to_end()
{
    follows_ = true;
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

/// Room for the bar is kept free, so that nothing moves when it is needed.
int Transcript::width_for_entries() const
{
    return std::max(1, width() - verticalScrollBar()->sizeHint().width() - 2 * kMargin);
}

/// First and one behind the last of the rows that are seen, with a page around them.
std::pair<std::size_t, std::size_t> Transcript::rows_in_sight() const
{
    const int page = viewport()->height();
    const int top = follows_ && !rows_.empty() ? rows_.back().y + rows_.back().height - page : verticalScrollBar()->value();
    const auto below = [](int y, const Row &row) { return y < row.y; };
    const auto first = std::upper_bound(rows_.begin(), rows_.end(), top - page, below);
    const auto last = std::upper_bound(first, rows_.end(), top + 2 * page, below);
    const auto begin = std::max<std::ptrdiff_t>(0, first - rows_.begin() - 1);
    return {static_cast<std::size_t>(begin), static_cast<std::size_t>(last - rows_.begin())};
}

/// Rows in sight are laid out now, others for `milliseconds`, and the rest later.
void Transcript::arrange(double milliseconds)
{
    if (is_arranging_)
        return;
    is_arranging_ = true;
    const int width = width_for_entries();
    const int value = verticalScrollBar()->value();
    const auto anchor = std::find_if(rows_.begin(), rows_.end(), [&](const Row &row) { return row.y + row.height > value; });
    const int above = anchor == rows_.end() ? 0 : value - anchor->y;

    stack();
    const auto [first, last] = rows_in_sight();
    QElapsedTimer clock;
    clock.start();
    bool is_whole = true;
    for (std::size_t i = rows_.size(); i-- > 0;) {
        Row &row = rows_[i];
        const bool is_now = row.width == width || (i >= first && i < last) || since(clock) < milliseconds;
        is_whole = is_whole && is_now;
        if (!is_now)
            continue;
        if (row.width == 0)
            row.entry->show(); // not before: it would be laid out in whatever place it has
        row.width = width;
        row.height = height_of(*row.entry, width); // layouts remember it while nothing of them changes
    }
    put_in_place();
    verticalScrollBar()->setValue(follows_ || anchor == rows_.end() ? verticalScrollBar()->maximum() : anchor->y + above);
    is_arranging_ = false;
    if (!is_whole)
        work_later();
}

/// One under the other; the height of all.
int Transcript::stack()
{
    int y = kMargin;
    for (Row &row : rows_) {
        row.y = y;
        y += row.height + kGap;
    }
    return y - kGap + kMargin;
}

void Transcript::put_in_place()
{
    const int height = stack();
    for (const Row &row : rows_) {
        const QRect place(kMargin, row.y, row.width, row.height); // its old width, while it waits: another would be a layout
        if (row.width > 0 && row.entry->geometry() != place)
            row.entry->setGeometry(place);
    }
    column_->resize(viewport()->width(), std::max(height, viewport()->height()));
}

void Transcript::work_later()
{
    if (timer_ == 0)
        timer_ = startTimer(0);
}

void Transcript::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != timer_) {
        QScrollArea::timerEvent(event);
        return;
    }
    killTimer(timer_);
    timer_ = 0;
    if (made_ < to_make_)
        make_until(kSlice);
    else
        arrange(kSlice);
}

bool Transcript::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == column_ && event->type() == QEvent::LayoutRequest)
        arrange(0);
    return QScrollArea::eventFilter(watched, event);
}

void Transcript::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    arrange(0);
}

void Transcript::keyPressEvent(QKeyEvent *event)
{
    QScrollBar *bar = verticalScrollBar();
    if (event->key() == Qt::Key_Home)
        bar->setValue(bar->minimum());
    else if (event->key() == Qt::Key_End)
        bar->setValue(bar->maximum());
    else
        QScrollArea::keyPressEvent(event);
}

} // namespace ca
