// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/study_results.h"

#include "app/cli/repeat_command.h"
#include "core/report/results.h"
#include "core/report/verify/verify_report.h"

#include <chrono>
#include <functional>

#ifdef CA_GUI
#include "app/session/drawing_application.h"
#include "app/session/report_files.h"
#endif

namespace ca {
namespace {

std::string today()
{
    const std::chrono::year_month_day date = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) + "-"
        + two(static_cast<unsigned>(date.day()));
}

#ifdef CA_GUI

/// A file that could not be drawn is missing, which `notes` say; one that could not be written is an error.
Status add_drawn(const char *name, const Result<std::string> &bytes, ResultsFolder &results, std::vector<std::string> &notes)
{
    if (bytes)
        return results.write(name, *bytes);
    notes.push_back(std::string(name) + " is missing: " + bytes.error().text());
    return results.drop(name);
}

Status draw(const ReportSource &source, const report::Document &document, ResultsFolder &results, std::vector<std::string> &notes)
{
    const DrawingApplication application; // one for all of them
    if (const auto added = add_drawn("report.pdf", draw_pdf(document), results, notes); !added)
        return added;
    if (const auto added = add_drawn("pareto.png", draw_pareto(source.study), results, notes); !added)
        return added;
    return source.examples ? add_drawn("examples.png", draw_examples(*source.examples), results, notes)
                           : results.drop("examples.png");
}

#else

Status draw(const ReportSource &source, const report::Document &, ResultsFolder &results, std::vector<std::string> &notes)
{
    for (const char *name : {"report.pdf", "pareto.png", "examples.png"})
        if (const auto dropped = results.drop(name); !dropped)
            return dropped;
    notes.push_back(std::string(source.examples ? "report.pdf, pareto.png and examples.png" : "report.pdf and pareto.png")
                    + " are missing: this build of the program draws nothing. report.html and pareto.svg say the same.");
    return {};
}

#endif

} // namespace

report::ReportOptions report_options(const ReportSource &source)
{
    return {.date = today(), .command = repeating_command(source)};
}

Result<WrittenResults> write_study_results(const ReportSource &source, const std::filesystem::path &folder)
{
    auto results = ResultsFolder::open(folder, source);
    if (!results)
        return forward(results);
    const report::Document document = report::make_report(source, report_options(source));
    WrittenResults written;
    if (const auto done = write_results(source, document, *results); !done)
        return forward(done);
    if (const auto done = draw(source, document, *results, written.notes); !done)
        return forward(done);
    if (const auto done = results->finish("recipes"); !done)
        return forward(done);
    written.files = results->files();
    written.notes.insert(written.notes.end(), results->set_aside().begin(), results->set_aside().end());
    return written;
}

Result<std::vector<std::string>> verify_study_results(const ReportSource &source, const std::filesystem::path &folder)
{
    const auto faults = report::verify_report(source, report_options(source), folder);
    if (!faults)
        return forward(faults);
    std::vector<std::string> sentences;
    for (const report::ReportFault &fault : *faults)
        sentences.push_back(report::to_text(fault));
    return sentences;
}

} // namespace ca
