// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a study that is there: written, or checked.
#include "app/cli/commands.h"

#include "app/cli/study_results.h"
#include "app/cli/study_source.h"
#include "core/study/load_study.h"

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFaults = 20; ///< that are printed one by one

int verify(const ReportSource &source, const fs::path &folder, const Console &console)
{
    const auto faults = verify_study_results(source, folder);
    if (!faults)
        return console.fail(faults.error());
    for (std::size_t i = 0; i < std::min(faults->size(), kMostFaults); ++i)
        console.warn((*faults)[i]);
    if (!faults->empty())
        return console.fail({ErrorCode::failed,
                             std::to_string(faults->size()) + (faults->size() == 1 ? " place" : " places") + " of the report in "
                                 + clean_text(folder.string()) + (faults->size() == 1 ? " is" : " are")
                                 + " not as the study has it. Write it again without --verify.",
                             nullptr});
    return console.result({{"study", source.study.name}, {"verified", true}},
                          "The report in " + clean_text(folder.string()) + " says what the study " + clean_text(source.study.name)
                              + " says; its drawn files are those that it lists.\n");
}

int write(const ReportSource &source, const fs::path &folder, const Console &console)
{
    const auto written = write_study_results(source, folder);
    if (!written)
        return console.fail(written.error());
    for (const std::string &note : written->notes)
        console.warn(note);
    OrderedJson json{{"study", source.study.name}, {"output", folder.string()}, {"files", OrderedJson::array()}};
    std::string text;
    for (const fs::path &file : written->files) {
        json["files"].push_back(file.string());
        text += "wrote " + clean_text(file.string()) + "\n";
    }
    return console.result(json, text);
}

} // namespace

int report_command(const Arguments &arguments, const Console &console)
{
    const auto study = open_study(study_folder(arguments.study_place));
    if (!study)
        return console.fail(study.error());
    const auto source = read_report_source(study->store);
    if (!source)
        return console.fail(source.error());
    const fs::path folder = arguments.output.empty() ? study->store.folder() : arguments.output;
    return arguments.verify ? verify(*source, folder, console) : write(*source, folder, console);
}

} // namespace ca
