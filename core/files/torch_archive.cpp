// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torch_archive.h"

#include "core/base/json.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kPickleLimit = 64 << 20; // a million nodes take less

std::string what_is_in(const ZipReader &zip)
{
    const auto has = [&](std::string_view part) {
        return std::any_of(zip.members().begin(), zip.members().end(),
                           [&](const ZipMember &member) { return member.name.find(part) != std::string::npos; });
    };
    if (has("saved_model.pb"))
        return "holds a TensorFlow model. Export it to TorchScript or safetensors from where it was trained.";
    if (has("[Content_Types].xml"))
        return "is an office document. Choose a .pt, .pth or .safetensors file.";
    if (has(".npy"))
        return "holds NumPy arrays. Save the model as safetensors or TorchScript.";
    if (has(".safetensors") || has(".pt"))
        return "is a zip archive with model files in it. Unpack it, and open one of them.";
    return "is a zip archive without a model in it. Choose a .pt, .pth or .safetensors file.";
}

/// Whether LibTorch, which looks members up without regard to case, would take `name` for a part of a model that it is not named
/// as.
bool is_disguised(std::string_view name)
{
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (lower == name)
        return false;
    return lower == "data.pkl" || lower == "constants.pkl" || (lower.starts_with("code/") && !name.starts_with("code/"))
        || (lower.ends_with(".py") && !name.ends_with(".py"));
}

/// LibTorch takes the first member's folder for the model's: there may be no other whose code nobody looked at.
std::string problem_of_members(const ZipReader &zip, std::string_view prefix)
{
    for (const ZipMember &member : zip.members()) {
        const std::string shown = '"' + clean_text(member.name.substr(0, 200)) + '"';
        if (!member.name.starts_with(prefix))
            return "has members beside the model (" + shown + "). Save the model again.";
        if (is_disguised(std::string_view(member.name).substr(prefix.size())))
            return "has a member " + shown + " whose name hides what it is. It is not opened.";
    }
    return {};
}

} // namespace

Result<TorchArchive> open_torch_archive(const std::filesystem::path &file)
{
    auto zip = ZipReader::open(file);
    if (!zip)
        return forward(zip);
    constexpr std::string_view pickle = "data.pkl";
    for (const ZipMember &member : zip->members()) {
        const std::string_view name = member.name;
        if (!name.ends_with(pickle))
            continue;
        const std::string_view prefix = name.substr(0, name.size() - pickle.size());
        if (!prefix.empty() && prefix.find('/') != prefix.size() - 1)
            continue;
        TorchArchive archive{*zip, std::string(prefix), false};
        archive.has_code = std::any_of(zip->members().begin(), zip->members().end(), [&](const ZipMember &m) {
            return m.name == archive.prefix + "constants.pkl" || m.name.starts_with(archive.prefix + "code/");
        });
        if (const std::string problem = problem_of_members(archive.zip, archive.prefix); !problem.empty())
            return fail(ErrorCode::bad_format, "The archive " + file.string() + ' ' + problem);
        return archive;
    }
    return fail(ErrorCode::bad_format, "The file " + file.string() + ' ' + what_is_in(*zip));
}

Result<PickleTree> TorchArchive::pickle(const std::string &member) const
{
    const ZipMember *found = zip.find(prefix + member);
    if (!found)
        return fail(ErrorCode::bad_format, "The archive lacks its member " + member + ". Download or save it again.");
    const auto content = zip.read(*found, kPickleLimit);
    if (!content)
        return forward(content);
    return read_pickle(*content, "Its description of the model (" + member + ')', has_code);
}

Result<PickledTensor> TorchArchive::tensor(const PickleTree &tree, const PickleNode &node, const std::string &name,
                                           const std::string &folder) const
{
    const std::string what = "Its tensor \"" + clean_text(name.substr(0, 200)) + '"';
    auto tensor = pickled_tensor(tree, node, what);
    if (!tensor)
        return tensor;
    const ZipMember *storage = zip.find(prefix + folder + tensor->storage);
    const auto needed = static_cast<std::uint64_t>(tensor->storage_elements) * tensor->element_bytes;
    if (tensor->elements > 0 && (!storage || storage->size < needed))
        return fail(ErrorCode::bad_format, what + " has not all of its bytes in the file. Download or save it again.");
    return tensor;
}

Result<std::vector<std::byte>> TorchArchive::read(const PickledTensor &tensor, const std::string &folder, LastStorage &last) const
{
    const ZipMember *member = zip.find(prefix + folder + tensor.storage);
    if (!member) // an empty tensor needs none
        return std::vector<std::byte>();
    return gather_from(tensor, member->name, last, [&] { return zip.read(*member, static_cast<std::size_t>(member->size)); });
}

} // namespace ca
