// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shown_examples.h"

#include "app/cli/output.h"
#include "core/data/image_files.h"

namespace ca {
namespace {

constexpr std::size_t kMostExamples = 20; ///< of each group

std::string name_of_output(const ShownExamples &shown, int output)
{
    return shown.outputs[static_cast<std::size_t>(output)];
}

/// Absent where the label is not known.
std::optional<std::string> name_of_class(const ShownExamples &shown, int label)
{
    const auto &classes = shown.split.images->classes;
    return label >= 0 && static_cast<std::size_t>(label) < classes.size()
        ? std::optional(classes[static_cast<std::size_t>(label)])
        : std::nullopt;
}

/// Absent where images do not lie in files of their own.
std::optional<std::string> name_of_file(const ShownExamples &shown, std::size_t place)
{
    const ImageFiles *files = shown.split.images->files.get();
    return files ? std::optional(files->name(shown.split.indices[place])) : std::nullopt;
}

/// The image's file, else its number in the data set.
std::string name_of_image(const ShownExamples &shown, std::size_t place)
{
    return clean_text(name_of_file(shown, place).value_or(std::to_string(shown.split.indices[place])));
}

void add_image(OrderedJson &json, const ShownExamples &shown, std::size_t place)
{
    json["index"] = shown.split.indices[place];
    json["file"] = or_null(name_of_file(shown, place));
}

OrderedJson answer_json(const ShownExamples &shown, int output, double odds)
{
    return {{"output", output}, {"class", name_of_output(shown, output)}, {"probability", odds}};
}

OrderedJson to_json(const ShownExamples &shown, const Example &example)
{
    OrderedJson json;
    json["kind"] = to_text(example.kind);
    add_image(json, shown, example.place);
    const auto name = name_of_class(shown, example.label);
    json["label"] = name ? OrderedJson(example.label) : OrderedJson(nullptr);
    json["class"] = or_null(name);
    json["float"] = answer_json(shown, example.float_class, example.float_odds);
    json["quantized"] = answer_json(shown, example.quantized_class, example.quantized_odds);
    return json;
}

OrderedJson to_json(const ShownExamples &shown, const ClassChange &change)
{
    OrderedJson json;
    json["label"] = change.label;
    json["class"] = or_null(name_of_class(shown, change.label));
    json["images"] = change.images;
    json["float_right"] = change.float_right;
    json["quantized_right"] = change.quantized_right;
    json["fixed"] = change.fixed;
    json["broken"] = change.broken;
    return json;
}

OrderedJson to_json(const ShownExamples &shown, const FlipCause &cause)
{
    OrderedJson json;
    add_image(json, shown, cause.place);
    json["before"] = cause.before;
    json["groups"] = OrderedJson::array();
    for (const Repair &repair : cause.repairs)
        json["groups"].push_back({{"group", repair.group}, {"repaired", repair.repaired}, {"probability", repair.float_odds}});
    return json;
}

std::string answer_text(const ShownExamples &shown, int output, double odds)
{
    return clean_text(name_of_output(shown, output)) + " " + percent(odds);
}

std::string changes_text(const ShownExamples &shown)
{
    std::vector<std::vector<std::string>> rows{{"class", "images", "float right", "right", "fixed", "broken"}};
    for (const ClassChange &change : shown.changes)
        if (change.fixed + change.broken > 0)
            rows.push_back({clean_text(name_of_class(shown, change.label).value_or("")), std::to_string(change.images),
                            std::to_string(change.float_right), std::to_string(change.quantized_right),
                            std::to_string(change.fixed), std::to_string(change.broken)});
    return rows.size() == 1 ? std::string() : "\n" + text_table(rows);
}

/// For each image the group that helps most, and whether that is enough.
std::string causes_text(const ShownExamples &shown)
{
    std::vector<std::vector<std::string>> rows{{"broken image", "float's answer", "best group in float", "then", "repaired"}};
    for (const FlipCause &cause : shown.causes)
        if (!cause.repairs.empty()) {
            const Repair &best = cause.repairs.front();
            rows.push_back({name_of_image(shown, cause.place), percent(cause.before), clean_text(best.group),
                            percent(best.float_odds), best.repaired ? "yes" : "no"});
        }
    return rows.size() == 1 ? std::string() : "\n" + text_table(rows);
}

} // namespace

Result<ShownExamples> find_examples(const QuantizedModel &quantized, const Predictions &float_answers, const Predictions &answers,
                                    const Split &split, const Scoring &scoring, const Preprocess &preprocess, int threads,
                                    std::stop_token stop, const Progress &progress)
{
    ShownExamples shown{split,
                        choose_examples(float_answers, answers, split, scoring, kMostExamples),
                        class_changes(float_answers, answers, split, scoring),
                        {},
                        {}};
    for (int output = 0; output < quantized.model.input.outputs; ++output)
        shown.outputs.push_back(output_name(output, split.images->classes, scoring, quantized.model));
    std::vector<std::size_t> broken;
    for (const Example &example : shown.examples)
        if (example.kind == ExampleKind::broken)
            broken.push_back(example.place);
    if (broken.empty())
        return shown;
    auto causes =
        explain_flips(quantized.model, quantized, float_answers, split, broken, preprocess, threads, std::move(stop), progress);
    if (!causes)
        return forward(causes);
    shown.causes = std::move(*causes);
    return shown;
}

void add_examples(OrderedJson &json, const ShownExamples &shown)
{
    const auto list = [&](const char *key, const auto &values) {
        json[key] = OrderedJson::array();
        for (const auto &value : values)
            json[key].push_back(to_json(shown, value));
    };
    list("examples", shown.examples);
    list("class_changes", shown.changes);
    list("repairs", shown.causes);
}

std::string examples_text(const ShownExamples &shown)
{
    std::vector<std::vector<std::string>> rows{{"image", "example", "class", "float says", "this says"}};
    for (const Example &example : shown.examples)
        rows.push_back({name_of_image(shown, example.place), to_text(example.kind),
                        clean_text(name_of_class(shown, example.label).value_or("unknown")),
                        answer_text(shown, example.float_class, example.float_odds),
                        answer_text(shown, example.quantized_class, example.quantized_odds)});
    return text_table(rows) + changes_text(shown) + causes_text(shown);
}

} // namespace ca
