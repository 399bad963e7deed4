// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/layer_words.h"

#include "ui/common/words.h"

#include <QCoreApplication>

#include <cmath>

namespace ca::words {
namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("LayerWords", text);
}

QString with_minus(QString number)
{
    return number.replace(u'-', u'−');
}

QString number(double value)
{
    const bool is_small = std::abs(value) < 0.001 && value != 0;
    return with_minus(is_small ? QString::number(value, 'g', 2) : three_digits(value));
}

/// More digits than a cell has.
QString exact(double value)
{
    return std::isfinite(value) ? with_minus(QString::number(value, 'g', 6)) : three_digits(value);
}

QString share(double fraction)
{
    const double percent = fraction * 100;
    return percent > 0 && percent < 0.01 ? tr("less than 0.01 %") : tr("%1 %").arg(number(percent));
}

QString divergence(const DivergenceFacts &facts)
{
    return tr("divergence %1 nats with confidence matched, %2 as it is, 1 − cosine %3, %4 of the answers changed, on %5 images")
        .arg(exact(facts.matched_kl), exact(facts.kl), exact(facts.cosine), share(facts.changed), grouped(facts.images));
}

} // namespace

QString measure(double value, Measure measure)
{
    return measure == Measure::bytes ? count(static_cast<std::int64_t>(value)) : noise(value);
}

QString scale_explained(Measure measure, bool by_cosine)
{
    switch (measure) {
    case Measure::divergence:
        return by_cosine ? tr("How far outputs turn when this layer alone is quantized: 1 − cosine, on a log scale. Dark is "
                              "harmless, bright is harmful.")
                         : tr("How far outputs go when this layer alone is quantized: Kullback-Leibler divergence in nats, on a "
                              "log scale. Dark is harmless, bright is harmful.");
    case Measure::noise:
        return tr("Beta noise to signal on a log scale: dark is harmless, bright is harmful. It is predicted from the weights "
                  "alone.");
    case Measure::bytes:
        return tr("Bytes of the layer in the exported file, on a log scale: dark is small, bright is large.");
    }
    return {};
}

QString format_heading(const QString &format)
{
    return format == QStringLiteral("static-int8") ? tr("static") : format;
}

QString format_explained(const QString &format)
{
    return format == QStringLiteral("static-int8") ? tr("static-int8: int8 weights, and an input of 8 bits with fixed ranges")
                                                   : format;
}

QString layer(const LayerFacts &layer)
{
    return tr("%1  %2\n%3, %4, %5 weights")
        .arg(layer.id, layer.name, layer.kind, layer.shape, grouped(static_cast<std::uint64_t>(layer.weights)));
}

QString cell(const LayerFacts &layer, const HeatCell &cell, Measure measure, const QString &format, bool by_cosine)
{
    const double value = cell.value.value_or(0);
    const QString where = tr("%1 in %2").arg(layer.name, format);
    switch (measure) {
    case Measure::divergence:
        if (cell.divergence)
            return where + u'\n' + divergence(*cell.divergence);
        return where + u'\n' + (by_cosine ? tr("1 − cosine %1") : tr("%1 nats")).arg(exact(value));
    case Measure::noise: {
        QString text = where + u'\n' + tr("Beta noise to signal %1").arg(exact(value));
        if (cell.measured)
            text += tr(", measured %1").arg(exact(*cell.measured));
        if (layer.density && !layer.density->trouble.isEmpty())
            text += u'\n' + trouble(*layer.density);
        return text;
    }
    case Measure::bytes:
        return where + u'\n' + tr("%1 bytes in the exported file").arg(grouped(static_cast<std::uint64_t>(value)));
    }
    return where;
}

QStringList density(const LayerFacts &layer)
{
    QStringList facts{layer.kind + u' ' + layer.shape};
    if (layer.density) {
        const DensityFacts &density = *layer.density;
        facts << tr("%1 to %2").arg(number(density.low), number(density.high));
        facts << tr("excess kurtosis %1").arg(number(density.kurtosis));
        facts << tr("%1 beyond 4 deviations").arg(share(density.outliers));
        facts << tr("widest channel %1 × the median").arg(number(density.channel_ratio));
        if (density.likelihood.alpha > 0)
            facts << tr("Beta(%1, %2), KS distance %3")
                         .arg(number(density.likelihood.alpha), number(density.likelihood.beta), number(density.likelihood.ks));
    }
    if (layer.activation) {
        const ActivationFacts &input = *layer.activation;
        facts << tr("input %1 to %2, 99.8 % of it %3 to %4")
                     .arg(number(input.low), number(input.high), number(input.p001), number(input.p999));
        facts << tr("%1 of %2 channels above 6").arg(input.outlier_channels).arg(input.channels);
    }
    return facts;
}

QString trouble(const DensityFacts &density)
{
    return density.trouble.isEmpty() ? QString() : tr("The Beta density fits badly: %1.").arg(density.trouble);
}

} // namespace ca::words
