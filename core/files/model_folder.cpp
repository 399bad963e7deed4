// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/model_folder.h"

#include "core/base/atomic_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kConfigLimit = 8 << 20; // with the names of 21,000 classes it takes 1.5 MB
constexpr std::size_t kIndexLimit = 16 << 20; // 100,000 tensors
constexpr std::string_view kConfig = "config.json";
constexpr std::array<std::string_view, 2> kWeights{"model.safetensors", "pytorch_model.bin"}; // looked for in this order
constexpr std::string_view kIndexEnding = ".index.json";

bool is_there(const fs::path &file)
{
    std::error_code ignored;
    return fs::exists(file, ignored);
}

Result<Json> read_json(const fs::path &file, std::size_t limit)
{
    const auto text = read_file(file, limit);
    if (!text)
        return forward(text);
    auto json = parse_json(*text, "The file " + file.string());
    if (json && !json->is_object())
        return fail(ErrorCode::bad_format, "The file " + file.string() + " holds no JSON object. Download it again.");
    return json;
}

/// A file of the folder itself: no path that leads elsewhere.
bool is_plain_name(const std::string &name)
{
    return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\\0:", 4)) == std::string::npos;
}

/// Fills `weights` and `shards` from `{"weight_map":{"tensor":"file"}}`.
Status read_index(const fs::path &file, ModelFolder &model)
{
    const auto json = read_json(file, kIndexLimit);
    if (!json)
        return forward(json);
    const auto map = json->find("weight_map");
    if (map == json->end() || !map->is_object() || map->empty())
        return fail(ErrorCode::bad_format, "The index " + file.string() + " lists no weights. Download it again.");
    std::set<std::string> names;
    for (const auto &[tensor, shard] : map->items()) {
        const std::string name = shard.is_string() ? shard.get<std::string>() : std::string();
        if (!is_plain_name(name))
            return fail(ErrorCode::bad_format,
                        "The index " + file.string() + " names \"" + clean_text(name.substr(0, 200))
                            + "\", which is no file of its folder. The model is not opened.");
        names.insert(name);
    }
    for (const std::string &name : names) {
        if (!is_there(model.folder / name))
            return fail(ErrorCode::bad_format,
                        "The folder " + model.folder.string() + " lacks " + clean_text(name)
                            + ", which its index names as a part of the weights. Download that file.");
        model.weights.push_back(model.folder / name);
    }
    for (const auto &[tensor, shard] : map->items())
        model.shards.emplace(tensor, std::distance(names.begin(), names.find(shard.get<std::string>())));
    return {};
}

Status find_weights(ModelFolder &model)
{
    for (const std::string_view name : kWeights) {
        if (const fs::path file = model.folder / name; is_there(file)) {
            model.weights = {file};
            return {};
        }
        if (const fs::path index = model.folder / (std::string(name) += kIndexEnding); is_there(index))
            return read_index(index, model);
    }
    return fail(ErrorCode::bad_format,
                "The folder " + model.folder.string()
                    + " has a config.json and no weights: there is neither model.safetensors nor pytorch_model.bin, nor an index "
                      "of parts (model.safetensors.index.json, pytorch_model.bin.index.json). Download one of them.");
}

std::string architecture_of(const Json &config)
{
    if (const auto type = config.find("model_type"); type != config.end() && type->is_string())
        return clean_text(type->get<std::string>());
    const auto list = config.find("architectures");
    if (list != config.end() && list->is_array() && !list->empty() && list->front().is_string())
        return clean_text(list->front().get<std::string>());
    return {};
}

} // namespace

bool is_model_folder(const fs::path &folder)
{
    std::error_code ignored;
    return fs::is_directory(folder, ignored) && is_there(folder / kConfig);
}

Result<ModelFolder> open_model_folder(const fs::path &folder)
{
    if (!is_there(folder))
        return fail(ErrorCode::not_found, "There is no folder " + folder.string() + ". Check its name.");
    ModelFolder model;
    model.folder = folder;
    auto config = read_json(folder / kConfig, kConfigLimit);
    if (!config)
        return forward(config);
    model.config = std::move(*config);
    model.architecture = architecture_of(model.config);
    if (const fs::path file = folder / "preprocessor_config.json"; is_there(file)) {
        auto preprocessor = read_json(file, kConfigLimit);
        if (!preprocessor)
            return forward(preprocessor);
        model.preprocessor = std::move(*preprocessor);
    }
    if (const auto found = find_weights(model); !found)
        return forward(found);
    return model;
}

} // namespace ca
