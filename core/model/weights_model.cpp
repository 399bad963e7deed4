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

namespace ca {
namespace {

namespace fs = std::filesystem;

/// The folder that a file of weights belongs to, where it is a Hugging Face folder.
std::optional<ModelFolder> folder_of(const fs::path &file_or_folder)
{
    std::error_code ignored;
    const fs::path folder = fs::is_directory(file_or_folder, ignored) ? file_or_folder : file_or_folder.parent_path();
    if (!is_model_folder(folder))
        return std::nullopt;
    auto opened = open_model_folder(folder);
    if (!opened)
        return std::nullopt;
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

/// A program of no steps: layers and all other tensors, for quantizing and exporting weights alone.
Result<Program> weights_without_network(const WeightFile &file, const FileInspection &inspection, std::stop_token stop,
                                        const Progress &progress)
{
    Program::Data data;
    std::map<std::string, Operand> constants;
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        if (stop.stop_requested())
            return cancelled();
        auto tensor = read_tensor(file, i);
        if (!tensor)
            return forward(tensor);
        const std::string &name = file.tensors()[i].name;
        constants[name] = data.add(tensor->is_floating_point() ? tensor->to(at::kFloat) : *tensor, "self." + name);
        progress.report("Reading weights", i + 1, file.tensors().size());
    }
    for (const FileLayer &described : inspection.layers) {
        const auto weight = constants.find(described.name + ".weight");
        const auto whole = weight == constants.end() ? constants.find(described.name) : weight;
        if (described.kind == TensorRole::other || whole == constants.end() || !data.tensor(whole->second).is_floating_point())
            continue;
        Layer layer{layer_index(data.layers.size()), described.name, kind_of(described.kind), described.shape, false, false, 1};
        layer.has_bias = constants.contains(described.name + ".bias");
        layer.depthwise = layer.kind == LayerKind::conv2d && layer.shape[1] == 1 && layer.shape[0] > 1;
        data.layers.push_back(std::move(layer));
        data.layer_weights.push_back(whole->second);
    }
    return finish(std::move(data));
}

Result<Model> without_network(const WeightFile &file, const FileInspection &inspection, const std::string &why,
                              std::stop_token stop, const Progress &progress)
{
    Model model;
    std::optional<Error> problem;
    const auto done = guarded("Reading the weights", 0, [&] {
        auto program = weights_without_network(file, inspection, stop, progress);
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
    return model;
}

} // namespace

Result<Model> load_weights(const fs::path &file_or_folder, const FileInspection &inspection, const LoadOptions &options,
                           std::stop_token stop, const Progress &progress)
{
    progress.report("Loading " + file_or_folder.filename().string(), 1, 3);
    const auto file = WeightFile::open(file_or_folder);
    if (!file)
        return forward(file);
    const auto folder = folder_of(file_or_folder);
    WeightsContext context{folder ? folder->folder : file_or_folder.parent_path(), folder ? folder->config : Json()};
    const auto recognised = recognise(file->tensors());
    Result<Model> model = recognised
        ? build_network(*file, *recognised, context, options)
        : without_network(*file, inspection, "its names are of no architecture that is built in", stop, progress);
    if (!model && model.error().code == ErrorCode::bad_format)
        model = without_network(*file, inspection,
                                "they have the names of a " + to_text(recognised->architecture) + ", but " + model.error().text(),
                                stop, progress);
    if (!model)
        return model;
    model->parameters = inspection.parameters;
    if (folder && folder->preprocessor)
        model->preprocess = stated_preprocess(*folder->preprocessor);
    if (recognised && model->has_network())
        model->notes.push_back("The network is a " + to_text(recognised->architecture) + " of this program, with weights by "
                               + recognised->convention + "'s names.");
    progress.report("Loading " + file_or_folder.filename().string(), 3, 3);
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
