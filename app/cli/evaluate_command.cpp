// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/evaluation.h"
#include "app/cli/examples_text.h"

#include <algorithm>

namespace ca {
namespace {

std::string verdict_text(const PairedComparison &paired)
{
    return paired.verdict + " (" + std::to_string(paired.fixed) + " fixed, " + std::to_string(paired.broken)
        + " broken, p = " + to_text(paired.p_value, 4) + ")";
}

using Facts = std::vector<std::pair<std::string, std::string>>;

void add_latency(Facts &rows, const std::string &name, const std::optional<Latency> &latency)
{
    if (!latency)
        return;
    if (latency->batch1)
        rows.push_back({name + ", batch 1", milliseconds(latency->batch1->median, latency->batch1->low, latency->batch1->high)});
    if (latency->batch_n)
        rows.push_back({name + ", batch " + std::to_string(latency->batch),
                        milliseconds(latency->batch_n->median, latency->batch_n->low, latency->batch_n->high)});
    if (!latency->real)
        rows.push_back({name, "not timed: its arithmetic is simulated"});
    if (latency->warning)
        rows.push_back({name, *latency->warning});
}

std::string race_text(const DropQuestion &race)
{
    const std::string points = to_text(race.max_drop) + " points";
    const std::string answer = race.verdict == "within" ? "falls by no more than "
        : race.verdict == "beyond"                      ? "falls by more than "
                                                        : "it is not settled whether it falls by more than ";
    return answer + points + ", from " + std::to_string(race.images) + " of " + std::to_string(race.of) + " images";
}

/// The slowest step first, each with its share of all.
std::string steps_text(std::vector<StepTime> steps)
{
    std::stable_sort(steps.begin(), steps.end(),
                     [](const StepTime &a, const StepTime &b) { return a.milliseconds > b.milliseconds; });
    double all = 0;
    for (const StepTime &step : steps)
        all += step.milliseconds;
    std::vector<std::vector<std::string>> rows{{"step", "ms", "of all"}};
    for (const StepTime &step : steps)
        rows.push_back({step.step.op + "  " + clean_text(step.step.layer), to_text(step.milliseconds, 4),
                        percent(all > 0 ? step.milliseconds / all : 0)});
    return text_table(rows);
}

std::string evaluation_text(const Evaluation &evaluation)
{
    const Measurement &measurement = evaluation.measurement;
    const Accuracy &accuracy = measurement.accuracy;
    Facts rows{
        {"model", evaluation.model},
        {"images", std::to_string(accuracy.n)},
        {"top-1", percent(accuracy.top1()) + " (" + percent(accuracy.interval[0]) + " to " + percent(accuracy.interval[1]) + ")"},
        {"correct", std::to_string(accuracy.correct)}};
    if (accuracy.top5)
        rows.push_back({"top-5", percent(*accuracy.top5)});
    if (accuracy.calibration_error)
        rows.push_back({"calibration error", percent(*accuracy.calibration_error)});
    if (measurement.versus_float)
        rows.push_back({"against float", verdict_text(*measurement.versus_float)});
    if (evaluation.race)
        rows.push_back({"accuracy", race_text(*evaluation.race)});
    if (measurement.size.value > 0)
        rows.push_back({"size", to_text(measurement.size)});
    if (measurement.peak_memory)
        rows.push_back({"memory of one image", to_text(*measurement.peak_memory)});
    add_latency(rows, "this", measurement.latency);
    if (measurement.float_latency) {
        add_latency(rows, "torchscript", measurement.float_latency->torchscript);
        add_latency(rows, "fused fp32", measurement.float_latency->fused_fp32);
        add_latency(rows, "bf16", measurement.float_latency->bf16);
    }
    std::string text = text_facts(rows) + evaluation.head + "\n" + evaluation.preprocess + "\n";
    for (const std::string &note : evaluation.notes)
        text += clean_text(note) + "\n";
    if (evaluation.examples)
        text += "\n" + examples_text(*evaluation.examples);
    return evaluation.steps.empty() ? text : text + "\n" + steps_text(evaluation.steps);
}

OrderedJson evaluation_json(const Evaluation &evaluation)
{
    OrderedJson json = to_json(evaluation.measurement);
    json["model"] = evaluation.model;
    json["head"] = evaluation.head;
    json["preprocess"] = evaluation.preprocess;
    json["split"] = {{"name", evaluation.split.first}, {"hash", evaluation.split.second}};
    json["notes"] = evaluation.notes;
    if (const auto &race = evaluation.race)
        json["race"] = {{"max_drop", race->max_drop}, {"images", race->images}, {"of", race->of}, {"verdict", race->verdict}};
    if (evaluation.examples)
        add_examples(json, *evaluation.examples);
    if (!evaluation.steps.empty()) {
        OrderedJson steps = OrderedJson::array();
        for (const StepTime &step : evaluation.steps)
            steps.push_back({{"op", step.step.op}, {"layer", step.step.layer}, {"milliseconds", step.milliseconds}});
        json["profile"] = steps;
    }
    return json;
}

} // namespace

int evaluate_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    const auto evaluation = evaluate(arguments, console.fetch(), stop, console.progress());
    if (!evaluation)
        return console.fail(evaluation.error());
    return console.result(evaluation_json(*evaluation), evaluation_text(*evaluation));
}

} // namespace ca
