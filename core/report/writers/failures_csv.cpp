// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/base/units.h"
#include "core/report/writers/csv.h"

#include <array>

namespace ca {
namespace {

using Row = std::vector<std::string>;

/// Kinds of examples whose answer changed.
constexpr std::array<std::string_view, 3> kFlips{"broken", "fixed", "changed"};

void add_answer(Row &row, const ShownAnswer &answer)
{
    row.insert(row.end(), {std::to_string(answer.output), csv_text(answer.name), to_text(answer.probability)});
}

Row row_of(const ExampleSet &set, const ShownExample &example)
{
    Row row{csv_text(set.trial),
            csv_text(set.split),
            csv_text(example.kind),
            std::to_string(example.index),
            csv_text(example.file.value_or("")),
            example.label >= 0 ? std::to_string(example.label) : std::string(),
            csv_text(example.name.value_or(""))};
    add_answer(row, example.before);
    add_answer(row, example.after);
    return row;
}

Row with_repair(Row row, const ShownExample &example, const ShownRepair &repair)
{
    row.insert(
        row.end(),
        {to_text(example.probability_before), csv_text(repair.group), repair.repaired ? "1" : "0", to_text(repair.probability)});
    return row;
}

} // namespace

std::string failures_csv(const ExampleSet &examples)
{
    std::string text = csv_line({"trial", "split", "kind", "index", "file", "label", "class", "float_answer", "float_class",
                                 "float_probability", "quantized_answer", "quantized_class", "quantized_probability",
                                 "unrestored_probability", "restored", "repaired", "restored_probability"});
    for (const ShownExample &example : examples.examples) {
        if (std::find(kFlips.begin(), kFlips.end(), example.kind) == kFlips.end())
            continue;
        Row row = row_of(examples, example);
        for (const ShownRepair &repair : example.repairs)
            text += csv_line(with_repair(row, example, repair));
        if (!example.repairs.empty())
            continue;
        row.insert(row.end(), 4, std::string());
        text += csv_line(row);
    }
    return text;
}

} // namespace ca
