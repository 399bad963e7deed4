// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/examples_text.h"

#include "app/cli/output.h"

namespace ca {
namespace {

/// The image's file, else its number in the data set.
std::string name_of_image(const ShownExample &example)
{
    return clean_text(example.file.value_or(std::to_string(example.index)));
}

std::string answer_text(const ShownAnswer &answer)
{
    return clean_text(answer.name) + " " + percent(answer.probability);
}

std::string changes_text(const ExampleSet &set)
{
    std::vector<std::vector<std::string>> rows{{"class", "images", "float right", "right", "fixed", "broken"}};
    for (const ShownClassChange &change : set.changes)
        if (change.fixed + change.broken > 0)
            rows.push_back({clean_text(change.name.value_or("")), std::to_string(change.images),
                            std::to_string(change.float_right), std::to_string(change.quantized_right),
                            std::to_string(change.fixed), std::to_string(change.broken)});
    return rows.size() == 1 ? std::string() : "\n" + text_table(rows);
}

/// For each image the group that helps most, and whether that is enough.
std::string repairs_text(const ExampleSet &set)
{
    std::vector<std::vector<std::string>> rows{{"broken image", "float's answer", "best group in float", "then", "repaired"}};
    for (const ShownExample &example : set.examples)
        if (!example.repairs.empty()) {
            const ShownRepair &best = example.repairs.front();
            rows.push_back({name_of_image(example), percent(example.probability_before), clean_text(best.group),
                            percent(best.probability), best.repaired ? "yes" : "no"});
        }
    return rows.size() == 1 ? std::string() : "\n" + text_table(rows);
}

} // namespace

void add_examples(OrderedJson &json, const ExampleSet &set)
{
    const OrderedJson all = to_json(set, false);
    for (const char *key : {"examples", "class_changes", "repairs"})
        json[key] = all[key];
}

std::string examples_text(const ExampleSet &set)
{
    std::vector<std::vector<std::string>> rows{{"image", "example", "class", "float says", "this says"}};
    for (const ShownExample &example : set.examples)
        rows.push_back({name_of_image(example), example.kind, clean_text(example.name.value_or("unknown")),
                        answer_text(example.before), answer_text(example.after)});
    return text_table(rows) + changes_text(set) + repairs_text(set);
}

} // namespace ca
