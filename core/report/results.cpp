// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results.h"

#include "core/base/atomic_file.h"
#include "core/report/report.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"
#include "core/report/writers/svg.h"

#include <algorithm>
#include <cctype>

namespace ca {
namespace {

using report::Chart;

std::string pareto_of(const Study &study)
{
    return pareto_svg(chart_points(study), study.model_name + " on " + study.data_name + ": size and accuracy of the trials");
}

/// `T007` for T7: files sort as the trials do. Ids from elsewhere lose what a file's name cannot hold everywhere.
std::string sortable(const std::string &id)
{
    constexpr std::size_t kDigits = 3;
    std::string name = id;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '-'); }, '_');
    const std::size_t digits =
        std::min(name.find_first_not_of("0123456789", 1), name.size()) - std::min<std::size_t>(1, name.size());
    if (name.starts_with('T') && digits > 0 && digits < kDigits)
        name.insert(1, kDigits - digits, '0');
    return name;
}

bool keeps_recipe(const Study &study, const Trial &trial)
{
    const auto is_it = [&](const std::optional<std::string> &id) { return id && *id == trial.id; };
    return trial.method != "fp32" && trial.state == TrialState::done
        && (trial.on_front || is_it(study.answer) || is_it(study.balanced) || is_it(study.smallest) || is_it(study.fastest));
}

Status write_recipes(const Study &study, ResultsFolder &results)
{
    for (const Trial &trial : study.trials)
        if (keeps_recipe(study, trial))
            if (const auto written = results.write(recipe_file(study, trial), pretty(OrderedJson(to_json(trial.recipe))) + "\n");
                !written)
                return written;
    return {};
}

/// Charts that have a file of their own.
Status write_charts(const report::Document &document, ResultsFolder &results)
{
    for (const report::Block &block : document.blocks) {
        const auto *chart = std::get_if<Chart>(&block);
        if (chart == nullptr || chart->drawing.file.empty())
            continue;
        if (const auto written = results.replace(chart->drawing.file, to_svg(chart->drawing)); !written)
            return written;
    }
    return {};
}

/// One that says the same is left as it is: the runner of the study names its files in it, which the store does not know.
Status write_study_json(Study study, ResultsFolder &results)
{
    constexpr std::size_t kLargest = std::size_t{256} << 20U; // bytes
    const char *const name = "study.json";
    study.files = {results.path() / name};
    const OrderedJson json = to_json(study);
    if (const auto text = read_file(results.path() / name, kLargest)) {
        auto there = parse_json(*text, name);
        if (there && there->is_object() && there->contains("files")) {
            (*there)["files"] = json["files"];
            if (*there == Json(json))
                return {};
        }
    }
    return results.replace(name, pretty(json) + "\n");
}

Status write_tables(const ReportSource &source, ResultsFolder &results)
{
    if (const auto written = write_study_json(source.study, results); !written)
        return written;
    if (const auto written = results.replace("trials.csv", trials_csv(source.study)); !written)
        return written;
    const std::string layers = layers_csv(report::recommended_trial(source.study), source.sensitivity);
    if (const auto written = results.write("layers.csv", layers); !written)
        return written;
    return source.examples ? results.write("failures.csv", failures_csv(*source.examples)) : Status();
}

} // namespace

std::vector<ChartPoint> chart_points(const Study &study)
{
    std::vector<ChartPoint> points;
    for (const Trial &trial : study.trials) {
        if (trial.state != TrialState::done || !trial.selection)
            continue;
        const Accuracy &accuracy = trial.selection->accuracy;
        points.push_back({.label = trial.id,
                          .hint = trial.name,
                          .bytes = static_cast<double>(trial.selection->size.value),
                          .accuracy = accuracy.top1(),
                          .low = accuracy.interval[0],
                          .high = accuracy.interval[1],
                          .is_float = trial.method == "fp32",
                          .on_front = trial.on_front});
    }
    return points;
}

Result<std::vector<std::filesystem::path>> write_results(const Study &study, const std::filesystem::path &folder)
{
    if (const auto written = write_file(folder / "trials.csv", trials_csv(study)); !written)
        return forward(written);
    if (const auto written = write_file(folder / "pareto.svg", pareto_of(study)); !written)
        return forward(written);
    return std::vector<std::filesystem::path>{folder / "study.json", folder / "trials.csv", folder / "pareto.svg"};
}

std::string recipe_file(const Study &study, const Trial &trial)
{
    std::string roles;
    const auto add = [&](const std::optional<std::string> &id, const char *role) {
        if (id && *id == trial.id)
            roles += std::string("_") + role;
    };
    add(study.answer, "answer");
    add(study.balanced, "balanced");
    add(study.smallest, "smallest");
    add(study.fastest, "fastest");
    return "recipes/" + sortable(trial.id) + (roles.empty() ? "_front" : roles) + ".json";
}

Status write_results(const ReportSource &source, const report::Document &document, ResultsFolder &results)
{
    const report::StoredNumbers numbers(source);
    const std::string html = to_html(document, [&](const std::string &figure) { return numbers.text(figure); });
    if (const auto written = results.write("report.html", html); !written)
        return written;
    if (const auto written = results.write("report.md", to_markdown(document)); !written)
        return written;
    if (const auto written = write_tables(source, results); !written)
        return written;
    if (const auto written = write_charts(document, results); !written)
        return written;
    return write_recipes(source.study, results);
}

} // namespace ca
