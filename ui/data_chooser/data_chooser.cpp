// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data_chooser/data_chooser.h"

#include "ui/common/words.h"

#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

namespace ca {

using namespace Qt::StringLiterals;
using State = Availability::State;

namespace {

constexpr int kMostSamples = 1'000'000; // more than any set that is read here
constexpr int kWidth = 400;
constexpr int kSteps = 1000; // of the bar: finer than its pixels

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
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

/// "10 names in 18 templates"
QString counted(const ClassNames &names)
{
    const auto classes = names.classes.size(), templates = names.templates.size();
    return (classes == 1 ? DataChooser::tr("1 name in ") : DataChooser::tr("%1 names in ").arg(classes))
        + (templates == 1 ? DataChooser::tr("1 template") : DataChooser::tr("%1 templates").arg(templates));
}

QHBoxLayout *beside(QWidget *wide, QWidget *narrow)
{
    auto *row = new QHBoxLayout;
    row->addWidget(wide, 1);
    row->addWidget(narrow);
    return row;
}

} // namespace

const QString &pictogram10()
{
    static const QString name = u"pictogram10"_s;
    return name;
}

const QString &cifar10()
{
    static const QString name = u"cifar10"_s;
    return name;
}

DataChooser::DataChooser(QWidget *parent) : QFrame(parent, Qt::Popup)
{
    setObjectName(u"data_chooser"_s);
    setProperty("role", "card");
    setAttribute(Qt::WA_WindowPropagation);
    setFixedWidth(kWidth);
    make_images();
    make_measuring();
    place_parts();
    connect_parts();
    set_zero_shot({});
    set_cifar10(cifar10_there_);
    set_choice({});
}

void DataChooser::make_images()
{
    embedded_ = named(new QRadioButton(tr("Pictogram-10 (comes with the program)")), u"data_embedded"_s, tr("Pictogram-10"));
    cifar10_ = named(new QRadioButton(tr("CIFAR-10")), u"data_cifar10"_s, tr("CIFAR-10"));
    cifar10_button_ = named(new QPushButton, u"data_cifar10_button"_s, tr("Download CIFAR-10"));
    cifar10_bar_ = named(new QProgressBar, u"data_cifar10_bar"_s, tr("Progress of the download of CIFAR-10"));
    cifar10_bar_->setRange(0, kSteps);
    cifar10_bar_->setTextVisible(false);
    cifar10_words_ = make_label({}, "dim");
    cifar10_words_->setObjectName(u"data_cifar10_words"_s);
    other_ = named(new QRadioButton, u"data_folder"_s, tr("A folder of images"));
    browse_ = named(new QPushButton(tr("Choose…")), u"data_browse"_s, tr("Choose a folder of images"));
}

void DataChooser::make_measuring()
{
    head_ = named(new QComboBox, u"data_head"_s, tr("How answers are judged"));
    samples_ = named(new QSpinBox, u"data_samples"_s, tr("Images of each split"));
    samples_->setRange(0, kMostSamples);
    samples_->setSpecialValueText(tr("All"));
    samples_->setSingleStep(100);
    samples_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    samples_->setKeyboardTracking(false);
    names_words_ = make_label({}, "dim");
    names_words_->setObjectName(u"data_names_words"_s);
    names_button_ = named(new QPushButton(tr("Class names…")), u"data_names"_s, tr("Class names and templates"));
}

void DataChooser::place_parts()
{
    auto *form = new QFormLayout(this);
    form->setContentsMargins(16, 12, 16, 16);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(make_label(tr("Images"), "heading"));
    form->addRow(embedded_);
    form->addRow(beside(cifar10_, cifar10_button_));
    form->addRow(cifar10_bar_);
    form->addRow(cifar10_words_);
    form->addRow(beside(other_, browse_));
    form->addRow(make_label(tr("Measuring"), "heading"));
    form->addRow(tr("Judged by"), head_);
    form->addRow(beside(names_words_, names_button_));
    form->addRow(tr("Images of each split"), samples_);
    form->addRow(make_label(tr("Fewer images are quicker and widen the interval of every accuracy."), "dim"));
}

void DataChooser::connect_parts()
{
    connect(embedded_, &QRadioButton::clicked, this, [this] {
        choice_.data = pictogram10();
        tell();
    });
    connect(cifar10_, &QRadioButton::clicked, this, [this] {
        if (cifar10_there_.state == State::ready) {
            choice_.data = cifar10();
            tell();
            return;
        }
        show_choice(); // stays as it was until the images are here
        if (cifar10_there_.state != State::arriving)
            ask_for(&DataChooser::cifar10_requested);
    });
    connect(cifar10_button_, &QPushButton::clicked, this, [this] {
        if (cifar10_there_.state == State::arriving)
            Q_EMIT cifar10_cancelled();
        else
            ask_for(&DataChooser::cifar10_requested);
    });
    connect(other_, &QRadioButton::clicked, this, [this] {
        show_choice(); // stays as it was until a folder is chosen
        ask_for(&DataChooser::folder_requested);
    });
    connect(browse_, &QPushButton::clicked, this, [this] { ask_for(&DataChooser::folder_requested); });
    connect(names_button_, &QPushButton::clicked, this, [this] { ask_for(&DataChooser::names_requested); });
    connect(head_, &QComboBox::currentIndexChanged, this, [this] {
        if (!telling_)
            return;
        choice_.head = head_->currentData().toString();
        tell();
    });
    connect(samples_, &QSpinBox::valueChanged, this, [this](int samples) {
        if (!telling_)
            return;
        choice_.samples = samples;
        tell();
    });
}

DataChoice DataChooser::choice() const
{
    // A head that the open model does not have waits for one that has it.
    return {choice_.data, head_->currentData().toString(), choice_.samples};
}

void DataChooser::set_choice(const DataChoice &choice)
{
    choice_ = choice;
    show_choice();
}

void DataChooser::show_choice()
{
    telling_ = false;
    const bool is_folder = choice_.data != pictogram10() && choice_.data != cifar10();
    embedded_->setChecked(choice_.data == pictogram10());
    cifar10_->setChecked(choice_.data == cifar10());
    other_->setChecked(is_folder);
    other_->setText(is_folder ? QFileInfo(choice_.data).fileName().replace(u'&', u"&&"_s)
                              : tr("A folder with CIFAR binary records"));
    other_->setToolTip(is_folder ? words::tip(choice_.data) : QString());
    head_->setCurrentIndex(std::max(0, head_->findData(choice_.head)));
    samples_->setValue(choice_.samples);
    telling_ = true;
}

void DataChooser::set_cifar10(const Availability &there)
{
    cifar10_there_ = there;
    const bool arriving = there.state == State::arriving;
    cifar10_button_->setVisible(there.state != State::ready);
    cifar10_button_->setText(arriving ? tr("Cancel") : there.state == State::failed ? tr("Try again") : tr("Download…"));
    cifar10_button_->setAccessibleName(arriving ? tr("Cancel the download of CIFAR-10") : tr("Download CIFAR-10"));
    cifar10_bar_->setVisible(arriving);
    cifar10_bar_->setValue(static_cast<int>(there.share * kSteps));
    cifar10_words_->setText(there.words);
    cifar10_words_->setVisible(!there.words.isEmpty());
    if (isVisible())
        adjustSize();
}

void DataChooser::set_zero_shot(const std::optional<ClassNames> &names)
{
    telling_ = false;
    head_->clear();
    head_->addItem(names ? tr("Zero-shot class names") : tr("Automatic"), u"auto"_s);
    if (!names)
        head_->addItem(tr("Class labels"), u"logits"_s);
    head_->addItem(tr("Linear probe"), u"probe"_s);
    head_->addItem(tr("Agreement with float"), u"agreement"_s);
    if (names)
        names_words_->setText(counted(*names));
    names_words_->setVisible(names.has_value());
    names_button_->setVisible(names.has_value());
    show_choice();
}

void DataChooser::open_under(QWidget *anchor)
{
    adjustSize();
    move(anchor->mapToGlobal(QPoint(0, anchor->height() + 4)));
    show();
    (embedded_->isChecked() ? embedded_ : cifar10_->isChecked() ? cifar10_ : other_)->setFocus();
}

void DataChooser::ask_for(void (DataChooser::*request)())
{
    hide(); // a popup would stay above the dialog that answers
    Q_EMIT(this->*request)();
}

void DataChooser::tell()
{
    show_choice();
    Q_EMIT data_chosen(choice());
}

} // namespace ca
