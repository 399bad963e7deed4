// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/open_inputs.h"

#include "app/cli/model_source.h"
#include "core/base/parallel.h"
#include "core/model/first_load.h"
#include "core/program/device.h"
#include "core/quantize/export/export.h"

#include <algorithm>

namespace ca {
namespace {

namespace fs = std::filesystem;

using Sides = std::pair<std::int64_t, std::int64_t>; // height, width

/// The size that `--preprocess` makes of the data's images.
std::optional<Sides> wanted_size(const Arguments &arguments, const std::optional<DataSet> &data)
{
    const auto wanted = parse_preprocess(arguments.preprocess);
    if (!wanted || !data || !data->all.images)
        return std::nullopt;
    const Sides made = output_size(*wanted, data->all.images->height, data->all.images->width);
    return made.first > 0 && made.second > 0 ? std::optional(made) : std::nullopt; // else images differ and stay different
}

/// The size to try first when the network does not say what it takes: that of the data's images, where they have one.
std::vector<Sides> likely_sizes(const std::optional<DataSet> &data)
{
    if (!data || !data->all.images || data->all.images->height == 0)
        return {};
    return {{data->all.images->height, data->all.images->width}};
}

/// A CLIP model's file was written with its prompts.
Status name_exported(const Arguments &arguments, Model &model)
{
    if (!model.zero_shot || (arguments.classes_file.empty() && arguments.templates_file.empty()))
        return name_outputs(arguments, model);
    return fail(ErrorCode::usage,
                "The file " + arguments.model
                    + " was written for its own class names; --classes and --templates go with the model that it came from.");
}

} // namespace

Device device_of(const Arguments &arguments)
{
    return device_from(arguments.device).value_or(Device::cpu);
}

Status check_possible(const Arguments &arguments, Computes where)
{
    if (const auto there = check_device(device_of(arguments)); !there)
        return there;
    if (device_of(arguments) != Device::cpu && where == Computes::on_the_processor)
        return fail(ErrorCode::unsupported,
                    "This command computes on the processor; evaluate takes other devices. Give --device cpu.");
    return {};
}

std::vector<std::string> Inputs::notes() const
{
    std::vector<std::string> all = data ? data->notes : std::vector<std::string>();
    all.insert(all.end(), model.notes.begin(), model.notes.end());
    return all;
}

Result<Inputs> open_inputs(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    if (const auto there = check_names(arguments); !there)
        return forward(there);
    Inputs inputs;
    if (!arguments.data.empty()) {
        const auto folder = get_data(arguments.data, fetch, stop, progress);
        if (!folder)
            return forward(folder);
        auto data = open_data_folder(*folder, arguments.seed, stop, progress);
        if (!data)
            return forward(data);
        inputs.data = std::move(*data);
    }
    const auto source = get_model(arguments, fetch, stop, progress);
    if (!source)
        return forward(source);
    inputs.file = source->file;
    if (is_export(source->file)) {
        std::error_code ignored;
        inputs.file_size = bytes(static_cast<std::int64_t>(fs::file_size(source->file, ignored)));
        auto exported = read_export(source->file, arguments.threads == 0 ? default_threads() : arguments.threads, stop, progress);
        if (!exported)
            return forward(exported);
        if (const auto named = name_exported(arguments, exported->model); !named)
            return forward(named);
        inputs.model = exported->model;
        inputs.exported = std::move(*exported);
        return inputs;
    }
    const auto prompts = prompts_of(arguments, inputs.data);
    if (!prompts)
        return forward(prompts);
    const LoadOptions options{.sizes = likely_sizes(inputs.data),
                              .size = wanted_size(arguments, inputs.data),
                              .trust = arguments.trust,
                              .seed = arguments.seed,
                              .prompts = *prompts,
                              .first_load = first_load_by(arguments.program)};
    auto model = load_source(*source, options, stop, progress);
    if (!model)
        return forward(model);
    if (const auto named = name_outputs(arguments, *model); !named)
        return forward(named);
    inputs.model = std::move(*model);
    return inputs;
}

Status check_network(const Model &model)
{
    if (model.has_network())
        return {};
    return fail(ErrorCode::unsupported,
                "The model " + model.name + " cannot be run. "
                    + (model.notes.empty() ? "It has no network." : model.notes.front()));
}

Status check_recorded(const Model &model)
{
    if (model.program.is_recorded())
        return {};
    const auto note = std::find_if(model.notes.begin(), model.notes.end(),
                                   [](const std::string &text) { return text.find("interpreter") != std::string::npos; });
    return fail(ErrorCode::unsupported,
                "The model " + model.name + " cannot be quantized. "
                    + (note == model.notes.end() ? "It runs through the TorchScript interpreter." : *note));
}

} // namespace ca
