// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/file_layers.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace ca {
namespace {

/// The name without `suffix`; absent where it does not end so or is nothing else.
std::optional<std::string> without(std::string_view name, std::string_view suffix)
{
    if (name.size() <= suffix.size() || !name.ends_with(suffix))
        return std::nullopt;
    return std::string(name.substr(0, name.size() - suffix.size()));
}

std::string_view last_part(std::string_view name)
{
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

struct LayerName {
    std::string name;
    std::string bias;
};

/// What the layer of this weight would be called; absent where the tensor is no layer's weight.
std::optional<LayerName> layer_name(const FileTensor &tensor)
{
    if (tensor.name == "weight") // of a file that holds one layer
        return LayerName{"weight", "bias"};
    if (const auto name = without(tensor.name, ".weight"))
        return LayerName{*name, *name + ".bias"};
    if (const auto name = without(tensor.name, "_proj_weight")) // torch.nn.MultiheadAttention
        return LayerName{*name + "_proj", *name + "_proj_bias"};
    // A matrix that the code multiplies with: CLIP's `text_projection` and `proj`; a constant that tracing froze.
    const std::string_view last = last_part(tensor.name);
    const bool matrix = tensor.shape.size() == 2 && (last == "proj" || last.ends_with("projection"));
    if (matrix || tensor.name.starts_with("CONSTANTS."))
        return LayerName{tensor.name, {}};
    return std::nullopt;
}

bool is_embedding(const FoundTensor &found)
{
    if (!found.owner.empty() && contains(found.owner, "torch.nn.modules"))
        return last_part(found.owner).starts_with("Embedding");
    const auto name = without(found.tensor.name, ".weight").value_or(std::string());
    const std::string_view last = last_part(name);
    constexpr std::array<std::string_view, 5> known{"wte", "wpe", "embed", "embed_tokens", "tok_embeddings"};
    return contains(last, "embedding") || std::find(known.begin(), known.end(), last) != known.end();
}

std::optional<TensorRole> layer_kind(const FoundTensor &found)
{
    switch (found.tensor.shape.size()) {
    case 2:
        return is_embedding(found) ? TensorRole::embedding : TensorRole::linear;
    case 3:
    case 5:
        return found.tensor.name.ends_with(".weight") ? std::optional(TensorRole::other) : std::nullopt;
    case 4:
        return contains(last_part(found.owner), "Transpose") ? TensorRole::other : TensorRole::conv2d;
    default:
        return std::nullopt; // scales and shifts of a normalisation
    }
}

constexpr std::array<std::string_view, 4> kBufferNames{"running_mean", "running_var", "num_batches_tracked", "position_ids"};

} // namespace

std::int64_t element_count(const std::vector<std::int64_t> &shape)
{
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return 0; // the other sides may be anything
    std::int64_t count = 1;
    for (const std::int64_t side : shape)
        count *= side;
    return count;
}

bool looks_like_buffer(const FileTensor &tensor)
{
    const std::string_view last = last_part(tensor.name);
    return std::find(kBufferNames.begin(), kBufferNames.end(), last) != kBufferNames.end() || tensor.dtype == "int64"
        || tensor.dtype == "bool";
}

void mark_buffers_by_name(std::vector<FoundTensor> &found, FileInspection &inspection)
{
    std::int64_t buffers = 0;
    std::int64_t parameters = 0;
    for (FoundTensor &one : found) {
        one.tensor.is_buffer = looks_like_buffer(one.tensor);
        (one.tensor.is_buffer ? buffers : parameters) += one.repeated ? 0 : element_count(one.tensor.shape);
    }
    if (buffers > 0)
        inspection.warnings.push_back("The file does not tell parameters from buffers: " + std::to_string(parameters)
                                      + " parameters are counted without tensors named like buffers (running_mean, running_var, "
                                        "num_batches_tracked, position_ids, whole numbers), "
                                      + std::to_string(parameters + buffers) + " with them.");
}

void list_tensors(const std::vector<FoundTensor> &found, FileInspection &inspection)
{
    std::map<std::string_view, const FileTensor *> by_name;
    for (const FoundTensor &one : found)
        by_name.emplace(one.tensor.name, &one.tensor);
    for (const FoundTensor &one : found) {
        const FileTensor &tensor = one.tensor;
        inspection.tensors.push_back(tensor);
        if (tensor.is_buffer || one.repeated)
            continue;
        inspection.parameters += element_count(tensor.shape);
        const auto name = layer_name(tensor);
        const auto kind = layer_kind(one);
        if (!name || !kind)
            continue;
        FileLayer layer{name->name, *kind, tensor.shape, tensor.dtype, element_count(tensor.shape), tensor.size};
        if (const auto bias = by_name.find(name->bias); bias != by_name.end() && !bias->second->is_buffer) {
            layer.parameters += element_count(bias->second->shape);
            layer.size += bias->second->size;
        }
        inspection.layers.push_back(std::move(layer));
    }
}

} // namespace ca
