// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model_source.h"

#include "app/cli/data_folder.h"
#include "app/cli/resources.h"
#include "core/base/json.h"
#include "core/data/prompts.h"

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

/// The key, or null where a file of that name is there.
const ZooEntry *key_of(const std::string &model)
{
    return exists(model) ? nullptr : find_in_zoo(model);
}

} // namespace

Result<ModelSource> find_model(const std::string &model, const std::string &weights)
{
    if (const ZooEntry *entry = key_of(model)) {
        if (!weights.empty())
            return with_weights(*entry, weights);
        const auto data = data_folder();
        if (!data)
            return forward(data);
        if (is_fetched(*entry, *data))
            return ModelSource{model_path(*entry, *data), entry, false};
        return fail(ErrorCode::not_found,
                    "The weights of " + entry->key + " are not in " + model_place(*data, entry->key).string()
                        + " yet. Evaluate or quantize it once, which downloads them, or name a file by --weights.");
    }
    if (!weights.empty())
        return fail(ErrorCode::usage, "--weights goes with one of the models " + zoo_keys() + "; a file brings its own.");
    if (exists(model))
        return ModelSource{model, nullptr, false};
    if (model == "demo") {
        const auto demo = demo_model();
        if (!demo)
            return forward(demo);
        return ModelSource{*demo, nullptr, false};
    }
    return fail(ErrorCode::not_found,
                "There is no model file " + model + ". Check its name, or use demo or one of " + zoo_keys() + ".");
}

Result<ModelSource> get_model(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    const ZooEntry *entry = key_of(arguments.model);
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
    if (data == "cifar10" && !exists(data))
        return fetch_cifar10(fetch, stop, progress);
    return fs::path(data);
}

Result<Model> load_source(const ModelSource &source, const LoadOptions &options, std::stop_token stop, const Progress &progress)
{
    auto model =
        source.random ? random_model(source.zoo->key, source.file, options) : load_model(source.file, options, stop, progress);
    if (!model || !source.zoo)
        return model;
    model->name = source.zoo->key;
    if (model->preprocess.empty())
        model->preprocess = source.zoo->preprocess;
    return model;
}

Result<PromptMaker> prompts_of(const Arguments &arguments, const std::optional<DataSet> &data)
{
    std::vector<std::string> classes = data ? data->classes : cifar10_classes();
    std::vector<std::string> templates = clip_templates();
    if (!arguments.classes_file.empty()) {
        auto read = read_prompt_classes(arguments.classes_file);
        if (!read)
            return forward(read);
        classes = std::move(*read);
    }
    if (!arguments.templates_file.empty()) {
        auto read = read_prompt_templates(arguments.templates_file);
        if (!read)
            return forward(read);
        templates = std::move(*read);
    }
    return prompt_maker(std::move(classes), std::move(templates));
}

} // namespace ca
