// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_member.h"
#include "core/report/charts/class_changes.h"
#include "core/report/sections/sections.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ca::report {
namespace {

constexpr std::size_t kMostPictures = 6; // of a kind
constexpr std::size_t kMostRepairs = 12; // broken images in the table
constexpr std::size_t kMostGroups = 3;   // that repair an image
constexpr std::size_t kMostName = 40;    // characters of a class

struct Kind {
    const char *word, *title, *meaning;
};
constexpr std::array<Kind, 5> kKinds{
    {{"broken", "Broken", "Float is right, the quantized model wrong. The surest of these come first."},
     {"fixed", "Fixed", "Float is wrong, the quantized model right."},
     {"changed", "Changed", "The answer is another one, and neither is right."},
     {"marginal", "Nearly changed", "Both give the same answer, the quantized model by the smallest margin."},
     {"confident", "Unchanged", "Both give the same answer and are sure of it."}}};

std::string class_words(const ShownExample &example)
{
    return example.name ? shortened(*example.name, kMostName) : "unknown";
}

PictureRow::Picture picture(const Context &context, const ExampleSet &set, std::size_t place)
{
    const ShownExample &example = set.examples[place];
    const std::string path = "examples/examples/" + std::to_string(place) + "/";
    const std::string before = shortened(example.before.name, kMostName), after = shortened(example.after.name, kMostName);
    PictureRow::Picture picture;
    if (example.picture) {
        picture.png = example.picture->png;
        picture.width = example.picture->width;
        picture.height = example.picture->height;
    }
    picture.alternative =
        "Image of the class " + class_words(example) + ". Float answers " + before + ", " + set.trial + " " + after + ".";
    picture.lines = {line(strong(class_words(example))),
                     line("float: ", before, " ", context.figures.percent(path + "float/probability")),
                     line(set.trial, ": ", after, " ", context.figures.percent(path + "quantized/probability"))};
    return picture;
}

void add_kind(const Context &context, const ExampleSet &set, const Kind &kind, Blocks &blocks)
{
    PictureRow row;
    for (std::size_t i = 0; i < set.examples.size(); ++i)
        if (set.examples[i].kind == kind.word && row.pictures.size() < kMostPictures)
            row.pictures.push_back(picture(context, set, i));
    if (row.pictures.empty())
        return;
    blocks.emplace_back(Heading{3, kind.title, std::string("examples-") + kind.word});
    blocks.emplace_back(paragraph(kind.meaning));
    blocks.emplace_back(std::move(row));
}

std::string groups_that_repair(const ShownExample &example)
{
    std::vector<std::string> groups;
    for (const ShownRepair &repair : example.repairs)
        if (repair.repaired && groups.size() < kMostGroups)
            groups.push_back(repair.group);
    return groups.empty() ? "none alone" : in_a_row(groups);
}

/// Which layers broke which image.
Table repairs(const Context &context, const ExampleSet &set)
{
    Table table;
    table.caption = "What restoring one group of layers to float does to a broken image";
    table.columns = {{"Image", true},
                     {"Class", false, 2},
                     {"Repaired by", false, 4},
                     {"Float’s answer with all quantized", true, 1.8},
                     {"with the best group restored", true, 1.8}};
    std::size_t place = 0;
    for (const ShownExample &example : set.examples) {
        if (example.repairs.empty())
            continue;
        const std::string path = "examples/repairs/" + std::to_string(place++) + "/";
        if (table.rows.size() < kMostRepairs)
            table.rows.push_back({line(context.figures.count(path + "index")), line(class_words(example)),
                                  line(groups_that_repair(example)), line(context.figures.percent(path + "before")),
                                  line(context.figures.percent(path + "groups/0/probability"))});
    }
    return table;
}

const ExampleSet *shown_set(const Context &context)
{
    const auto &set = context.source.examples;
    return set && (!set->examples.empty() || !set->changes.empty()) ? &*set : nullptr;
}

Table class_table(const Context &context, const ExampleSet &set)
{
    Table table;
    table.caption = "Right answers by class, those with the largest loss first";
    table.columns = {
        {"Class", false, 2},          {"Images", true}, {"Float", true}, {set.trial, true}, {"Fixed", true}, {"Broken", true},
        {"Change, points", true, 1.2}};
    for (std::size_t i = 0; i < std::min(set.changes.size(), kMostClassRows); ++i) {
        const std::string path = "examples/class_changes/" + std::to_string(i) + "/";
        const Figures &figures = context.figures;
        table.rows.push_back(
            {line(shortened(set.changes[i].name.value_or(std::to_string(set.changes[i].label)), kMostName)),
             line(figures.count(path + "images")), line(figures.count(path + "float_right")),
             line(figures.count(path + "quantized_right")), line(figures.count(path + "fixed")),
             line(figures.count(path + "broken")),
             line(figures.change(path + "quantized_right - " + path + "float_right / " + path + "images * 100"))});
    }
    return table;
}

/// Says so where the examples are of another trial than the one that is recommended.
void add_other_trial(const Context &context, const ExampleSet &set, Blocks &blocks)
{
    if (!context.best)
        blocks.emplace_back(Warning{line("These images are of ", set.trial, ", which is not recommended.")});
    else if (set.trial != context.best->id)
        blocks.emplace_back(
            Warning{line("These images are of ", set.trial, ", not of ", context.best->id, ", which is recommended.")});
}

struct ClassShares {
    std::size_t label;
    double before, after; ///< shares of right answers
};

/// By class, of the recommended trial on the quoted split, the largest loss first. Empty where there is no such trial, or it was
/// not measured by class.
std::vector<ClassShares> class_shares(const Context &context)
{
    const Study &study = context.study();
    const TrialSplit split = context.best ? quoted_split(context, *context.best) : context.split;
    const auto &of_float = split == TrialSplit::holdout ? study.float_holdout : study.float_selection;
    const Measurement *measurement = context.best ? measured(*context.best, split) : nullptr;
    std::vector<ClassShares> shares;
    if (!measurement || !of_float || context.agreement)
        return shares;
    const auto &before = of_float->accuracy.per_class, &after = measurement->accuracy.per_class;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
        if (!std::isnan(before[i]) && !std::isnan(after[i]))
            shares.push_back({i, before[i], after[i]});
    std::stable_sort(shares.begin(), shares.end(),
                     [](const ClassShares &a, const ClassShares &b) { return a.after - a.before < b.after - b.before; });
    return shares;
}

/// Classes without a name are numbers.
Line class_name(const Context &context, std::size_t label)
{
    const auto facts = parse_json(context.source.facts.data, "the study’s data");
    const Json classes = facts ? member(*facts, "classes") : Json();
    const bool named = classes.is_array() && label < classes.size() && classes[label].is_string();
    return named ? line(shortened(classes[label].get_ref<const std::string &>(), kMostName))
                 : line("class ", std::to_string(label));
}

/// Where there are no examples: from what was measured, which has no counts.
void add_class_shares(const Context &context, const std::vector<ClassShares> &shares, Blocks &blocks)
{
    const std::string split = to_text(quoted_split(context, *context.best));
    const std::string before = "study/float/" + split + "/per_class/";
    const std::string after = path_of(*context.best) + "/" + split + "/per_class/";
    Table table;
    table.caption = "Right answers by class on " + split + ", those with the largest loss first";
    table.columns = {{"Class", false, 2}, {"Float", true}, {context.best->id, true}, {"Change, points", true, 1.2}};
    for (std::size_t i = 0; i < std::min(shares.size(), kMostClassRows); ++i) {
        const std::string place = std::to_string(shares[i].label);
        table.rows.push_back({class_name(context, shares[i].label), line(context.figures.percent(before + place)),
                              line(context.figures.percent(after + place)),
                              line(context.figures.change(after + place + " - " + before + place + " * 100"))});
    }
    blocks.emplace_back(std::move(table));
    if (shares.size() > kMostClassRows)
        blocks.emplace_back(
            note("Of ", context.figures.count("#" + after.substr(0, after.size() - 1)), " classes, those that lost most."));
}

} // namespace

Blocks examples_section(const Context &context)
{
    Blocks blocks{Heading{2, "Examples and failures", kExamples}};
    const ExampleSet *set = shown_set(context);
    if (!set || set->examples.empty()) {
        blocks.emplace_back(paragraph("No examples were kept. ", code("run --show-examples"), " keeps them."));
        return blocks;
    }
    blocks.emplace_back(paragraph("Images of ", set->split, ", with what float and ", strong(set->trial),
                                  " answer and how probable each holds its answer."));
    add_other_trial(context, *set, blocks);
    for (const Kind &kind : kKinds)
        add_kind(context, *set, kind, blocks);
    if (Table table = repairs(context, *set); !table.rows.empty()) {
        blocks.emplace_back(Heading{3, "What broke them", "failures"});
        blocks.emplace_back(std::move(table));
        blocks.emplace_back(note("Groups from the one that helps most; ", code("failures.csv"), " has all of them."));
    }
    return blocks;
}

Blocks classes_section(const Context &context)
{
    Blocks blocks{Heading{2, "Change by class", kClasses}};
    const ExampleSet *set = shown_set(context);
    if (!set || set->changes.empty()) {
        if (const auto shares = class_shares(context); !shares.empty()) {
            add_class_shares(context, shares, blocks);
            return blocks;
        }
        blocks.emplace_back(paragraph(context.agreement ? "Without labels there are no classes to tell apart."
                                                        : "Nothing was measured by class."));
        return blocks;
    }
    add_other_trial(context, *set, blocks);
    blocks.emplace_back(
        Chart{class_change_drawing(set->changes, "Change of right answers by class"),
              line("By how many percentage points ", set->trial, " differs from float in each class of ", set->split, ".")});
    blocks.emplace_back(class_table(context, *set));
    if (set->changes.size() > kMostClassRows)
        blocks.emplace_back(note("Of ", context.figures.count("#examples/class_changes"), " classes, those that lost most."));
    return blocks;
}

} // namespace ca::report
