// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/price_dialog.h"

#include "ui/common/button.h"
#include "ui/common/words.h"
#include "ui/settings/provider_fields.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

enum Column { kModel, kInput, kOutput, kCached, kCacheWritten, kOrigin, kColumns };

QString text_of(std::optional<double> dollars)
{
    return dollars ? QString::number(*dollars, 'g', 10) : QString();
}

/// Nothing for what is no amount.
std::optional<double> amount(const QString &text)
{
    bool is_number = false;
    const double value = QString(text).replace(u',', u'.').trimmed().toDouble(&is_number);
    return is_number && value >= 0 && value <= 1e6 ? std::optional(value) : std::nullopt;
}

QTableWidgetItem *cell(const QString &text, bool is_number, bool can_be_changed)
{
    auto *item = new QTableWidgetItem(text);
    if (is_number)
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    if (!can_be_changed)
        item->setFlags(item->flags() & ~Qt::ItemIsEditable);
    return item;
}

} // namespace

PriceDialog::PriceDialog(std::vector<Price> published, const std::vector<Price> &own, QWidget *parent)
    : QDialog(parent), published_(std::move(published)), table_(new QTableWidget(0, kColumns))
{
    setObjectName(u"price_dialog"_s);
    setAttribute(Qt::WA_WindowPropagation); // colours and font of the window
    setWindowTitle(tr("What models cost"));
    make_table();
    problem_ = make_note(u"price_problem"_s);
    auto *unit = make_note(u"price_unit"_s);
    unit->setText(
        tr("US dollars for a million tokens, as the vendors published them in %1. An empty price of the cache: as other "
           "tokens; of Claude models, a tenth from the cache and 1.25 times into it.")
            .arg(words::from(std::string(PriceTable::date()))));
    auto *add = make_button(u"price_add"_s, tr("Add a model"), tr("Add a model to the table"));
    take_back_ = make_button(u"price_take_back"_s, tr("Take back"), tr("Take back what was entered for the model"));
    auto *cancel = make_button(u"price_cancel"_s, tr("Cancel"), tr("Leave everything as it is"));
    save_ = make_button(u"price_save"_s, tr("Save"), tr("Keep these prices"));
    auto *foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(add);
    foot->addWidget(take_back_);
    foot->addWidget(make_dialog_foot(*this, cancel, save_), 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(unit);
    column->addWidget(table_, 1);
    column->addWidget(problem_);
    column->addLayout(foot);
    resize(680, 520); // px
    fill(own);
    connect(add, &QPushButton::clicked, this, &PriceDialog::add_model);
    connect(take_back_, &QPushButton::clicked, this, &PriceDialog::take_back);
    connect(table_, &QTableWidget::itemChanged, this, &PriceDialog::check);
    connect(table_, &QTableWidget::itemSelectionChanged, this, &PriceDialog::show_selected);
    check();
}

void PriceDialog::make_table()
{
    table_->setObjectName(u"price_table"_s);
    table_->setAccessibleName(tr("US dollars for a million tokens"));
    table_->setHorizontalHeaderLabels({tr("Model"), tr("Reads"), tr("Writes"), tr("From cache"), tr("Into cache"), QString()});
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(kModel, QHeaderView::Stretch);
    for (const int column : {kInput, kOutput, kCached, kCacheWritten})
        table_->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->horizontalHeaderItem(kModel)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->verticalHeader()->hide();
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
}

const Price *PriceDialog::published(const std::string &model) const
{
    const auto found =
        std::find_if(published_.begin(), published_.end(), [&](const Price &price) { return price.model == model; });
    return found == published_.end() ? nullptr : &*found;
}

void PriceDialog::fill(const std::vector<Price> &own)
{
    for (const Price &price : own)
        add_row(price);
    for (const Price &price : published_)
        if (std::none_of(own.begin(), own.end(), [&](const Price &other) { return other.model == price.model; }))
            add_row(price);
}

void PriceDialog::add_row(const Price &price)
{
    table_->insertRow(table_->rowCount());
    set_row(table_->rowCount() - 1, price);
}

void PriceDialog::set_row(int row, const Price &price)
{
    const QSignalBlocker quiet(table_);
    table_->setItem(row, kModel, cell(words::from(price.model), false, published(price.model) == nullptr));
    const bool is_new = price.model.empty();
    const std::array amounts{is_new ? std::optional<double>() : price.input, is_new ? std::optional<double>() : price.output,
                             price.cached, price.cache_written};
    for (int i = 0; i < static_cast<int>(amounts.size()); ++i)
        table_->setItem(row, kInput + i, cell(text_of(amounts[static_cast<std::size_t>(i)]), true, true));
    table_->setItem(row, kOrigin, cell({}, false, false));
}

std::optional<Price> PriceDialog::price_of(int row) const
{
    const auto text = [&](int column) { return table_->item(row, column)->text().trimmed(); };
    const auto input = amount(text(kInput)), output = amount(text(kOutput));
    const auto cached = amount(text(kCached)), written = amount(text(kCacheWritten));
    const bool is_whole = input && output && (cached || text(kCached).isEmpty()) && (written || text(kCacheWritten).isEmpty());
    if (!is_whole || text(kModel).isEmpty())
        return std::nullopt;
    return Price{text(kModel).toStdString(), *input, *output, cached, written};
}

std::vector<Price> PriceDialog::own() const
{
    std::vector<Price> own;
    for (int row = 0; row < table_->rowCount(); ++row) {
        const auto price = price_of(row);
        const Price *const before = price ? published(price->model) : nullptr;
        if (price && (!before || *before != *price))
            own.push_back(*price);
    }
    return own;
}

void PriceDialog::check()
{
    const QSignalBlocker quiet(table_);
    QString problem;
    QStringList models;
    for (int row = 0; row < table_->rowCount(); ++row) {
        const auto price = price_of(row);
        const Price *const before = price ? published(price->model) : nullptr;
        table_->item(row, kOrigin)->setText(before && *before == *price ? QString() : tr("yours"));
        const QString model = table_->item(row, kModel)->text().trimmed();
        if (!price && problem.isEmpty())
            problem = model.isEmpty() ? tr("Name the model that was added.")
                                      : tr("%1: enter what it costs as numbers, such as 1.25.").arg(words::escaped(model));
        if (models.contains(model) && problem.isEmpty())
            problem = tr("%1 is there twice.").arg(words::escaped(model));
        models += model;
    }
    problem_->setProperty("role", "bad");
    problem_->setText(problem);
    save_->setEnabled(problem.isEmpty());
    show_selected();
}

void PriceDialog::show_selected()
{
    const int row = table_->currentRow();
    take_back_->setEnabled(row >= 0 && !table_->item(row, kOrigin)->text().isEmpty());
}

void PriceDialog::add_model()
{
    table_->insertRow(0);
    set_row(0, {});
    table_->setCurrentCell(0, kModel);
    check();
    table_->editItem(table_->item(0, kModel));
}

void PriceDialog::take_back()
{
    const int row = table_->currentRow();
    const Price *const before = published(table_->item(row, kModel)->text().trimmed().toStdString());
    if (before)
        set_row(row, *before);
    else
        table_->removeRow(row);
    check();
}

} // namespace ca
