// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/provider/prices.h"

#include <QDialog>

#include <optional>
#include <vector>

class QLabel;
class QPushButton;
class QTableWidget;

namespace ca {

/// What models cost, as a table to be changed: the published prices, and over them the person's own.
class PriceDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PriceDialog)
public:
    PriceDialog(std::vector<Price> published, const std::vector<Price> &own, QWidget *parent = nullptr);

    /// The rows that are not as they were published. Complete while it can be saved.
    [[nodiscard]] std::vector<Price> own() const;

private:
    void make_table();
    void fill(const std::vector<Price> &own);
    void add_row(const Price &price);
    void add_model();
    void take_back();
    void check();
    void show_selected();
    [[nodiscard]] const Price *published(const std::string &model) const;
    /// Nothing where the row makes no price.
    [[nodiscard]] std::optional<Price> price_of(int row) const;
    void set_row(int row, const Price &price);

    std::vector<Price> published_;
    QTableWidget *table_ = nullptr;
    QPushButton *take_back_ = nullptr;
    QPushButton *save_ = nullptr;
    QLabel *problem_ = nullptr;
};

} // namespace ca
