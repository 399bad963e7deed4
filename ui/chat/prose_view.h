// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/markdown.h"

#include <QTextBrowser>

namespace ca {

struct Theme;

/// Text of a conversation, as high as it needs to be. Text that comes bit by bit is plain until its paragraph has ended, and only
/// what ended is laid out again. Nothing is ever loaded, and a link is only told of.
class ProseView final : public QTextBrowser {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProseView)
public:
    enum class Look { markdown, plain, dim /* plain, as secondary text */ };
    ProseView(Look look, const QString &accessible_name, QWidget *parent = nullptr);

    void set_text(const std::vector<TextSpan> &spans);
    void append(const QString &text);

    [[nodiscard]] int ideal_width(int most);                            ///< px, no more than `most`
    [[nodiscard]] int rendered_paragraphs() const { return rendered_; } ///< since the beginning; for those who count work

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    QVariant loadResource(int type, const QUrl &name) override;

Q_SIGNALS:
    void reference_activated(const QString &reference);
    void link_activated(const QUrl &url);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    static constexpr qsizetype kMostShown = 200'000; ///< letters: more than a model answers, and what stays quick to lay out

    /// A paragraph: what it was made of, and how many blocks of the document it takes.
    struct Piece {
        SpannedText source;
        bool is_final = false; ///< shown as Markdown
        int blocks = 0;
    };

    [[nodiscard]] const QColor &ink() const;
    [[nodiscard]] static std::vector<Piece> cut(const SpannedText &whole);
    [[nodiscard]] bool has_figures(const Piece &piece) const;
    void write(Piece &piece, int block);
    void write_at_end(Piece piece);
    void remove_from(std::size_t piece);
    [[nodiscard]] int first_block(std::size_t piece) const;
    void render_again();
    void wrap_at(int width) const;

    Look look_;
    std::vector<TextSpan> spans_; ///< that figures of the pieces refer to
    std::vector<Piece> pieces_;
    qsizetype shown_ = 0; ///< letters that were appended
    const Theme *theme_;  ///< that they are written in
    int rendered_ = 0;
    mutable bool is_wrapping_ = false;
};

} // namespace ca
