// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>

#include <memory>

namespace ca::report {

class ReportPages;

/// Pages one under the other as they will be printed, at any zoom. The wheel with Ctrl zooms, Page Up and Page Down turn pages.
class PageView final : public QAbstractScrollArea {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PageView)
public:
    explicit PageView(QWidget *parent = nullptr);
    ~PageView() override;

    void set_pages(std::shared_ptr<const ReportPages> pages);
    [[nodiscard]] int count() const;
    [[nodiscard]] int current() const; ///< the page in the middle of the view, from 0
    void show_page(int page);

    [[nodiscard]] double zoom() const { return zoom_; } ///< 1: as large as on paper on a screen of 96 dots an inch
    void set_zoom(double zoom);
    void step_zoom(int steps); ///< of a quarter more or less each
    void fit_width();          ///< and stays fitted when the view is resized

Q_SIGNALS:
    void zoom_changed(double zoom);
    void current_changed(int page);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    [[nodiscard]] QRectF place_of(int page) const; ///< in the viewport
    [[nodiscard]] QSizeF page_size() const;        ///< pixels
    void apply_zoom(double zoom);
    void refresh_bars();
    void tell_current();

    std::shared_ptr<const ReportPages> pages_;
    double zoom_ = 1;
    bool fitted_ = true;
    int told_ = -1;
};

} // namespace ca::report
