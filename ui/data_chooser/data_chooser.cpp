// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data_chooser/data_chooser.h"

#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostSamples = 1'000'000; // more than any set that is read here
constexpr int kWidth = 380;

template <typename W>
W *named(W *widget, const QString &name, const QString &accessible)
{
    widget->setObjectName(name);
    widget->setAccessibleName(accessible);
    return widget;
}

QLabel *make_label(const QString &text, const char *role)
{
    auto *label = new QLabel(text);
    label->setProperty("role", role);
    label->setWordWrap(true);
    return label;
}

} // namespace

DataChooser::DataChooser(QWidget *parent) : QFrame(parent, Qt::Popup)
{
    setObjectName(u"data_chooser"_s);
    setProperty("role", "card");
    setAttribute(Qt::WA_WindowPropagation);
    setFixedWidth(kWidth);
    embedded_ = named(new QRadioButton(tr("Pictogram-10 (comes with the program)")), u"data_embedded"_s, tr("Pictogram-10"));
    other_ = named(new QRadioButton(tr("A folder with CIFAR binary records")), u"data_folder"_s, tr("A folder of images"));
    browse_ = named(new QPushButton(tr("Choose…")), u"data_browse"_s, tr("Choose a folder of images"));
    head_ = named(new QComboBox, u"data_head"_s, tr("How answers are judged"));
    head_->addItem(tr("Automatic"), u"auto"_s);
    head_->addItem(tr("Class labels"), u"logits"_s);
    head_->addItem(tr("Agreement with float"), u"agreement"_s);
    samples_ = named(new QSpinBox, u"data_samples"_s, tr("Images of each split"));
    samples_->setRange(0, kMostSamples);
    samples_->setSpecialValueText(tr("All"));
    samples_->setSingleStep(100);
    samples_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    samples_->setKeyboardTracking(false);

    auto *folder_row = new QHBoxLayout;
    folder_row->addWidget(other_, 1);
    folder_row->addWidget(browse_);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 12, 16, 16);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(make_label(tr("Images"), "heading"));
    form->addRow(embedded_);
    form->addRow(folder_row);
    form->addRow(make_label(tr("Measuring"), "heading"));
    form->addRow(tr("Judged by"), head_);
    form->addRow(tr("Images of each split"), samples_);
    form->addRow(make_label(tr("Fewer images are quicker and widen the interval of every accuracy."), "dim"));

    connect(embedded_, &QRadioButton::clicked, this, [this] {
        folder_.clear();
        tell();
    });
    connect(other_, &QRadioButton::clicked, this, [this] {
        embedded_->setChecked(folder_.isEmpty()); // stays as it was until a folder is chosen
        other_->setChecked(!folder_.isEmpty());
        Q_EMIT folder_requested();
    });
    connect(browse_, &QPushButton::clicked, this, &DataChooser::folder_requested);
    connect(head_, &QComboBox::currentIndexChanged, this, [this] { tell(); });
    connect(samples_, &QSpinBox::valueChanged, this, [this] { tell(); });
    set_choice({});
}

DataChoice DataChooser::choice() const
{
    return {folder_, head_->currentData().toString(), samples_->value()};
}

void DataChooser::set_choice(const DataChoice &choice)
{
    telling_ = false;
    folder_ = choice.folder;
    embedded_->setChecked(folder_.isEmpty());
    other_->setChecked(!folder_.isEmpty());
    other_->setText(folder_.isEmpty() ? tr("A folder with CIFAR binary records") : QFileInfo(folder_).fileName());
    other_->setToolTip(folder_);
    head_->setCurrentIndex(std::max(0, head_->findData(choice.head)));
    samples_->setValue(choice.samples);
    telling_ = true;
}

void DataChooser::open_under(QWidget *anchor)
{
    adjustSize();
    move(anchor->mapToGlobal(QPoint(0, anchor->height() + 4)));
    show();
    (folder_.isEmpty() ? embedded_ : other_)->setFocus();
}

void DataChooser::tell()
{
    if (telling_)
        Q_EMIT data_chosen(choice());
}

} // namespace ca
