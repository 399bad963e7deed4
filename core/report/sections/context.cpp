// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/context.h"

#include "core/study/trial_front.h"

#include <algorithm>

namespace ca::report {

const Measurement *measured(const Trial &trial, TrialSplit split)
{
    const auto &found = split == TrialSplit::holdout ? trial.holdout : trial.selection;
    return found ? &*found : nullptr;
}

TrialSplit quoted_split(const Context &context, const Trial &trial)
{
    if (measured(trial, context.split))
        return context.split;
    return context.split == TrialSplit::holdout ? TrialSplit::selection : TrialSplit::holdout;
}

bool is_float(const Trial &trial)
{
    return trial.method == "fp32";
}

const Trial *find_trial(const Study &study, const std::string &id)
{
    const auto found = std::find_if(study.trials.begin(), study.trials.end(), [&](const Trial &trial) { return trial.id == id; });
    return found == study.trials.end() ? nullptr : &*found;
}

bool is_whole(const Study &study, const Trial &trial)
{
    return trial.state == TrialState::done && trial.selection && !stopped_early(study, trial);
}

std::optional<double> selection_accuracy(const Study &study, const Trial &trial)
{
    if (!stopped_early(study, trial))
        return trial.selection->accuracy.top1();
    if (!trial.selection->versus_float)
        return std::nullopt;
    return study.float_selection->accuracy.top1() - measured_drop(*trial.selection).points / 100;
}

std::string path_of(const Trial &trial)
{
    return "study/trials/" + path_part(trial.id);
}

std::string path_of(const Trial &trial, TrialSplit split)
{
    return path_of(trial) + "/" + to_text(split);
}

std::string change_path(const Trial &trial, TrialSplit split)
{
    const std::string path = path_of(trial, split);
    return path + "/versus_float/fixed - " + path + "/versus_float/broken / " + path + "/n * 100";
}

std::string ratio_path(const Trial &trial)
{
    return "study/float_bytes / " + path_of(trial, TrialSplit::selection) + "/bytes";
}

bool has_latency(const Trial &trial)
{
    return trial.selection && trial.selection->latency && trial.selection->latency->real && trial.selection->latency->batch1;
}

std::string latency_path(const Trial &trial)
{
    return path_of(trial, TrialSplit::selection) + "/latency/batch1";
}

std::string float_latency_path(const Trial &trial)
{
    if (!trial.selection || !trial.selection->float_latency)
        return {};
    const FloatLatency &floats = *trial.selection->float_latency;
    const bool fused = floats.fused_fp32 && floats.fused_fp32->batch1;
    if (!fused && !(floats.torchscript && floats.torchscript->batch1))
        return {};
    return path_of(trial, TrialSplit::selection) + "/float_latency/" + (fused ? "fused_fp32" : "torchscript") + "/batch1";
}

std::string speed_path(const Trial &trial)
{
    const std::string of_float = float_latency_path(trial);
    return of_float.empty() ? of_float : of_float + "/median / " + latency_path(trial) + "/median";
}

Context context_of(const ReportSource &source, const ReportOptions &options, const Figures &figures)
{
    Context context{source, options, figures};
    const Study &study = source.study;
    context.best = recommended_trial(study);
    context.agreement = study.head_sentence.starts_with("agreement");
    const bool best_held_out = !context.best || context.best->holdout;
    if (study.float_holdout && best_held_out)
        context.split = TrialSplit::holdout;
    return context;
}

Run strong(std::string_view text)
{
    return {.text = clean_text(text), .strong = true};
}

Run strong(Run run)
{
    run.strong = true;
    return run;
}

Run code(std::string_view text)
{
    return {.text = clean_text(text), .code = true};
}

Run to_section(std::string_view anchor, std::string_view text)
{
    return {.text = std::string(text), .link = std::string(anchor)};
}

std::string in_a_row(const std::vector<std::string> &words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

Line counted(const Figures &figures, const std::string &path, const char *one, const char *more)
{
    return line(figures.count(path), figures.value(path) == 1 ? one : more);
}

std::string shortened(std::string_view text, std::size_t most)
{
    const std::string clean = clean_text(text);
    std::size_t characters = 0, end = 0;
    for (; end < clean.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(clean[end]) & 0xC0U) != 0x80U;
        if (begins && characters++ == most)
            return clean.substr(0, end) + "…";
    }
    return clean;
}

std::string quality(const Context &context)
{
    return context.agreement ? "agreement with float" : "accuracy";
}

} // namespace ca::report
