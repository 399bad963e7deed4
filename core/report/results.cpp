// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/results.h"

#include "core/base/atomic_file.h"
#include "core/base/json_member.h"
#include "core/report/report.h"
#include "core/report/sections/context.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"
#include "core/report/writers/svg.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <cctype>

namespace ca {
namespace {

using report::Chart;

constexpr std::size_t kLargestStudy = std::size_t{256} << 20U; // bytes of study.json

std::string pareto_of(const Study &study)
{
    return report::to_svg(report::pareto_drawing(
        chart_points(study), study.model_name + " on " + study.data_name + ": size and accuracy of the trials"));
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

/// In the study's own folder it goes on naming the files that it names: the runner of the study knows them, the store does not.
Status write_study_json(Study study, ResultsFolder &results)
{
    const std::filesystem::path file = results.path() / kStudyJson;
    study.files = {file};
    if (results.is_own())
        if (const auto text = read_whole_file(file, kLargestStudy))
            if (auto named = files_named_in(*text); !named.empty())
                study.files = std::move(named);
    return results.write(kStudyJson, pretty(to_json(study)) + "\n");
}

} // namespace

std::vector<ChartPoint> chart_points(const Study &study)
{
    std::vector<ChartPoint> points;
    for (const Trial &trial : study.trials) {
        if (trial.state != TrialState::done || !trial.selection)
            continue;
        const auto comparable = report::selection_accuracy(study, trial);
        if (!comparable)
            continue;
        const Accuracy &accuracy = trial.selection->accuracy;
        const double moved = *comparable - accuracy.top1();
        points.push_back({.label = trial.id,
                          .hint = trial.name,
                          .bytes = static_cast<double>(trial.selection->size.value),
                          .accuracy = *comparable,
                          .low = std::max(0.0, accuracy.interval[0] + moved),
                          .high = std::min(1.0, accuracy.interval[1] + moved),
                          .is_float = trial.method == "fp32",
                          .on_front = trial.on_front,
                          .ended_early_at = stopped_early(study, trial) ? accuracy.n : 0});
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

std::vector<std::filesystem::path> files_named_in(const std::string &study_json)
{
    std::vector<std::filesystem::path> files;
    const auto json = parse_json(study_json, kStudyJson);
    const Json &named = json ? member(*json, "files") : member(Json(), "");
    for (const Json &file : named.is_array() ? named : Json::array())
        if (file.is_string())
            files.emplace_back(file.get_ref<const std::string &>());
    return files;
}

std::vector<std::pair<std::string, std::string>> report_texts(const ReportSource &source, const report::Document &document)
{
    const Study &study = source.study;
    const report::StoredNumbers numbers(source);
    std::vector<std::pair<std::string, std::string>> texts;
    texts.emplace_back("report.html", to_html(document, [&](const std::string &figure) { return numbers.text(figure); }));
    texts.emplace_back("report.md", to_markdown(document));
    texts.emplace_back("trials.csv", trials_csv(study));
    texts.emplace_back("layers.csv", layers_csv(report::recommended_trial(study), source.sensitivity));
    if (source.examples)
        texts.emplace_back("failures.csv", failures_csv(*source.examples));
    for (const report::Block &block : document.blocks)
        if (const auto *chart = std::get_if<Chart>(&block); chart && !chart->drawing.file.empty())
            texts.emplace_back(chart->drawing.file, to_svg(chart->drawing));
    for (const Trial &trial : study.trials)
        if (keeps_recipe(study, trial))
            texts.emplace_back(recipe_file(study, trial), pretty(OrderedJson(to_json(trial.recipe))) + "\n");
    return texts;
}

Status write_results(const ReportSource &source, const report::Document &document, ResultsFolder &results)
{
    if (const auto written = write_study_json(source.study, results); !written)
        return written;
    for (const auto &[name, text] : report_texts(source, document))
        if (const auto written = results.write(name, text); !written)
            return written;
    return source.examples ? Status() : results.drop("failures.csv");
}

} // namespace ca
