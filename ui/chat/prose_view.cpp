// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/prose_view.h"

#include "ui/chat/chat_words.h"
#include "ui/chat/prose_writer.h"
#include "ui/common/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextDocument>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr QChar kMore = u'…'; // stands for what is not shown

} // namespace

ProseView::ProseView(Look look, const QString &accessible_name, QWidget *parent)
    : QTextBrowser(parent), look_(look), theme_(&theme_of(palette()))
{
    setAccessibleName(accessible_name);
    setFrameShape(QFrame::NoFrame);
    setAcceptDrops(false); // a dropped file is the window's
    viewport()->setAcceptDrops(false);
    viewport()->setAutoFillBackground(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // All of it is seen, so it never scrolls; a text edit would, to its cursor, before it has been given its height.
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this] { verticalScrollBar()->setRange(0, 0); });
    // Text changes its height with another font too, which nobody else would hear of.
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, [this] {
        if (!is_wrapping_)
            updateGeometry();
    });
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    document()->setDocumentMargin(0);
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a fixed one would hold it to the height of its last width
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        if (const QString reference = reference_of(url); !reference.isEmpty())
            Q_EMIT reference_activated(reference);
        else
            Q_EMIT link_activated(url);
    });
}

void ProseView::set_text(const std::vector<TextSpan> &spans)
{
    SpannedText text = spanned(spans);
    if (text.text.size() > kMostShown) {
        text.text.truncate(kMostShown);
        text.spans.resize(kMostShown);
        text.text.back() = kMore;
    }
    std::vector<Piece> wanted = cut(text);
    spans_ = spans;
    shown_ = text.text.size();
    QTextCursor edit(document());
    edit.beginEditBlock(); // which is laid out once, at its end
    // What stands there already stays: of a long answer that has ended, only paragraphs with figures are written again.
    std::size_t same = 0;
    int block = 0;
    for (; same < std::min(pieces_.size(), wanted.size()) && pieces_[same].source.text == wanted[same].source.text; ++same) {
        const bool stays = pieces_[same].is_final && !has_figures(pieces_[same]) && !has_figures(wanted[same]);
        pieces_[same].source = std::move(wanted[same].source);
        pieces_[same].is_final = true;
        if (!stays)
            write(pieces_[same], block);
        block += pieces_[same].blocks;
    }
    remove_from(same);
    for (; same < wanted.size(); ++same)
        write_at_end(std::move(wanted[same]));
    edit.endEditBlock();
    updateGeometry();
}

void ProseView::append(const QString &text)
{
    QString tamed = words::tame(text);
    if (tamed.isEmpty() || shown_ >= kMostShown)
        return;
    shown_ += tamed.size();
    if (shown_ >= kMostShown)
        tamed = tamed.left(tamed.size() - (shown_ - kMostShown)) + kMore;
    if (pieces_.empty() || pieces_.back().is_final) {
        write_at_end({{tamed, {}}, false});
    } else {
        Piece &last = pieces_.back();
        last.source.text += tamed;
        QTextCursor cursor(document());
        cursor.movePosition(QTextCursor::End);
        cursor.insertText(tamed, plain_format(ink()));
        last.blocks += static_cast<int>(tamed.count(u'\n'));
    }
    if (end_of_paragraph(pieces_.back().source.text) > 0) {
        std::vector<Piece> ended = cut(pieces_.back().source);
        ended.back().is_final = end_of_paragraph(ended.back().source.text) > 0;
        remove_from(pieces_.size() - 1);
        for (Piece &piece : ended)
            write_at_end(std::move(piece));
    }
    updateGeometry();
}

std::vector<ProseView::Piece> ProseView::cut(const SpannedText &whole)
{
    std::vector<Piece> pieces;
    qsizetype begin = 0;
    while (begin < whole.text.size()) {
        const qsizetype found = end_of_paragraph(QStringView(whole.text).mid(begin));
        const qsizetype length = found > 0 ? found : whole.text.size() - begin;
        Piece piece{{whole.text.mid(begin, length), {}}, true};
        if (!whole.spans.empty())
            piece.source.spans.assign(whole.spans.begin() + begin, whole.spans.begin() + begin + length);
        pieces.push_back(std::move(piece));
        begin += length;
    }
    return pieces;
}

bool ProseView::has_figures(const Piece &piece) const
{
    return std::any_of(piece.source.spans.begin(), piece.source.spans.end(),
                       [this](int span) { return spans_[static_cast<std::size_t>(span)].kind != TextSpan::Kind::plain; });
}

const QColor &ProseView::ink() const
{
    return look_ == Look::dim ? theme_->dim : theme_->ink;
}

/// In place of the blocks that it takes, the first of which is `block`.
void ProseView::write(Piece &piece, int block)
{
    QTextCursor cursor(document()->findBlockByNumber(block));
    cursor.beginEditBlock();
    const QTextBlock last = document()->findBlockByNumber(block + std::max(0, piece.blocks - 1));
    cursor.setPosition(last.position() + last.length() - 1, QTextCursor::KeepAnchor);
    cursor.removeSelectedText();
    cursor.setBlockCharFormat({});
    if (look_ != Look::markdown || !piece.is_final) {
        QString text = piece.source.text;
        if (piece.is_final && text.endsWith(u'\n'))
            text.chop(1); // the next piece begins a block
        piece.blocks = write_plain(cursor, text, ink());
    } else {
        piece.blocks = write_markdown(cursor, parse_markdown(piece.source), spans_, *theme_, font());
        ++rendered_;
    }
    piece.blocks = std::max(1, piece.blocks); // blank lines alone leave the empty one
    cursor.endEditBlock();
}

void ProseView::write_at_end(Piece piece)
{
    if (!pieces_.empty()) {
        QTextCursor cursor(document());
        cursor.movePosition(QTextCursor::End);
        cursor.insertBlock();
    }
    pieces_.push_back(std::move(piece));
    write(pieces_.back(), document()->blockCount() - 1);
}

void ProseView::remove_from(std::size_t piece)
{
    if (piece >= pieces_.size())
        return;
    QTextCursor cursor(document());
    if (piece > 0) {
        const QTextBlock before = document()->findBlockByNumber(first_block(piece) - 1);
        cursor.setPosition(before.position() + before.length() - 1);
    }
    cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
    cursor.removeSelectedText();
    pieces_.resize(piece);
}

int ProseView::first_block(std::size_t piece) const
{
    int block = 0;
    for (std::size_t i = 0; i < piece; ++i)
        block += pieces_[i].blocks;
    return block;
}

void ProseView::render_again()
{
    theme_ = &theme_of(palette());
    QTextCursor edit(document());
    edit.beginEditBlock();
    int block = 0;
    for (Piece &piece : pieces_) {
        write(piece, block);
        block += piece.blocks;
    }
    edit.endEditBlock();
    updateGeometry();
}

/// A document lays out all of itself when it is told its width, also one that it has.
void ProseView::wrap_at(int width) const
{
    is_wrapping_ = true; // who asks learns the height
    // The text edit may answer the first change by putting its own width back, when it has one that it was not laid out in yet.
    for (int tries = 0; tries < 2 && static_cast<int>(document()->textWidth()) != width; ++tries)
        document()->setTextWidth(width);
    is_wrapping_ = false;
}

int ProseView::ideal_width(int most)
{
    wrap_at(most);
    return std::min(most, static_cast<int>(std::ceil(document()->idealWidth())) + 1);
}

int ProseView::heightForWidth(int width) const
{
    wrap_at(width);
    return static_cast<int>(std::ceil(document()->size().height()));
}

QSize ProseView::sizeHint() const
{
    const int usual = std::max(1, width());
    return {usual, heightForWidth(usual)};
}

QSize ProseView::minimumSizeHint() const
{
    return {1, 1};
}

QVariant ProseView::loadResource(int, const QUrl &)
{
    return {};
}

void ProseView::resizeEvent(QResizeEvent *event)
{
    if (static_cast<int>(document()->textWidth()) != viewport()->width())
        QTextBrowser::resizeEvent(event); // else it would lay out everything whenever a line is added
}

void ProseView::wheelEvent(QWheelEvent *event)
{
    event->ignore(); // the transcript scrolls
}

void ProseView::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
    case Qt::Key_End:
    case Qt::Key_Space:
        event->ignore();
        return;
    default:
        QTextBrowser::keyPressEvent(event);
    }
}

void ProseView::changeEvent(QEvent *event)
{
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && &theme_of(palette()) != theme_)
        QMetaObject::invokeMethod(this, &ProseView::render_again, Qt::QueuedConnection);
}

} // namespace ca
