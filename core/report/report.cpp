// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/report.h"

#include "core/report/sections/sections.h"

namespace ca::report {

const Trial *recommended_trial(const Study &study)
{
    for (const auto *id : {&study.answer, &study.balanced, &study.smallest, &study.fastest}) {
        const Trial *trial = *id ? find_trial(study, **id) : nullptr;
        if (trial && !is_float(*trial) && trial->selection)
            return trial;
    }
    return nullptr;
}

Document make_report(const ReportSource &source, const ReportOptions &options)
{
    const StoredNumbers numbers(source);
    const Figures figures(numbers);
    const Context context = context_of(source, options, figures);
    const Study &study = source.study;
    Document document;
    document.title = clean_text(study.model_name + " on " + study.data_name);
    document.subject =
        clean_text("Compression of " + study.model_name + ": sizes, accuracies and latencies on " + study.data_name);
    document.creator = "Compression Agent " + clean_text(source.facts.program);
    document.keywords = {clean_text(study.model_name), clean_text(study.data_name), "quantization", "compression"};
    document.date = options.date;
    document.blocks.emplace_back(Heading{1, document.title, "report"});
    document.blocks.emplace_back(
        note("Written on ", options.date, " by ", document.creator, " from the study ", code(study.name), "."));
    for (const auto section :
         {summary_section, front_section, recommended_section, sensitivity_section, layers_section, examples_section,
          classes_section, reasoning_section, method_section, limits_section, repeat_section})
        for (Block &block : section(context))
            document.blocks.push_back(std::move(block));
    return document;
}

} // namespace ca::report
