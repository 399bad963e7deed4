// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe_scan.h"

#include "ui/common/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

/// Columns of bytes, left to right; what else there is comes after them.
constexpr std::array kByteFormats{"fp32", "fp16", "bf16", "int8", "int7", "int6", "int5", "int4", "nf4", "fp4", "int3", "int2"};
/// Of divergences, from harmless to harmful where nothing else is known.
constexpr std::array kDivergenceFormats{"int8", "static-int8", "int6", "int4", "nf4", "int3", "int2"};

QString tr(const char *text)
{
    return QCoreApplication::translate("Session", text);
}

/// Those of `order` that are in `known`, then the others.
template <std::size_t N>
std::vector<std::string> ordered(std::set<std::string> known, const std::array<const char *, N> &order)
{
    std::vector<std::string> list;
    for (const char *format : order)
        if (known.erase(format) > 0)
            list.emplace_back(format);
    list.insert(list.end(), known.begin(), known.end());
    return list;
}

std::vector<std::string> divergence_formats()
{
    return ordered({scan_formats().begin(), scan_formats().end()}, kDivergenceFormats);
}

std::vector<std::string> byte_formats(const SensitivityTable &table)
{
    std::set<std::string> known;
    for (const LayerSensitivity &layer : table.layers)
        for (const auto &[format, bytes] : layer.bytes)
            known.insert(format);
    return ordered(std::move(known), kByteFormats);
}

QStringList to_qt(const std::vector<std::string> &texts)
{
    QStringList list;
    for (const std::string &text : texts)
        list << QString::fromStdString(text);
    return list;
}

HeatCell divergence_cell(const SensitivityTable &table, const LayerSensitivity &layer, const std::string &format)
{
    const auto found = layer.divergence.find(format);
    if (found == layer.divergence.end())
        return {};
    const Divergence &divergence = found->second;
    return {ranked(table, divergence),
            DivergenceFacts{divergence.kl, divergence.cosine, divergence.changed, divergence.images, divergence.matched_kl},
            {}};
}

/// From many bits to few, as the other measures go.
std::vector<HeatCell> noise_cells(const WeightScan &weights)
{
    std::vector<HeatCell> cells;
    for (std::size_t b = kScanBits.size(); b-- > 0;)
        cells.push_back({weights.beta_noise[b], {}, weights.measured.tensor[b]});
    return cells;
}

QStringList noise_formats()
{
    QStringList list;
    for (std::size_t b = kScanBits.size(); b-- > 0;)
        list << u"int%1"_s.arg(kScanBits[b]);
    return list;
}

BetaFacts describe_fit(const BetaFit &fit)
{
    return {fit.alpha, fit.beta, fit.ks};
}

QString trouble_words(FitTrouble trouble)
{
    switch (trouble) {
    case FitTrouble::none:
        return {};
    case FitTrouble::not_finite:
        return tr("not finite");
    case FitTrouble::constant:
        return tr("constant");
    case FitTrouble::at_the_ends:
        return tr("two values");
    case FitTrouble::far:
        return tr("heaped");
    case FitTrouble::wide_range:
        return tr("wide range");
    }
    return {};
}

DensityFacts describe_weights(const WeightScan &weights)
{
    DensityFacts facts;
    facts.low = weights.statistics.low;
    facts.high = weights.statistics.high;
    static_assert(kHistogramBins == std::tuple_size_v<decltype(facts.histogram)>);
    facts.histogram = weights.histogram;
    facts.likelihood = describe_fit(weights.fits.likelihood);
    facts.moments = describe_fit(weights.fits.moments);
    facts.trouble = trouble_words(weights.fits.trouble);
    facts.kurtosis = weights.statistics.kurtosis;
    facts.outliers = weights.statistics.outliers;
    facts.channel_ratio = weights.statistics.channel_ratio;
    return facts;
}

ActivationFacts describe_activation(const ActivationStatistics &activation)
{
    return {activation.low,
            activation.high,
            activation.p001,
            activation.p999,
            activation.channels.size(),
            activation.outlier_channels};
}

LayerFacts describe_layer(const Layer &layer)
{
    LayerFacts facts;
    facts.id = QString::fromStdString(layer.index.id());
    facts.name = words::clean(layer.name);
    facts.kind = QString::fromStdString(to_text(layer.kind));
    QStringList sides;
    for (const auto side : layer.shape)
        sides << QString::number(side);
    facts.shape = sides.join(u" × "_s);
    facts.weights = layer.weights();
    return facts;
}

/// Not yet looked at: a layer with weights whose scan has counted none.
bool is_scanned(const LayerSensitivity &layer)
{
    return layer.weights.statistics.count + layer.weights.statistics.not_finite > 0;
}

/// At int4, the format that recipes mix with others most.
QString describe_agreement(const SensitivityTable &table)
{
    const auto found = table.beta_vs_divergence.find("int4");
    if (found == table.beta_vs_divergence.end() || found->second.pairs < 3 || !std::isfinite(found->second.rho))
        return {};
    const auto number = [](double value) { return QString::number(value, 'f', 2).replace(u'-', u'−'); };
    const RankCorrelation &ranks = found->second;
    return tr("Rank correlation of Beta noise and divergence at int4: %1 (%2 to %3)")
        .arg(number(ranks.rho), number(ranks.low), number(ranks.high));
}

LayerFacts describe_row(const SensitivityTable &table, const LayerSensitivity &layer, const std::vector<std::string> &bytes)
{
    LayerFacts row = describe_layer(layer.layer);
    row.block = words::clean(layer.block);
    for (const std::string &format : divergence_formats())
        row.of(Measure::divergence).push_back(divergence_cell(table, layer, format));
    if (is_scanned(layer)) {
        row.of(Measure::noise) = noise_cells(layer.weights);
        row.density = describe_weights(layer.weights);
    }
    for (const std::string &format : bytes) {
        const auto found = layer.bytes.find(format);
        row.of(Measure::bytes).push_back(found == layer.bytes.end() ? HeatCell{} : HeatCell{static_cast<double>(found->second)});
    }
    if (layer.activation)
        row.activation = describe_activation(*layer.activation);
    return row;
}

void keep(const SensitivityFacts &before, SensitivityFacts &facts)
{
    const auto same = [](const LayerFacts &a, const LayerFacts &b) { return a.name == b.name; };
    if (!std::equal(before.layers.begin(), before.layers.end(), facts.layers.begin(), facts.layers.end(), same))
        return;
    const bool keeps_bytes = facts.of(Measure::bytes).isEmpty();
    if (keeps_bytes)
        facts.of(Measure::bytes) = before.of(Measure::bytes);
    for (std::size_t i = 0; i < facts.layers.size(); ++i) {
        LayerFacts &layer = facts.layers[i];
        if (keeps_bytes)
            layer.of(Measure::bytes) = before.layers[i].of(Measure::bytes);
        if (layer.density)
            continue;
        layer.density = before.layers[i].density;
        layer.of(Measure::noise) = before.layers[i].of(Measure::noise);
    }
}

} // namespace

SensitivityFacts describe_scan(const SensitivityTable &table, const SensitivityFacts &before)
{
    SensitivityFacts facts;
    const std::vector<std::string> bytes = byte_formats(table);
    facts.of(Measure::divergence) = to_qt(divergence_formats());
    facts.of(Measure::noise) = noise_formats();
    facts.of(Measure::bytes) = to_qt(bytes);
    facts.by_cosine = table.embedding;
    facts.agreement = describe_agreement(table);
    for (const LayerSensitivity &layer : table.layers)
        facts.layers.push_back(describe_row(table, layer, bytes));
    keep(before, facts);
    return facts;
}

} // namespace ca
