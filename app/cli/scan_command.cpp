// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/data_folder.h"
#include "app/cli/open_inputs.h"
#include "core/scan/scan.h"
#include "core/scan/sensitivity_files.h"

namespace ca {
namespace {

std::string digits(double value)
{
    return std::isfinite(value) ? to_text(value, value < 0.001 ? 6 : 4) : "inf";
}

std::string layers_text(const SensitivityTable &table)
{
    std::vector<std::vector<std::string>> rows{{"layer", "kind", "parameters", "KS", "noise 8", "noise 4", "measured 4"}};
    std::vector<std::string> formats;
    for (const std::string &format : scan_formats())
        if (std::any_of(table.layers.begin(), table.layers.end(),
                        [&](const LayerSensitivity &row) { return row.divergence.contains(format); }))
            formats.push_back(format);
    rows.front().insert(rows.front().end(), formats.begin(), formats.end());
    for (const LayerSensitivity &row : table.layers) {
        const BetaFit &fit = row.weights.fits.moments;
        std::vector<std::string> line{row.layer.index.id() + "  " + clean_text(row.layer.name) + (fit.bad_fit ? " *" : ""),
                                      to_text(row.layer.kind),
                                      std::to_string(row.layer.parameters()),
                                      to_text(fit.ks, 3),
                                      digits(noise_of(row.weights.beta_noise, "int8").value_or(0)),
                                      digits(noise_of(row.weights.beta_noise, "int4").value_or(0)),
                                      digits(noise_of(row.weights.measured.tensor, "int4").value_or(0))};
        for (const std::string &format : formats) {
            const auto found = row.divergence.find(format);
            line.push_back(found == row.divergence.end() ? "" : digits(ranked(table, found->second)));
        }
        rows.push_back(std::move(line));
    }
    return text_table(rows);
}

std::string scan_text(const SensitivityTable &table)
{
    std::string text = layers_text(table);
    if (std::any_of(table.layers.begin(), table.layers.end(),
                    [](const LayerSensitivity &row) { return row.weights.fits.moments.bad_fit; }))
        text += "* the Beta density fits these weights badly; their predicted noise is not to be relied on\n";
    if (table.images > 0)
        text += "divergence: "
            + std::string(table.embedding ? "1 - cosine of the output" : "KL of the output, in nats, confidence matched,")
            + " over " + std::to_string(table.images) + " calibration images, one layer at a time in the format\n";
    for (const auto &[format, correlation] : table.beta_vs_divergence)
        text += "Beta noise against divergence, " + format + ": rank correlation " + to_text(correlation.rho, 2) + " ("
            + to_text(correlation.low, 2) + " to " + to_text(correlation.high, 2) + ")\n";
    for (const std::string &note : table.notes)
        text += clean_text(note) + "\n";
    return text + to_text(table.seconds, 1) + " s\n";
}

Result<ScanOptions> scan_options(const Arguments &arguments, const Inputs &inputs, std::stop_token stop)
{
    ScanOptions options;
    if (!arguments.formats.empty())
        options.formats = arguments.formats;
    options.samples = arguments.samples;
    options.seconds = arguments.seconds;
    options.threads = arguments.threads;
    options.seed = arguments.seed;
    options.cache = scan_cache_folder();
    if (!inputs.data || !arguments.divergence)
        options.notes.push_back(inputs.data ? "Divergence was not measured, as told."
                                            : "Divergence was not measured; give --data for it.");
    else if (const auto added = add_scan_images(options, inputs.model, *inputs.data, arguments.preprocess, stop); !added)
        return forward(added);
    return options;
}

} // namespace

int scan_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    if (const auto possible = check_possible(arguments); !possible)
        return console.fail(possible.error());
    const Progress progress = console.progress();
    const auto inputs = open_inputs(arguments, console.fetch(), stop, progress);
    if (!inputs)
        return console.fail(inputs.error());
    for (const std::string &note : inputs->notes())
        console.note(note);
    const auto options = scan_options(arguments, *inputs, stop);
    if (!options)
        return console.fail(options.error());
    const auto table = scan(inputs->model, *options, {}, stop, progress);
    if (!table)
        return console.fail(table.error());
    OrderedJson json = to_json(*table);
    json["files"] = OrderedJson::array();
    if (!arguments.output.empty()) {
        const auto files = write_sensitivity(*table, arguments.output);
        if (!files)
            return console.fail(files.error());
        for (const auto &file : *files)
            json["files"].push_back(file.string());
    }
    return console.result(json, scan_text(*table));
}

} // namespace ca
