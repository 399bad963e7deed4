// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verify/verify_report.h"

#include "core/base/checksums.h"
#include "core/base/sha256.h"
#include "core/report/results.h"
#include "core/report/source/stored_numbers.h"
#include "core/report/verify/html_figures.h"
#include "core/report/verify/number_tokens.h"
#include "core/study/artefact_path.h"

#include <array>
#include <charconv>
#include <map>
#include <set>

namespace ca::report {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 20U; // bytes
/// Which this cannot draw.
constexpr std::array<const char *, 3> kDrawn{"report.pdf", "pareto.png", "examples.png"};

using Texts = std::map<std::string, std::string>; ///< by name below the folder

/// The files that are there. Errors: `unreadable`.
Result<Texts> read_files(const std::filesystem::path &folder, const std::vector<std::string> &names)
{
    Texts texts;
    for (const std::string &name : names) {
        std::error_code ignored;
        if (!std::filesystem::exists(folder / name, ignored))
            continue;
        auto text = read_whole_file(folder / name, kLargestFile);
        if (!text)
            return forward(text);
        texts[name] = std::move(*text);
    }
    if (!texts.contains("report.html") && !texts.contains("report.md") && !texts.contains(kChecksumFile)) // tables alone are none
        return fail(ErrorCode::not_found,
                    "There is no report in " + clean_text(folder.string()) + ". Write one with the command report.");
    return texts;
}

/// As report.html has it, or else report.md.
std::string date_of(const Texts &files)
{
    constexpr std::string_view kBefore = "Written on ";
    constexpr std::size_t kLength = 10; // of 2026-11-26
    for (const char *name : {"report.html", "report.md"})
        if (const auto file = files.find(name); file != files.end())
            if (const auto at = file->second.find(kBefore); at != std::string::npos)
                return file->second.substr(at + kBefore.size(), kLength);
    return {};
}

Texts expected_texts(const ReportSource &source, const ReportOptions &options)
{
    const auto texts = report_texts(source, make_report(source, options));
    return {texts.begin(), texts.end()};
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

/// The paths in it are those of the machine that wrote it.
std::vector<ReportFault> check_study(const std::string &text, Study study)
{
    study.files = files_named_in(text);
    if (study.seconds == 0)
        study.seconds = seconds_in(text);
    return compare_texts(kStudyJson, text, pretty(to_json(study)) + "\n");
}

ReportFault missing(const std::string &file)
{
    return {file, "", "", "", "is missing"};
}

void add(std::vector<ReportFault> &all, const std::vector<ReportFault> &more)
{
    all.insert(all.end(), more.begin(), more.end());
}

std::vector<ReportFault> check_texts(const Texts &files, const Texts &expected, const ReportSource &source)
{
    const auto study = files.find(kStudyJson);
    auto faults = study != files.end() ? check_study(study->second, source.study) : std::vector{missing(kStudyJson)};
    for (const auto &[name, text] : expected) {
        const auto found = files.find(name);
        if (found == files.end())
            faults.push_back(missing(name));
        else
            add(faults, compare_texts(name, found->second, text));
    }
    if (const auto html = files.find("report.html"); html != files.end())
        add(faults, check_figures(html->second, StoredNumbers(source)));
    return faults;
}

/// Files that have no fault yet against the list of checksums, and the list against itself.
std::vector<ReportFault> check_list(const std::filesystem::path &folder, const std::string &list,
                                    const std::set<std::string> &faulty)
{
    const auto sums = read_checksums(list);
    auto faults = compare_texts(kChecksumFile, list, ca::to_text(sums));
    for (const auto &[name, sum] : sums) {
        std::error_code ignored;
        if (faulty.contains(name) || faults.size() >= kMostFaults)
            continue;
        if (!is_below(folder, name) || !std::filesystem::is_regular_file(folder / name, ignored))
            faults.push_back(missing(name));
        else if (const auto there = sha256_of_file(folder / name); !there || *there != sum)
            faults.push_back({name, "", "", "", std::string("is not what ") + kChecksumFile + " lists"});
    }
    for (const char *name : kDrawn)
        if (std::error_code ignored; !sums.contains(name) && std::filesystem::exists(folder / name, ignored))
            faults.push_back({name, "", "", "", std::string("cannot be checked: ") + kChecksumFile + " does not list it"});
    return faults;
}

} // namespace

std::string to_text(const ReportFault &fault)
{
    if (!fault.whole.empty())
        return clean_text(fault.file) + " " + fault.whole + ".";
    return fault.file + ", " + fault.place + ": it says “" + fault.found + "”, the store has “" + fault.stored + "”.";
}

Result<std::vector<ReportFault>> verify_report(const ReportSource &source, const ReportOptions &options,
                                               const std::filesystem::path &folder)
{
    ReportOptions own = options;
    Texts expected = expected_texts(source, own);
    std::vector<std::string> names{kStudyJson, kChecksumFile};
    for (const auto &[name, text] : expected)
        names.push_back(name);
    const auto files = read_files(folder, names);
    if (!files)
        return forward(files);
    own.date = date_of(*files);
    if (own.date != options.date)
        expected = expected_texts(source, own);
    auto faults = check_texts(*files, expected, source);
    std::set<std::string> faulty;
    for (const ReportFault &fault : faults)
        faulty.insert(fault.file);
    if (const auto list = files->find(kChecksumFile); list != files->end())
        add(faults, check_list(folder, list->second, faulty));
    else
        faults.push_back(missing(kChecksumFile));
    return faults;
}

} // namespace ca::report
