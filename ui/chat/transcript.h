// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QScrollArea>

#include <functional>
#include <vector>

namespace ca {

/// Entries of a conversation one under the other. It stays at its end while somebody writes there, and where the person scrolled
/// to otherwise; entries that are out of sight are laid out when there is time.
class Transcript final : public QScrollArea {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Transcript)
public:
    explicit Transcript(QWidget *parent = nullptr);

    void add(QWidget *entry); ///< at the end
    /// `make(i)` makes the i-th of `count` entries, a few at a time; `filled` says when. What is added before that has them made
    /// at once.
    void fill(std::size_t count, std::function<QWidget *(std::size_t)> make);
    void finish_filling();
    void remove_last();
    void clear();
    [[nodiscard]] std::vector<QWidget *> entries() const;
    void scroll_to_end();
    [[nodiscard]] bool is_at_end() const;

Q_SIGNALS:
    void filled();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void timerEvent(QTimerEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Row {
        QWidget *entry;
        int y = 0, height = 0;
        int width = 0; ///< that it was laid out in
    };

    void make_until(double milliseconds);
    void take(QWidget *entry);
    void arrange(double milliseconds);
    [[nodiscard]] std::pair<std::size_t, std::size_t> rows_in_sight() const;
    [[nodiscard]] int width_for_entries() const;
    int stack();
    void put_in_place();
    void work_later();

    QWidget *column_ = nullptr;
    QPointer<QWidget> last_in_tab_order_; ///< of what is in here
    std::vector<Row> rows_;
    std::function<QWidget *(std::size_t)> make_;
    std::size_t made_ = 0, to_make_ = 0;
    int timer_ = 0;       ///< of work that is left; 0: there is none
    bool follows_ = true; ///< stays at the end
    bool is_arranging_ = false;
};

} // namespace ca
