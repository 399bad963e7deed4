// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model_source.h"

#include "app/cli/data_folder.h"
#include "app/cli/resources.h"
#include "core/base/json.h"
#include "core/data/prompts.h"
#include "core/files/weight_file.h"
#include "core/model/architectures/recognise.h"

namespace ca {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string &path)
{
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// The tokenizer that random weights of a CLIP model use: its own where it was fetched, else the demo's, whose ids are fewer.
Result<fs::path> tokenizer_folder(const ZooEntry &entry)
{
    const auto data = data_folder();
    if (data && exists(model_place(*data, entry.key) / "vocab.json"))
        return model_place(*data, entry.key);
    return entry.is_clip() ? demo_model() : Result<fs::path>(fs::path());
}

Result<ModelSource> with_weights(const ZooEntry &entry, const std::string &weights)
{
    if (weights == "random") {
        const auto folder = tokenizer_folder(entry);
        if (!folder)
            return forward(folder);
        return ModelSource{*folder, &entry, true};
    }
    if (!exists(weights))
        return fail(ErrorCode::not_found,
                    "There is no file of weights " + weights + ". Check its name, or use --weights random.");
    return ModelSource{weights, &entry, false};
}

std::string zoo_keys()
{
    std::string keys;
    for (const ZooEntry &entry : zoo())
        keys += (keys.empty() ? "" : ", ") + entry.key;
    return keys;
}

Architecture architecture_of(const ZooEntry &entry)
{
    if (entry.is_clip())
        return Architecture::clip;
    return entry.key == "resnet18" ? Architecture::resnet
        : entry.key == "vit_b_16"  ? Architecture::vit
                                   : Architecture::mobilenet_v2;
}

/// Weights that are another network's than the key's are refused; other sizes of the same network are not.
Status check_weights(const ZooEntry &entry, const fs::path &weights)
{
    const auto file = WeightFile::open(weights);
    if (!file)
        return forward(file);
    const auto recognised = recognise(file->tensors());
    if (!recognised || recognised->architecture == architecture_of(entry))
        return {};
    return fail(ErrorCode::bad_format,
                "The file " + weights.string() + " holds the weights of a " + to_text(recognised->architecture) + ", not of "
                    + entry.key + ". Open it by itself with --model.");
}

Result<std::vector<std::string>> lines_or(const std::string &file, const std::vector<std::string> &otherwise,
                                          Result<std::vector<std::string>> (*read)(const fs::path &))
{
    return file.empty() ? otherwise : read(file);
}

} // namespace

Result<ModelSource> find_model(const std::string &model, const std::string &weights)
{
    if (const ZooEntry *entry = find_in_zoo(model)) {
        if (!weights.empty())
            return with_weights(*entry, weights);
        const auto data = data_folder();
        if (!data)
            return forward(data);
        if (is_fetched(*entry, *data))
            return ModelSource{model_path(*entry, *data), entry, false};
        return fail(ErrorCode::not_found,
                    "The weights of " + entry->key + " are not in " + model_place(*data, entry->key).string()
                        + " yet. Evaluating or quantizing it brings them there.");
    }
    if (!weights.empty())
        return fail(ErrorCode::usage, "--weights goes with one of the models " + zoo_keys() + "; a file brings its own.");
    if (model == "demo") { // before a file of that name, as with all known names
        const auto demo = demo_model();
        if (!demo)
            return forward(demo);
        return ModelSource{*demo, nullptr, false};
    }
    if (exists(model))
        return ModelSource{model, nullptr, false};
    return fail(ErrorCode::not_found,
                "There is no model file " + model + ". Check its name, or use demo or one of " + zoo_keys() + ".");
}

Result<ModelSource> get_model(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    const ZooEntry *entry = find_in_zoo(arguments.model);
    if (!entry || !arguments.weights.empty())
        return find_model(arguments.model, arguments.weights);
    const auto fetched = fetch_zoo_model(*entry, fetch, stop, progress);
    if (!fetched)
        return forward(fetched);
    return ModelSource{*fetched, entry, false};
}

Result<fs::path> get_data(const std::string &data, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    if (data == "pictogram10")
        return demo_data();
    if (data == "cifar10")
        return fetch_cifar10(fetch, stop, progress);
    return fs::path(data);
}

Result<Model> load_source(const ModelSource &source, const LoadOptions &options, std::stop_token stop, const Progress &progress)
{
    if (source.zoo && !source.random)
        if (const auto fits = check_weights(*source.zoo, source.file); !fits)
            return forward(fits);
    auto model =
        source.random ? random_model(source.zoo->key, source.file, options) : load_model(source.file, options, stop, progress);
    if (!model || !source.zoo)
        return model;
    model->name = source.zoo->key;
    if (model->preprocess.empty())
        model->preprocess = source.zoo->preprocess;
    return model;
}

Status check_names(const Arguments &arguments)
{
    if (!find_in_zoo(arguments.model) || !arguments.weights.empty())
        if (const auto found = find_model(arguments.model, arguments.weights); !found)
            return forward(found);
    for (const std::string &file : {arguments.classes_file, arguments.templates_file, arguments.recipe_file})
        if (!file.empty() && !exists(file))
            return fail(ErrorCode::not_found, "There is no file " + file + ". Check its name.");
    return {};
}

Result<PromptMaker> prompts_of(const Arguments &arguments, const std::optional<DataSet> &data)
{
    auto classes = lines_or(arguments.classes_file, data ? data->classes : cifar10_classes(), read_prompt_classes);
    if (!classes) // other networks make no prompts, and take names that these would not
        return PromptMaker([error = classes.error()](const fs::path &, std::size_t) { return tl::unexpected<Error>(error); });
    auto templates = lines_or(arguments.templates_file, clip_templates(), read_prompt_templates);
    if (!templates)
        return forward(templates);
    return prompt_maker(std::move(*classes), std::move(*templates));
}

Status name_outputs(const Arguments &arguments, Model &model)
{
    if (arguments.classes_file.empty() || model.zero_shot || !model.has_network())
        return {};
    auto names = read_output_names(arguments.classes_file);
    if (!names)
        return forward(names);
    if (static_cast<std::int64_t>(names->size()) != model.input.outputs)
        return fail(ErrorCode::bad_data,
                    "The file " + arguments.classes_file + " has " + std::to_string(names->size()) + " names, and the model "
                        + model.name + " has " + std::to_string(model.input.outputs)
                        + " outputs. Write one name a line for each of them.");
    model.output_names = std::move(*names);
    return {};
}

} // namespace ca
