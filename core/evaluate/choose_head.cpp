// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/class_places.h"
#include "core/evaluate/evaluate.h"
#include "core/evaluate/probe.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

std::string describe_prompts(const ZeroShotPrompts &asked)
{
    return "zero-shot: " + std::to_string(asked.classes.size()) + " classes x " + std::to_string(asked.templates.size())
        + (asked.templates.size() == 1 ? " template" : " templates");
}

Status check_wanted(const std::string &wanted, const Model &model)
{
    static constexpr std::array<std::string_view, 5> kHeads{"auto", "logits", "zero-shot", "probe", "agreement"};
    if (!model.has_network())
        return fail(ErrorCode::unsupported,
                    "The model " + model.name
                        + " cannot be evaluated: " + (model.notes.empty() ? "it has no network." : model.notes.front()));
    if (std::find(kHeads.begin(), kHeads.end(), wanted) == kHeads.end())
        return fail(ErrorCode::usage, "There is no head " + wanted + ". Choose auto, logits, zero-shot, probe or agreement.");
    if (wanted == "zero-shot" && !model.zero_shot)
        return fail(ErrorCode::usage,
                    "The model " + model.name
                        + " is no CLIP model, so it has no zero-shot head. Choose auto, logits, probe or agreement.");
    return {};
}

Result<HeadChoice> choose_probe(const Model &model, const DataSet &data, const std::string &why)
{
    if (!is_labelled(data.all))
        return fail(ErrorCode::bad_data,
                    "A probe cannot be scored: images without a label are among the data. Choose the head agreement.");
    if (const auto possible = check_probe(model, data.calibration); !possible)
        return forward(possible);
    const std::string &layer = model.program.layers()[probe_layer(model.program)->value].name;
    return HeadChoice{{Head::probe, {}}, "a linear probe on the input of " + layer + ", " + why};
}

} // namespace

Result<HeadChoice> choose_head(const std::string &wanted, const Model &model, const DataSet &data)
{
    if (const auto good = check_wanted(wanted, model); !good)
        return forward(good);
    if (wanted == "agreement")
        return HeadChoice{{Head::agreement, {}}, "agreement with the float model, as told"};
    if (wanted == "probe")
        return choose_probe(model, data, "as told");

    const bool zero_shot = model.zero_shot && wanted != "logits";
    ClassPlaces places = is_labelled(data.all) ? find_classes(model, data.classes)
                                               : ClassPlaces{.why = "images without a label are among the data"};
    if (places.known) {
        const bool by_name = !places.outputs.empty();
        const std::string how =
            zero_shot ? describe_prompts(*model.zero_shot) + (by_name ? ", " + places.why : "") : "class logits: " + places.why;
        return HeadChoice{{zero_shot ? Head::zero_shot : Head::logits, std::move(places.outputs)}, how};
    }
    if (wanted != "auto")
        return fail(ErrorCode::bad_data,
                    std::string(zero_shot ? "Zero-shot answers" : "Class logits") + " cannot be scored: " + places.why
                        + ". Choose the head agreement"
                        + (is_labelled(data.all)
                               ? " or probe, or give the outputs the names of the data's classes with --classes."
                               : ", or data with labels."));
    if (auto probe = choose_probe(model, data, "because " + places.why))
        return probe;
    return HeadChoice{{Head::agreement, {}}, "agreement with the float model, because " + places.why};
}

} // namespace ca
