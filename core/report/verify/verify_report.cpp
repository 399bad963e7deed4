// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verify/verify_report.h"

#include "core/base/atomic_file.h"
#include "core/report/results.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/verify/html_figures.h"
#include "core/report/verify/number_tokens.h"
#include "core/report/writers/html.h"
#include "core/report/writers/markdown.h"
#include "core/report/writers/svg.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace ca::report {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 20U; // bytes
constexpr const char *kStudy = "study.json";

using Texts = std::map<std::string, std::string>; ///< by name below the folder

/// The files that are there. Errors: `unreadable`.
Result<Texts> read_files(const std::filesystem::path &folder, const std::set<std::string> &names)
{
    Texts texts;
    for (const std::string &name : names) {
        std::error_code ignored;
        if (!std::filesystem::exists(folder / name, ignored))
            continue;
        const auto size = std::filesystem::file_size(folder / name, ignored); // read_file takes the memory of its limit
        auto text = read_file(folder / name, ignored ? 0 : std::min<std::size_t>(size, kLargestFile));
        if (!text)
            return forward(text);
        texts[name] = std::move(*text);
    }
    if (texts.empty())
        return fail(ErrorCode::not_found,
                    "There is no report in " + clean_text(folder.string()) + ". Write one with the command report.");
    return texts;
}

std::string date_of(const std::string &text)
{
    constexpr std::string_view kBefore = "Written on ";
    constexpr std::size_t kLength = 10; // of 2026-11-26
    const auto at = text.find(kBefore);
    return at == std::string::npos ? std::string() : text.substr(at + kBefore.size(), kLength);
}

/// What the store gives for each file.
Texts expected_files(const ReportSource &source, const Document &document, const StoredNumbers &numbers)
{
    Texts texts;
    texts["report.html"] = to_html(document, [&](const std::string &figure) { return numbers.text(figure); });
    texts["report.md"] = to_markdown(document);
    texts["trials.csv"] = trials_csv(source.study);
    texts["layers.csv"] = layers_csv(recommended_trial(source.study), source.sensitivity);
    if (source.examples)
        texts["failures.csv"] = failures_csv(*source.examples);
    for (const Block &block : document.blocks)
        if (const auto *chart = std::get_if<Chart>(&block); chart && !chart->drawing.file.empty())
            texts[chart->drawing.file] = to_svg(chart->drawing);
    for (const Trial &trial : source.study.trials)
        texts[recipe_file(source.study, trial)] = pretty(OrderedJson(to_json(trial.recipe))) + "\n";
    return texts;
}

/// Without the paths in it, which are those of the machine that wrote it.
std::string without_paths(const std::string &study)
{
    const auto begin = study.find("\n  \"files\": ["); // as `pretty` writes a key of the outermost object
    const auto end = study.find(']', begin);
    return end == std::string::npos ? study : study.substr(0, begin) + study.substr(end);
}

/// What stores of earlier versions do not hold is taken from the file: how long the study took.
double seconds_in(const std::string &study)
{
    constexpr std::string_view kKey = "\n  \"seconds\": ";
    double seconds = 0;
    if (const auto at = study.rfind(kKey); at != std::string::npos)
        std::from_chars(study.data() + at + kKey.size(), study.data() + study.size(), seconds);
    return seconds;
}

std::vector<ReportFault> check_study(const std::string &text, Study study)
{
    study.files.clear();
    if (study.seconds == 0)
        study.seconds = seconds_in(text);
    return compare_numbers(kStudy, without_paths(text), without_paths(pretty(to_json(study)) + "\n"));
}

void add(std::vector<ReportFault> &all, const std::vector<ReportFault> &more)
{
    all.insert(all.end(), more.begin(), more.end());
}

} // namespace

std::string to_text(const ReportFault &fault)
{
    return fault.file + ", " + fault.place + ": it says “" + fault.found + "”, the store has “" + fault.stored + "”.";
}

Result<std::vector<ReportFault>> verify_report(const ReportSource &source, const ReportOptions &options,
                                               const std::filesystem::path &folder)
{
    const StoredNumbers numbers(source);
    ReportOptions own = options;
    auto expected = expected_files(source, make_report(source, own), numbers);
    std::set<std::string> names{kStudy};
    for (const auto &[name, text] : expected)
        names.insert(name);
    const auto files = read_files(folder, names);
    if (!files)
        return forward(files);
    for (const char *name : {"report.html", "report.md"})
        if (const auto found = files->find(name); found != files->end()) {
            own.date = date_of(found->second);
            break;
        }
    if (own.date != options.date)
        expected = expected_files(source, make_report(source, own), numbers);
    std::vector<ReportFault> faults;
    for (const auto &[name, text] : *files) {
        if (name == kStudy)
            add(faults, check_study(text, source.study));
        else
            add(faults, compare_numbers(name, text, expected[name]));
        if (name == "report.html")
            add(faults, check_figures(text, numbers));
    }
    return faults;
}

} // namespace ca::report
