// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/weights_model.h"

#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/weight_file.h"
#include "core/model/architectures/architectures.h"
#include "core/model/architectures/network_weights_torch.h"
#include "core/model/stated_preprocess.h"
#include "core/model/torchscript.h"
#include "core/program/program_torch.h"

#include <algorithm>
#include <map>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// The folder that a file of weights belongs to, where it is a Hugging Face folder.
Result<std::optional<ModelFolder>> folder_of(const fs::path &file_or_folder)
{
    std::error_code ignored;
    const fs::path folder = fs::is_directory(file_or_folder, ignored) ? file_or_folder : file_or_folder.parent_path();
    if (!is_model_folder(folder))
        return std::optional<ModelFolder>();
    auto opened = open_model_folder(folder);
    if (!opened)
        return forward(opened);
    const bool belongs = folder == file_or_folder
        || std::find(opened->weights.begin(), opened->weights.end(), file_or_folder) != opened->weights.end();
    return belongs ? std::optional(std::move(*opened)) : std::nullopt;
}

LayerKind kind_of(TensorRole role)
{
    return role == TensorRole::conv2d   ? LayerKind::conv2d
        : role == TensorRole::embedding ? LayerKind::embedding
                                        : LayerKind::linear;
}

/// The tensor that is a layer's weight, in the ways that files name it; null where there is none.
const Operand *weight_of(const std::map<std::string, Operand> &constants, const std::string &layer)
{
    for (const char *ending : {".weight", "_weight", ""})
        if (const auto found = constants.find(layer + ending); found != constants.end())
            return &found->second;
    return nullptr;
}

/// A program of no steps: layers and all other tensors, for quantizing and exporting weights alone. `left_out` gets the names of
/// tensors that no network computes with.
Result<Program> weights_without_network(const WeightFile &file, const FileInspection &inspection,
                                        std::vector<std::string> &left_out, std::stop_token stop, const Progress &progress)
{
    Program::Data data;
    std::map<std::string, Operand> constants;
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        if (stop.stop_requested())
            return cancelled();
        const std::string &name = file.tensors()[i].name;
        auto tensor = read_tensor(file, i);
        if (!tensor && tensor.error().code == ErrorCode::unsupported) {
            left_out.push_back(name);
            continue;
        }
        if (!tensor)
            return forward(tensor);
        constants[name] = data.add(tensor->is_floating_point() ? tensor->to(at::kFloat) : *tensor, "self." + name);
        progress.report("Reading weights", i + 1, file.tensors().size());
    }
    for (const FileLayer &described : inspection.layers) {
        const Operand *weight = weight_of(constants, described.name);
        if (described.kind == TensorRole::other || !weight || !data.tensor(*weight).is_floating_point()
            || data.tensor(*weight).numel() == 0)
            continue;
        Layer layer{layer_index(data.layers.size()), described.name, kind_of(described.kind), described.shape};
        layer.has_bias = constants.contains(described.name + ".bias") || constants.contains(described.name + "_bias");
        layer.depthwise = layer.kind == LayerKind::conv2d && layer.shape[1] == 1 && layer.shape[0] > 1;
        data.layers.push_back(std::move(layer));
        data.layer_weights.push_back(*weight);
    }
    return finish(std::move(data));
}

Result<Model> without_network(const WeightFile &file, const FileInspection &inspection, const std::string &why,
                              std::stop_token stop, const Progress &progress)
{
    Model model;
    std::optional<Error> problem;
    std::vector<std::string> left_out;
    const auto done = guarded("Reading the weights", 0, [&] {
        auto program = weights_without_network(file, inspection, left_out, stop, progress);
        if (program)
            model.program = std::move(*program);
        else
            problem = program.error();
    });
    if (problem)
        return tl::unexpected<Error>(*problem);
    if (!done)
        return forward(done);
    model.notes.push_back(
        "These are weights without a network that uses them: " + why
        + ". They can be looked at, quantized to integer weights and exported; to run them, give the network as "
          "TorchScript (torch.jit.save).");
    if (!left_out.empty())
        model.notes.push_back("Left out are " + std::to_string(left_out.size())
                              + " tensors of types with which no network computes, "
                                "among them "
                              + clean_text(left_out.front()) + ".");
    return model;
}

/// The names of `id2label` in `config.json`, by their numbers; none unless each of the outputs has one that tells something.
std::vector<std::string> stated_names(const Json &config, std::int64_t outputs)
{
    const auto labels = config.find("id2label");
    if (labels == config.end() || !labels->is_object() || static_cast<std::int64_t>(labels->size()) != outputs)
        return {};
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < outputs; ++i) {
        const std::string number = std::to_string(i);
        const auto label = labels->find(number);
        if (label == labels->end() || !label->is_string() || label->get_ref<const std::string &>() == "LABEL_" + number)
            return {};
        names.push_back(clean_text(label->get_ref<const std::string &>()));
    }
    return names;
}

} // namespace

Result<Model> load_weights(const fs::path &given, const FileInspection &inspection, const LoadOptions &options,
                           std::stop_token stop, const Progress &progress)
{
    const std::string stage = "Loading " + model_name(given);
    progress.report(stage, 1, 3);
    const fs::path place = fs::absolute(given).lexically_normal();
    const fs::path path = place.has_filename() ? place : place.parent_path();
    const auto file = WeightFile::open(path);
    if (!file)
        return forward(file);
    const auto folder = folder_of(path);
    if (!folder)
        return forward(folder);
    const WeightsContext context{*folder ? (*folder)->folder : path.parent_path(), *folder ? (*folder)->config : Json()};
    const auto recognised = recognise(file->tensors());
    std::string why = "their names are of no architecture that is built in";
    auto network = recognised ? build_network(*file, *recognised, context, options, why) : Result<std::optional<Model>>();
    if (!network)
        return forward(network);
    if (recognised && !*network)
        why = "they have the names of a " + to_text(recognised->architecture) + ", but " + why;
    Result<Model> model =
        *network ? Result<Model>(std::move(**network)) : without_network(*file, inspection, why, stop, progress);
    if (!model)
        return model;
    model->parameters = inspection.parameters;
    if (*folder && (*folder)->preprocessor)
        model->preprocess = stated_preprocess(*(*folder)->preprocessor);
    if (*folder && model->has_network() && !model->zero_shot)
        model->output_names = stated_names((*folder)->config, model->input.outputs);
    if (model->has_network())
        model->notes.push_back("The network is a " + to_text(recognised->architecture) + " of this program, with weights by "
                               + recognised->convention + "'s names.");
    progress.report(stage, 3, 3);
    return model;
}

Result<Model> random_model(const std::string &key, const fs::path &tokenizer_folder, const LoadOptions &options)
{
    auto model = build_random_network(key, tokenizer_folder, options);
    if (!model)
        return model;
    model->name = key;
    model->sha256 = "random-" + key + "-" + std::to_string(options.seed);
    return model;
}

} // namespace ca
