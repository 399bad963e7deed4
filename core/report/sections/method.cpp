// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_member.h"
#include "core/report/sections/sections.h"

#include <algorithm>
#include <array>

namespace ca::report {
namespace {

/// Names on the left, what they are on the right.
Table facts_table(const char *caption)
{
    Table table;
    table.caption = caption;
    table.columns = {{"Item", false, 1}, {"Value", false, 4}};
    return table;
}

void add(Table &table, const char *name, const Line &value)
{
    table.rows.push_back({line(name), value});
}

void add_text(Table &table, const char *name, const std::string &value)
{
    if (!value.empty())
        add(table, name, line(value));
}

Table subject(const Context &context)
{
    const Study &study = context.study();
    Table table = facts_table("What was studied");
    add_text(table, "Model", study.model_name);
    if (!study.model_sha256.empty())
        add(table, "SHA-256 of its file", {code(study.model_sha256)});
    add(table, "Size in float", line(context.figures.size("study/float_bytes"), ", as this program writes it"));
    add_text(table, "Data", study.data_name);
    add_text(table, "Answers", study.head_sentence);
    add_text(table, "Preprocessing", study.preprocess_sentence);
    add_text(table, "Seed", std::to_string(study.seed));
    add_text(table, "Program", "Compression Agent " + context.source.facts.program);
    return table;
}

const char *use_of(const std::string &split)
{
    return split == "calibration" ? "ranges, rounding and the scan"
        : split == "selection"    ? "what the search decides by"
        : split == "holdout"      ? "what is quoted; the search never sees it"
                                  : "";
}

Table splits(const Context &context)
{
    Table table;
    table.caption = "Images";
    table.columns = {{"Split", false, 1}, {"Images", true, 1}, {"Used for", false, 3}, {"Hash of the images’ indices", false, 5}};
    for (const auto &[name, facts] : context.study().splits)
        table.rows.push_back({line(name), line(context.figures.count("study/splits/" + path_part(name) + "/size")),
                              line(use_of(name)), facts.second.empty() ? line(kDash) : Line{code(facts.second)}});
    return table;
}

/// How the first trial with a latency was timed; the others were timed likewise.
Table timing(const Context &context, const Trial &trial)
{
    const Latency &latency = *trial.selection->latency;
    const std::string path = path_of(trial, TrialSplit::selection);
    Table table = facts_table("How latency was measured");
    add(table, "Device", line(latency.device, ", ", counted(context.figures, path + "/latency/threads", " thread", " threads")));
    add_text(table, "Instruction set", latency.isa);
    add_text(table, "Kernels", latency.provider);
    const auto &floats = trial.selection->float_latency;
    for (const auto &[key, name, present] :
         {std::tuple("torchscript", "Float by TorchScript", floats && floats->torchscript && floats->torchscript->batch1),
          std::tuple("fused_fp32", "Float, fused", floats && floats->fused_fp32 && floats->fused_fp32->batch1),
          std::tuple("bf16", "bfloat16, fused", floats && floats->bf16 && floats->bf16->batch1)})
        if (present) {
            const std::string times = path + "/float_latency/" + key + "/batch1/";
            add(table, name,
                line(context.figures.milliseconds(times + "median"), " (", context.figures.milliseconds(times + "low"), " to ",
                     context.figures.milliseconds(times + "high"), ")"));
        }
    return table;
}

/// What people ask for first, then the rest by name; what a machine does not have is left out.
Table machine(const Json &facts)
{
    constexpr std::array kFirst{"processor", "cores", "memory", "system", "instruction set", "program", "libtorch"};
    Table table = facts_table("Machine");
    const auto add_fact = [&](const std::string &name) {
        const Json &value = member(facts, name);
        if (value.is_string() && value != "no")
            table.rows.push_back({line(name), line(value.get_ref<const std::string &>())});
    };
    for (const char *name : kFirst)
        add_fact(name);
    for (const auto &[name, value] : facts.items())
        if (std::find(kFirst.begin(), kFirst.end(), name) == kFirst.end())
            add_fact(name);
    return table;
}

Line language_model(const Context &context)
{
    const LanguageModelUse &use = context.study().llm;
    if (use.requests == 0)
        return line("No language model took part: the planner proposed and spoke.");
    const Figures &figures = context.figures;
    return line("The language model ", code(use.model), " of ", use.provider, " advised, with ",
                counted(figures, "study/llm/requests", " request", " requests"), ", ", figures.count("study/llm/input_tokens"),
                " tokens read and ", figures.count("study/llm/output_tokens"),
                " written. It proposes and explains; every figure is the program’s.");
}

} // namespace

Blocks method_section(const Context &context)
{
    const Study &study = context.study();
    Blocks blocks{Heading{2, "Method", kMethod}};
    blocks.emplace_back(paragraph("A recipe gives each layer a format. Each trial is a recipe that was carried out: the file was "
                                  "written and weighed, and the "
                                  "quantized model answered the selection images. Sizes are bytes on disk. Accuracies carry "
                                  "Wilson’s 95 % interval; whether a "
                                  "trial differs from float is McNemar’s exact test on the same images. The front’s trials "
                                  "answered the holdout images at the end."));
    blocks.emplace_back(
        paragraph(language_model(context), " The trials took ", context.figures.duration("+study/trials/*/seconds"), "."));
    blocks.emplace_back(subject(context));
    if (!study.splits.empty())
        blocks.emplace_back(splits(context));
    const Trial *timed = context.best && has_latency(*context.best) ? context.best : nullptr;
    for (const Trial &trial : study.trials)
        timed = !timed && has_latency(trial) ? &trial : timed;
    if (timed) {
        blocks.emplace_back(paragraph("Latency is the median of runs that take turns with the float baselines, with its 95 % "
                                      "interval; the times of the baselines below are from the runs of ",
                                      timed->id, "."));
        blocks.emplace_back(timing(context, *timed));
    }
    for (const Json &facts : context.source.machines)
        if (facts.is_object())
            blocks.emplace_back(machine(facts));
    return blocks;
}

Blocks repeat_section(const Context &context)
{
    Blocks blocks{Heading{2, "To repeat it", kRepeat}};
    if (context.options.command.empty())
        blocks.emplace_back(paragraph("How the study was begun is not known, so there is no command that repeats it."));
    else {
        blocks.emplace_back(CodeBlock{clean_text(context.options.command) + "\n"});
        blocks.emplace_back(
            note("The same seed and number of threads give the same recipes and accuracies; times vary with the machine."));
    }
    blocks.emplace_back(paragraph("Written on ", context.options.date, " from the store ", code(kStoreFile), " of the study ",
                                  code(context.study().name), "."));
    return blocks;
}

} // namespace ca::report
