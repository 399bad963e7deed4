// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/class_places.h"

#include "core/evaluate/label_map.h"

namespace ca {

bool is_labelled(const Split &split)
{
    if (!split.images || split.size() == 0)
        return false;
    for (std::size_t i = 0; i < split.size(); ++i)
        if (split.label(i) < 0)
            return false;
    return true;
}

ClassPlaces find_classes(const Model &model, const std::vector<std::string> &classes)
{
    const std::string outputs = std::to_string(model.input.outputs), count = std::to_string(classes.size());
    const std::string counts = "the model has " + outputs + " outputs and the data " + count + " classes";
    const std::vector<std::string> &names = model.zero_shot ? model.zero_shot->classes : model.output_names;
    const bool counts_agree = model.input.outputs == static_cast<std::int64_t>(classes.size());
    if (counts_agree && (names.empty() || is_same_order(classes, names)))
        return {true, {}, counts};
    if (auto map = label_map(classes, names))
        return {true, std::move(*map),
                "each of the data's " + count + " classes is the name of one of the " + outputs + " outputs"};
    if (!counts_agree)
        return {.why = counts};
    // Names that say nothing, such as numbers of a catalogue, leave the order; one that is found elsewhere speaks against it.
    const auto found = find_outputs(classes, names);
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i] >= 0 && found[i] != static_cast<int>(i))
            return {.why = counts + ", which have the same names in another order, but not all of them"};
    return {true, {}, counts + ", in the same order as far as their names tell"};
}

} // namespace ca
