// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/scan_rows.h"
#include "core/report/sections/sections.h"

#include <algorithm>
#include <set>

namespace ca::report {
namespace {

constexpr std::size_t kMostLayers = 100;

/// What a scan calls a scheme.
std::string scan_format(const Scheme &scheme)
{
    const std::string format = to_text(scheme.format);
    return format == "int8" && scheme.activation == Activation::static_int8 ? "static-int8" : format;
}

/// The layers by number of weights, as far as they are shown, in program order.
std::vector<ScanRow> shown_layers(const Context &context, const Trial &trial)
{
    std::vector<ScanRow> rows = scan_rows(context).rows;
    if (rows.empty())
        for (const auto &[name, scheme] : trial.recipe.layers) {
            rows.emplace_back();
            rows.back().name = name;
        }
    if (rows.size() <= kMostLayers)
        return rows;
    std::vector<std::pair<double, std::size_t>> by_size;
    for (std::size_t i = 0; i < rows.size(); ++i)
        by_size.emplace_back(-context.figures.value("scan/layers/" + path_part(rows[i].id) + "/parameters").value_or(0), i);
    std::sort(by_size.begin(), by_size.end());
    std::set<std::size_t> kept;
    for (std::size_t i = 0; i < kMostLayers; ++i)
        kept.insert(by_size[i].second);
    std::vector<ScanRow> shown;
    for (const std::size_t i : kept)
        shown.push_back(rows[i]);
    return shown;
}

std::string input_words(const Scheme &scheme)
{
    return scheme.activation == Activation::static_int8 ? "int8, calibrated"
        : scheme.activation == Activation::dynamic_int8 ? "int8, at run time"
                                                        : "float";
}

std::vector<Line> row(const Context &context, const Trial &trial, const ScanRow &layer)
{
    const Figures &figures = context.figures;
    const auto found = trial.recipe.layers.find(layer.name);
    const Scheme scheme = found == trial.recipe.layers.end() ? Scheme() : found->second;
    const std::string path = "scan/layers/" + path_part(layer.id), format = to_text(scheme.format);
    const std::string stored = path + "/bytes/" + format;
    // The scan knows the bytes of formats with a scale for a whole channel.
    const bool known = scheme.group == 0 && !layer.id.empty();
    const std::string recipe = path_of(trial) + "/recipe/layers/" + path_part(layer.name);
    return {line(layer.id),
            line(layer.name),
            line(figures.count(path + "/parameters")),
            line(format),
            line(input_words(scheme)),
            is_integer(scheme.format) ? line(to_text(scheme.rounding)) : line(kDash),
            !is_integer(scheme.format) ? line(kDash)
                : scheme.group == 0    ? line("channel")
                                       : line(figures.count(recipe + "/group")),
            known ? line(figures.size(stored)) : line(kDash),
            known ? line(figures.times(stored + " * 8 / " + path + "/parameters")) : line(kDash),
            line(figures.plain(path + "/divergence/" + scan_format(scheme)))};
}

/// "Of its layers 12 are stored as int2, 8 as int3 and 1 as int4."
Line formats_sentence(const Context &context, const Trial &trial)
{
    std::map<Format, std::string> formats;
    for (const auto &[name, scheme] : trial.recipe.layers)
        formats[scheme.format] = to_text(scheme.format);
    const std::string layers = "#" + path_of(trial) + "/recipe/layers";
    Line sentence = line(trial.id, " (", trial.name, ") quantizes ", counted(context.figures, layers, " layer", " layers"));
    std::size_t place = 0;
    for (const auto &[format, word] : formats) {
        const bool last = ++place == formats.size();
        sentence = line(sentence,
                        place == 1 ? ": "
                            : last ? " and "
                                   : ", ",
                        context.figures.count(layers + "[format=" + word + "]"), " to ", word);
    }
    const bool all = context.figures.value("#scan/layers - " + layers).value_or(0) <= 0;
    return line(sentence, ".", all ? "" : " Layers in fp32 are left as they were.");
}

Table table_of(const Context &context, const Trial &trial, const std::vector<ScanRow> &layers)
{
    Table table;
    table.caption = "The layers of " + trial.id;
    table.columns = {{"Id", false, 1},         {"Layer", false, 3.4}, {"Weights", true, 1.6},
                     {"Format", false, 1.2},   {"Input", false, 1.6}, {"Rounding", false, 1.4},
                     {"Scale per", true, 1.3}, {"Bytes", true, 1.4},  {"Bits a weight", true, 1.1},
                     {"Divergence", true, 1.5}};
    for (const ScanRow &layer : layers)
        table.rows.push_back(row(context, trial, layer));
    return table;
}

} // namespace

Blocks layers_section(const Context &context)
{
    Blocks blocks{Heading{2, "The recommended recipe, layer by layer", kLayers}};
    if (!context.best) {
        blocks.emplace_back(paragraph("No recipe is recommended."));
        return blocks;
    }
    const auto layers = shown_layers(context, *context.best);
    blocks.emplace_back(Paragraph{formats_sentence(context, *context.best)});
    blocks.emplace_back(table_of(context, *context.best, layers));
    const std::string all = context.source.sensitivity ? "#scan/layers" : "#" + path_of(*context.best) + "/recipe/layers";
    if (layers.size() == kMostLayers && context.figures.value(all) > static_cast<double>(kMostLayers))
        blocks.emplace_back(note("The layers with the most weights; ",
                                 context.figures.count(all + " - " + std::to_string(kMostLayers)), " smaller ones stand in ",
                                 code("layers.csv"), "."));
    blocks.emplace_back(note("Bytes and bits include scales and zero points. Divergence is what the scan measured with this "
                             "layer alone in this format."));
    return blocks;
}

} // namespace ca::report
