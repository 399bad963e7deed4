// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/files/file_layers.h"
#include "core/files/safetensors.h"
#include "core/files/torch_archive.h"

namespace ca {
namespace {

/// PyTorch's name of a type.
std::string torch_name(SafeDtype dtype)
{
    switch (dtype) {
    case SafeDtype::boolean:
        return "bool";
    case SafeDtype::bf16:
        return "bfloat16";
    default:
        break;
    }
    const std::string text = to_text(dtype); // F32, I8, U16
    const std::string kind = text[0] == 'F' ? "float" : text[0] == 'I' ? "int" : "uint";
    return kind + text.substr(1);
}

} // namespace

Status inspect_safetensors(const std::filesystem::path &file, FileInspection &inspection)
{
    const auto header = read_safetensors_header(file);
    if (!header)
        return forward(header);
    inspection.format = FileFormat::safetensors;
    std::vector<FoundTensor> found;
    for (const SafeTensor &tensor : header->tensors) {
        FoundTensor one;
        one.tensor = {clean_text(tensor.name), tensor.shape, torch_name(tensor.dtype),
                      bytes(static_cast<std::int64_t>(tensor.end - tensor.begin)), false};
        found.push_back(std::move(one));
    }
    mark_buffers_by_name(found, inspection);
    list_tensors(found, inspection);
    return {};
}

} // namespace ca
