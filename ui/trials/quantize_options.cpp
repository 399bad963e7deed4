// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trials/quantize_options.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFieldWidth = 220, kRowHeight = 28;
constexpr double kUsualRatio = 6, kUsualDrop = 0.5, kUsualThreshold = 6;

/// The value behind the chosen row; nothing for "automatic", which has none.
template <typename Value>
std::optional<Value> chosen(const QComboBox &combo)
{
    const QVariant data = combo.currentData();
    return data.isValid() ? std::optional(static_cast<Value>(data.toInt())) : std::nullopt;
}

OptionsUsed uses_of(const QString &method)
{
    const Backend *backend = find_backend(method.toStdString());
    return backend ? backend->uses : OptionsUsed{.integers = true, .compute = true};
}

} // namespace

QuantizeOptions::QuantizeOptions(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"quantize_options"_s);
    form_ = new QFormLayout(this);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setVerticalSpacing(4);
    form_->setHorizontalSpacing(12);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    make_targets();
    make_weights();
    make_activations();
}

void QuantizeOptions::make_targets()
{
    target_ = add_combo(u"quantize_target"_s, tr("Limited by"), {tr("Size"), tr("Accuracy lost")}, {0, 1});
    ratio_ = add_number(u"quantize_ratio"_s, tr("Times smaller than float"), 1.1, 15, kUsualRatio);
    drop_ = add_number(u"quantize_drop"_s, tr("Points at most, on calibration images"), 0, 100, kUsualDrop);
    connect(target_, &QComboBox::currentIndexChanged, this, &QuantizeOptions::show_target);
}

void QuantizeOptions::make_weights()
{
    rounding_ = add_combo(u"quantize_rounding"_s, tr("Rounding"),
                          {tr("Automatic"), tr("Nearest"), tr("Least squares"), tr("GPTQ"), tr("AdaRound")},
                          {{},
                           static_cast<int>(Rounding::nearest),
                           static_cast<int>(Rounding::mse),
                           static_cast<int>(Rounding::gptq),
                           static_cast<int>(Rounding::adaround)});
    group_ = add_combo(u"quantize_group"_s, tr("A scale for"),
                       {tr("Each channel"), tr("128 weights"), tr("64 weights"), tr("32 weights")}, {{}, 128, 64, 32});
    symmetry_ = add_combo(u"quantize_symmetry"_s, tr("Zero point"), {tr("Automatic"), tr("None (symmetric)"), tr("With one")},
                          {{}, 1, 0});
    doubled_ = add_check(u"quantize_double"_s, tr("Quantize the scales too (double quantization)"));
    doubled_->setChecked(true);
}

void QuantizeOptions::make_activations()
{
    ranges_ = add_combo(u"quantize_ranges"_s, tr("Ranges"),
                        {tr("Automatic"), tr("Smallest to largest"), tr("Percentile"), tr("Least squares"), tr("Entropy")},
                        {{},
                         static_cast<int>(RangeMethod::minmax),
                         static_cast<int>(RangeMethod::percentile),
                         static_cast<int>(RangeMethod::mse),
                         static_cast<int>(RangeMethod::entropy)});
    equalize_ = add_three_way(u"quantize_equalize"_s, tr("Equalize layers"));
    smooth_ = add_three_way(u"quantize_smooth"_s, tr("Smooth outliers"));
    biases_ = add_three_way(u"quantize_biases"_s, tr("Correct biases"));
    per_token_ = add_check(u"quantize_token"_s, tr("A scale for each row of a linear layer's input"));
    threshold_ = add_number(u"quantize_threshold"_s, tr("Columns stay float above"), 0, 1000, kUsualThreshold);
    compute_ =
        add_combo(u"quantize_compute"_s, tr("Float arithmetic"), {tr("fp32"), tr("bf16")}, {{}, static_cast<int>(Format::bf16)});
    ends_ = add_check(u"quantize_ends"_s, tr("First and last layer stay float"));
}

void QuantizeOptions::add_row(const QString &label, QWidget *field)
{
    auto *words = new QLabel(label);
    words->setProperty("role", "explanation");
    words->setMinimumHeight(kRowHeight); // level with its field
    words->setBuddy(field);
    field->setFixedWidth(kFieldWidth);
    form_->addRow(words, field);
}

QComboBox *QuantizeOptions::add_combo(const QString &name, const QString &label, const QStringList &texts,
                                      const QVariantList &values)
{
    auto *combo = new QComboBox;
    combo->setObjectName(name);
    combo->setAccessibleName(label);
    for (int i = 0; i < texts.size(); ++i)
        combo->addItem(texts[i], values[i]);
    add_row(label, combo);
    connect(combo, &QComboBox::currentIndexChanged, this, &QuantizeOptions::changed);
    return combo;
}

QComboBox *QuantizeOptions::add_three_way(const QString &name, const QString &label)
{
    return add_combo(name, label, {tr("Automatic"), tr("Yes"), tr("No")}, {{}, 1, 0});
}

QCheckBox *QuantizeOptions::add_check(const QString &name, const QString &text)
{
    auto *check = new QCheckBox(text);
    check->setObjectName(name);
    check->setAccessibleName(text);
    form_->addRow(check);
    connect(check, &QCheckBox::toggled, this, &QuantizeOptions::changed);
    return check;
}

QDoubleSpinBox *QuantizeOptions::add_number(const QString &name, const QString &label, double least, double most, double value)
{
    auto *number = new QDoubleSpinBox;
    number->setObjectName(name);
    number->setAccessibleName(label);
    number->setDecimals(1);
    number->setRange(least, most);
    number->setSingleStep(0.1);
    number->setValue(value);
    number->setButtonSymbols(QAbstractSpinBox::NoButtons);
    number->setKeyboardTracking(false);
    add_row(label, number);
    connect(number, &QDoubleSpinBox::valueChanged, this, &QuantizeOptions::changed);
    return number;
}

void QuantizeOptions::set_method(const QString &method)
{
    method_ = method;
    const OptionsUsed uses = uses_of(method);
    for (QWidget *field : {rounding_, group_, symmetry_})
        form_->setRowVisible(field, uses.integers);
    for (QWidget *field : {ranges_, equalize_, smooth_, biases_})
        form_->setRowVisible(field, uses.static_inputs);
    form_->setRowVisible(per_token_, uses.per_token);
    form_->setRowVisible(threshold_, uses.threshold);
    form_->setRowVisible(doubled_, uses.double_quantization);
    form_->setRowVisible(compute_, uses.compute);
    form_->setRowVisible(ends_, find_backend(method.toStdString()) != nullptr);
    form_->setRowVisible(target_, find_backend(method.toStdString()) == nullptr);
    show_target();
}

void QuantizeOptions::show_target()
{
    const bool targets = find_backend(method_.toStdString()) == nullptr;
    const bool by_size = target_->currentData().toInt() == 0;
    form_->setRowVisible(ratio_, targets && by_size);
    form_->setRowVisible(drop_, targets && !by_size);
}

QuantizeChoice QuantizeOptions::choice() const
{
    QuantizeChoice choice{method_};
    const OptionsUsed uses = uses_of(method_);
    MethodOptions &options = choice.options;
    if (uses.integers) {
        options.rounding = chosen<Rounding>(*rounding_);
        options.group = chosen<int>(*group_);
        options.symmetric = chosen<bool>(*symmetry_);
    }
    if (uses.static_inputs) {
        options.ranges = chosen<RangeMethod>(*ranges_);
        options.equalize = chosen<bool>(*equalize_);
        options.smooth = chosen<bool>(*smooth_);
        options.correct_biases = chosen<bool>(*biases_);
    }
    if (uses.per_token && per_token_->isChecked())
        options.per_token = true;
    if (uses.threshold)
        options.threshold = threshold_->value();
    if (uses.double_quantization)
        options.double_quantization = doubled_->isChecked();
    if (uses.compute)
        options.compute = chosen<Format>(*compute_);
    if (find_backend(method_.toStdString()))
        options.first_and_last_float = ends_->isChecked();
    else if (target_->currentData().toInt() == 0)
        choice.target_ratio = ratio_->value();
    else
        choice.max_drop = drop_->value();
    return choice;
}

} // namespace ca
