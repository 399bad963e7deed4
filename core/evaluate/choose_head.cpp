// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"

namespace ca {
namespace {

bool labelled(const Split &split)
{
    if (!split.images || split.size() == 0)
        return false;
    for (std::size_t i = 0; i < split.size(); ++i)
        if (split.label(i) < 0)
            return false;
    return true;
}

bool counts_agree(const Model &model, const DataSet &data)
{
    return model.input.outputs == static_cast<std::int64_t>(data.classes.size());
}

std::string counts(const Model &model, const DataSet &data)
{
    return "the model has " + std::to_string(model.input.outputs) + " outputs and the data " + std::to_string(data.classes.size())
        + " classes";
}

/// A zero-shot head answers in its own classes, so these must be the data's.
Result<HeadChoice> choose_zero_shot(const std::string &wanted, const Model &model, const DataSet &data)
{
    const ZeroShotPrompts &asked = *model.zero_shot;
    const std::string what = "zero-shot: " + std::to_string(asked.classes.size()) + " classes x "
        + std::to_string(asked.templates.size()) + (asked.templates.size() == 1 ? " template" : " templates");
    const bool labels = labelled(data.all);
    if (labels && counts_agree(model, data))
        return HeadChoice{{Head::zero_shot}, what};
    const std::string why = labels ? counts(model, data) : "images without a label are among the data";
    if (wanted == "auto")
        return HeadChoice{{Head::agreement}, "agreement with the float model, because " + why};
    return fail(ErrorCode::bad_data,
                "Zero-shot answers cannot be scored: " + why
                    + ". Choose the head agreement, or as many class names as the data has.");
}

} // namespace

Result<HeadChoice> choose_head(const std::string &wanted, const Model &model, const DataSet &data)
{
    if (!model.has_network())
        return fail(ErrorCode::unsupported,
                    "The model " + model.name
                        + " cannot be evaluated: " + (model.notes.empty() ? "it has no network." : model.notes.front()));
    if (wanted != "auto" && wanted != "logits" && wanted != "agreement" && wanted != "zero-shot")
        return fail(ErrorCode::usage,
                    "There is no head " + wanted + " for this model. Choose auto, logits, zero-shot or agreement.");
    if (wanted == "agreement")
        return HeadChoice{{Head::agreement}, "agreement with the float model, as told"};
    if (wanted == "zero-shot" && !model.zero_shot)
        return fail(ErrorCode::usage,
                    "The model " + model.name
                        + " is no CLIP model, so it has no zero-shot head. Choose auto, logits or agreement.");
    if (model.zero_shot && wanted != "logits")
        return choose_zero_shot(wanted, model, data);
    const bool labels = labelled(data.all);
    if (labels && counts_agree(model, data))
        return HeadChoice{{Head::logits}, "class logits: " + counts(model, data)};
    const std::string why = counts_agree(model, data) ? "images without a label are among the data" : counts(model, data);
    if (wanted == "auto")
        return HeadChoice{{Head::agreement}, "agreement with the float model, because " + why};
    return fail(ErrorCode::bad_data, "Class logits cannot be scored: " + why + ". Choose the head agreement, or other data.");
}

} // namespace ca
