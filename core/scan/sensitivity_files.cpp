// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/sensitivity_files.h"

#include "core/base/atomic_file.h"
#include "core/base/csv.h"

#include <cmath>
#include <map>

namespace ca {
namespace {

/// Of five places of the colour map viridis, dark to bright.
constexpr std::array<const char *, 5> kViridis{"#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"};

OrderedJson number(double value)
{
    return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

std::string cell(double value)
{
    return std::isfinite(value) ? to_text(value) : "inf";
}

OrderedJson to_json(const NoiseByBits &noise)
{
    OrderedJson json = OrderedJson::object();
    for (std::size_t i = 0; i < kScanBits.size(); ++i)
        json[std::to_string(kScanBits[i])] = number(noise[i]);
    return json;
}

/// Shares of the weights in equal bins from the smallest to the largest, to six digits after the point.
OrderedJson to_json(const WeightHistogram &histogram)
{
    OrderedJson json = OrderedJson::array();
    for (const float share : histogram)
        json.push_back(std::round(1e6 * static_cast<double>(share)) / 1e6);
    return json;
}

OrderedJson to_json(const BetaFit &fit)
{
    return {{"alpha", number(fit.alpha)}, {"beta", number(fit.beta)}, {"ks", number(fit.ks)},
            {"low", number(fit.low)},     {"high", number(fit.high)}, {"bad_fit", fit.bad_fit}};
}

OrderedJson to_json(const BetaFits &fits)
{
    OrderedJson json = to_json(fits.moments);
    json["trouble"] = fits.trouble == FitTrouble::none ? OrderedJson(nullptr) : OrderedJson(to_text(fits.trouble));
    json["likelihood"] = {{"alpha", number(fits.likelihood.alpha)},
                          {"beta", number(fits.likelihood.beta)},
                          {"ks", number(fits.likelihood.ks)},
                          {"log_likelihood", number(fits.log_likelihood)},
                          {"laplace_log_likelihood", number(fits.laplace_log_likelihood)}};
    return json;
}

OrderedJson to_json(const WeightStatistics &statistics)
{
    return {{"count", statistics.count},
            {"not_finite", statistics.not_finite},
            {"mean", number(statistics.mean)},
            {"variance", number(statistics.variance)},
            {"skewness", number(statistics.skewness)},
            {"kurtosis", number(statistics.kurtosis)},
            {"zeros", number(statistics.zeros)},
            {"outliers", number(statistics.outliers)},
            {"channel_ratio", number(statistics.channel_ratio)}};
}

OrderedJson to_json(const std::optional<ActivationStatistics> &activation)
{
    if (!activation)
        return nullptr;
    return {{"min", number(activation->low)},          {"max", number(activation->high)},
            {"p001", number(activation->p001)},        {"p999", number(activation->p999)},
            {"channels", activation->channels.size()}, {"outlier_channels", activation->outlier_channels}};
}

OrderedJson to_json(const Divergence &divergence)
{
    return {{"kl", number(divergence.kl)},
            {"matched_kl", number(divergence.matched_kl)},
            {"cosine", number(divergence.cosine)},
            {"changed", number(divergence.changed)},
            {"images", divergence.images}};
}

/// Values by format, in the order of scan_formats().
template <typename Value, typename Make>
OrderedJson by_format(const std::map<std::string, Value> &values, const Make &make)
{
    OrderedJson json = OrderedJson::object();
    for (const std::string &format : scan_formats())
        if (const auto found = values.find(format); found != values.end())
            json[format] = make(found->second);
    return json;
}

OrderedJson share(const std::optional<double> &value)
{
    return value ? number(*value) : OrderedJson(nullptr);
}

OrderedJson to_json(const SensitivityTable &table, const LayerSensitivity &row)
{
    const auto ranked_number = [&](const Divergence &divergence) { return number(ranked(table, divergence)); };
    OrderedJson json;
    json["id"] = row.layer.index.id();
    json["name"] = row.layer.name;
    json["block"] = row.block;
    json["kind"] = to_text(row.layer.kind);
    json["shape"] = row.layer.shape;
    json["parameters"] = row.layer.parameters();
    json["macs"] = row.macs;
    json["statistics"] = to_json(row.weights.statistics);
    json["beta"] = to_json(row.weights.fits);
    json["histogram"] = to_json(row.weights.histogram);
    json["noise"] = to_json(row.weights.beta_noise);
    json["measured_noise"] = to_json(row.weights.measured.tensor);
    json["measured_noise_per_channel"] = to_json(row.weights.measured.channel);
    json["divergence"] = by_format(row.divergence, ranked_number);
    json["divergence_details"] = by_format(row.divergence, [](const Divergence &d) { return to_json(d); });
    json["gain"] = by_format(row.gain, number);
    json["bytes"] = OrderedJson::object();
    for (const auto &[format, size] : row.bytes)
        json["bytes"][format] = size;
    json["latency_share"] = {{"predicted", share(row.predicted_share)}, {"measured", share(row.measured_share)}};
    json["activation"] = to_json(row.activation);
    return json;
}

OrderedJson to_json(const RankCorrelation &correlation)
{
    return {{"rho", number(correlation.rho)},
            {"low", number(correlation.low)},
            {"high", number(correlation.high)},
            {"layers", correlation.pairs}};
}

std::string optional_cell(const std::optional<double> &value)
{
    return value ? cell(*value) : std::string();
}

} // namespace

OrderedJson to_json(const SensitivityTable &table)
{
    OrderedJson json;
    json["model"] = table.model;
    json["sha256"] = table.model_sha256;
    json["data"] = table.data.empty() ? OrderedJson(nullptr) : OrderedJson(table.data);
    json["images"] = table.images;
    json["measure"] = table.data.empty() ? OrderedJson(nullptr) : OrderedJson(table.embedding ? "cosine" : "matched_kl");
    json["seconds"] = table.seconds;
    json["layers"] = OrderedJson::array();
    for (const LayerSensitivity &row : table.layers)
        json["layers"].push_back(to_json(table, row));
    OrderedJson blocks = OrderedJson::array();
    for (const BlockSensitivity &block : table.blocks)
        blocks.push_back({{"name", block.name},
                          {"layers", block.layers},
                          {"without", by_format(block.without, [&](const Divergence &d) { return number(ranked(table, d)); })}});
    json["blocks"] = std::move(blocks);
    json["whole"] = by_format(table.whole, [](const Divergence &d) { return to_json(d); });
    OrderedJson rho = OrderedJson::object(), intervals = OrderedJson::object();
    for (const auto &[format, correlation] : table.beta_vs_divergence) {
        rho[format] = number(correlation.rho);
        intervals[format] = to_json(correlation);
    }
    json["rank_correlation"] = {{"beta_vs_divergence", rho}, {"intervals", intervals}};
    json["notes"] = table.notes;
    return json;
}

std::string sensitivity_csv(const SensitivityTable &table)
{
    std::vector<std::string> heading{
        "id", "name",    "block",    "kind",          "parameters",      "macs",          "alpha", "beta",
        "ks", "bad_fit", "kurtosis", "channel_ratio", "predicted_share", "measured_share"};
    for (const int bits : kScanBits)
        heading.push_back("noise_" + std::to_string(bits));
    for (const int bits : kScanBits)
        heading.push_back("measured_noise_" + std::to_string(bits));
    for (const char *what : {"divergence_", "changed_", "bytes_"})
        for (const std::string &format : scan_formats())
            heading.push_back(what + format);
    std::string text = csv_line(heading);
    for (const LayerSensitivity &row : table.layers) {
        const BetaFit &fit = row.weights.fits.moments;
        std::vector<std::string> fields{row.layer.index.id(),
                                        csv_text(row.layer.name),
                                        csv_text(row.block),
                                        to_text(row.layer.kind),
                                        std::to_string(row.layer.parameters()),
                                        std::to_string(row.macs),
                                        cell(fit.alpha),
                                        cell(fit.beta),
                                        cell(fit.ks),
                                        fit.bad_fit ? "1" : "0",
                                        cell(row.weights.statistics.kurtosis),
                                        cell(row.weights.statistics.channel_ratio),
                                        optional_cell(row.predicted_share),
                                        optional_cell(row.measured_share)};
        for (const NoiseByBits *noise : {&row.weights.beta_noise, &row.weights.measured.tensor})
            for (const double value : *noise)
                fields.push_back(cell(value));
        for (const bool changed : {false, true})
            for (const std::string &format : scan_formats()) {
                const auto found = row.divergence.find(format);
                fields.push_back(found == row.divergence.end() ? std::string()
                                     : changed                 ? cell(found->second.changed)
                                                               : cell(ranked(table, found->second)));
            }
        for (const std::string &format : scan_formats()) {
            const auto found = row.bytes.find(format);
            fields.push_back(found == row.bytes.end() ? std::string() : std::to_string(found->second));
        }
        text += csv_line(fields);
    }
    return text;
}

OrderedJson node_data(const SensitivityTable &table, const std::string &format)
{
    OrderedJson results = OrderedJson::object();
    const auto value_of = [&](const LayerSensitivity &row) {
        const auto measured = row.divergence.find(format);
        return measured != row.divergence.end() ? ranked(table, measured->second)
                                                : noise_of(row.weights.beta_noise, format).value_or(std::nan(""));
    };
    for (const LayerSensitivity &row : table.layers)
        if (const double value = value_of(row); std::isfinite(value))
            results[row.layer.name] = {{"value", value}};
    std::map<std::string, std::int64_t> seen;
    for (const LayerSensitivity &row : table.layers) {
        const std::string op = to_text(row.layer.kind);
        for (std::int64_t use = 0; use < row.layer.uses && op != "other"; ++use) {
            const std::int64_t count = seen[op]++;
            const std::string node = count == 0 ? op : op + "_" + std::to_string(count);
            if (const double value = value_of(row); std::isfinite(value) && !results.contains(node))
                results[node] = {{"value", value}};
        }
    }
    OrderedJson gradient = OrderedJson::array();
    for (std::size_t i = 0; i < kViridis.size(); ++i)
        gradient.push_back({{"stop", static_cast<double>(i) / static_cast<double>(kViridis.size() - 1)},
                            {"bgColor", kViridis[i]},
                            {"textColor", i < 3 ? "#ffffff" : "#1b1f24"}});
    OrderedJson json;
    json["graph"] = {{"results", results}, {"gradient", gradient}};
    return json;
}

Result<std::vector<std::filesystem::path>> write_sensitivity(const SensitivityTable &table, const std::filesystem::path &folder)
{
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    std::vector<std::pair<std::string, std::string>> contents{{"sensitivity.json", pretty(to_json(table))},
                                                              {"sensitivity.csv", sensitivity_csv(table)}};
    std::vector<std::string> formats;
    for (const std::string &format : scan_formats())
        for (const LayerSensitivity &row : table.layers)
            if (row.divergence.contains(format)) {
                formats.push_back(format);
                break;
            }
    if (formats.empty())
        formats.emplace_back("int4");
    for (const std::string &format : formats)
        contents.emplace_back("node_data_" + format + ".json", pretty(node_data(table, format)));
    std::vector<std::filesystem::path> files;
    for (const auto &[name, content] : contents) {
        if (const auto written = write_file(folder / name, content); !written)
            return forward(written);
        files.push_back(folder / name);
    }
    return files;
}

} // namespace ca
