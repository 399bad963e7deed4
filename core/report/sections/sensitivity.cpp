// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/beta.h"
#include "core/report/charts/heatmap.h"
#include "core/report/sections/scan_rows.h"
#include "core/report/sections/sections.h"

#include <algorithm>

namespace ca::report {
namespace {

constexpr std::size_t kEnds = 2; // layers at either end of the ranking

Chart heatmap(const Context &context, const ScanRows &scan)
{
    Heatmap map;
    map.title = scan.is_measured ? "Divergence of the output, layer by layer" : "Beta noise, layer by layer";
    map.measure = scan.measure;
    map.columns = scan.columns;
    for (const ScanRow &row : scan.rows) {
        HeatmapRow cells{row.name, row.block, {}};
        for (const std::string &column : scan.columns) {
            const Run number = context.figures.plain(scan.path(row, column));
            HeatmapCell cell;
            cell.value = context.figures.value(scan.path(row, column));
            cell.text = cell.value ? number.text : std::string();
            cells.cells.push_back(std::move(cell));
        }
        map.rows.push_back(std::move(cells));
    }
    const Drawing drawing = heatmap_drawing(map);
    const bool rolled = map.rows.size() > kMostHeatmapRows;
    return {drawing,
            line("What each format costs when it is put into one layer alone: ", scan.measure, ". Brighter costs more.",
                 rolled ? " A row is a block of layers, with the largest value in it." : "")};
}

Line ranking_sentence(const ScanRows &scan, const std::vector<const ScanRow *> &ranked)
{
    std::vector<std::string> most, least;
    for (std::size_t i = 0; i < ranked.size(); ++i)
        (2 * i < ranked.size() ? most : least).push_back(ranked[i]->name);
    if (least.empty())
        return line("The only layer that can be ranked is ", code(most.front()), ".");
    return line("At " + scan.ranking + " the most sensitive ", most.size() == 1 ? "layer is " : "layers are ", in_a_row(most),
                "; the least sensitive ", least.size() == 1 ? "is " : "are ", in_a_row(least), ".");
}

/// How well the noise that is known without images ranks the layers.
void add_correlation(const Context &context, const ScanRows &scan, Blocks &blocks)
{
    const std::string path = "scan/rank_correlation/intervals/" + scan.ranking + "/";
    const Figures &figures = context.figures;
    const auto low = figures.value(path + "low"), high = figures.value(path + "high");
    if (!scan.is_measured || !low || !high)
        return;
    const char *meaning = *low > 0 ? "so the noise of the weights alone tells much of what matters."
        : *high < 0                ? "so the noise of the weights alone is misleading here; the search went by the divergence."
                    : "so the noise of the weights alone does not tell which layers matter; the search went by the divergence.";
    blocks.emplace_back(paragraph("Beta noise, which needs no images, and the measured divergence rank the ",
                                  figures.count(path + "layers"), " layers with a correlation of ", figures.plain(path + "rho"),
                                  " at ", scan.ranking, " (95 % interval ", figures.plain(path + "low"), " to ",
                                  figures.plain(path + "high"), "), ", meaning));
}

BetaPanel panel(const Context &context, const ScanRow &row)
{
    const std::string path = "scan/layers/" + path_part(row.id) + "/beta/";
    const auto number = [&](const std::string &key) { return context.figures.value(path + key).value_or(0); };
    const bool likely = number("likelihood/alpha") > 0 && number("likelihood/beta") > 0;
    const std::string shapes = likely ? "likelihood/" : "";
    BetaPanel panel;
    panel.title = row.name;
    panel.alpha = number(shapes + "alpha");
    panel.beta = number(shapes + "beta");
    panel.low = number("low");
    panel.high = number("high");
    panel.share = row.histogram;
    panel.note = "α " + context.figures.plain(path + shapes + "alpha").text + ", β "
        + context.figures.plain(path + shapes + "beta").text + ", distance " + context.figures.plain(path + shapes + "ks").text;
    return panel;
}

Table fits(const Context &context, const ScanRows &scan, const std::vector<const ScanRow *> &ranked)
{
    Table table;
    table.caption = "The most and the least sensitive layers";
    table.columns = {{"Layer", false, 3}, {"Weights", true, 1.2},     {"α", true},
                     {"β", true},         {"KS distance", true, 1.2}, {"Noise at 4 bits", true, 1.2}};
    if (scan.is_measured)
        table.columns.push_back({"Divergence, " + scan.ranking, true, 1.4});
    table.columns.push_back({"Fit", false, 1.2});
    for (const ScanRow *row : ranked) {
        const std::string path = "scan/layers/" + path_part(row->id) + "/";
        const Figures &figures = context.figures;
        std::vector<Line> cells{line(row->name),
                                line(figures.count(path + "parameters")),
                                line(figures.plain(path + "beta/alpha")),
                                line(figures.plain(path + "beta/beta")),
                                line(figures.plain(path + "beta/ks")),
                                line(figures.plain(path + "noise/4"))};
        if (scan.is_measured)
            cells.push_back(line(figures.plain(scan.path(*row, scan.ranking))));
        cells.push_back(line(row->trouble.empty() ? "good" : row->trouble));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

} // namespace

Blocks sensitivity_section(const Context &context)
{
    Blocks blocks{Heading{2, "Sensitivity", kSensitivity}};
    const ScanRows scan = scan_rows(context);
    if (scan.rows.empty()) {
        blocks.emplace_back(paragraph("No layer was scanned."));
        return blocks;
    }
    blocks.emplace_back(scan.is_measured
                            ? paragraph("Each of ", counted(context.figures, "#scan/layers", " layer", " layers"),
                                        " was quantized alone, and the model’s output on ",
                                        counted(context.figures, "scan/images", " calibration image", " calibration images"),
                                        " was compared with float’s.")
                            : paragraph("Each of ", counted(context.figures, "#scan/layers", " layer", " layers"),
                                        " was judged by its weights alone; no output was measured."));
    blocks.emplace_back(heatmap(context, scan));
    const auto ranked = ends_of(context, scan, kEnds);
    if (ranked.empty())
        return blocks;
    blocks.emplace_back(Paragraph{ranking_sentence(scan, ranked)});
    add_correlation(context, scan, blocks);
    std::vector<BetaPanel> panels;
    for (const ScanRow *row : ranked)
        panels.push_back(panel(context, *row));
    blocks.emplace_back(Chart{beta_drawing(panels, "Beta fits"),
                              line(ranked.front()->histogram.empty()
                                       ? "The Beta densities that fit the weights of these layers best."
                                       : "The weights of these layers, and the Beta densities that fit them best.")});
    blocks.emplace_back(fits(context, scan, ranked));
    blocks.emplace_back(note(
        "Shapes, distance and noise are of the moment fit, which the noise is worked out from; the charts show the most likely "
        "density. “Fit” says why a Beta density tells little about a layer’s weights."));
    return blocks;
}

} // namespace ca::report
