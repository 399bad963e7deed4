// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchscript_tensors.h"

#include "core/base/json.h"

#include <set>
#include <tuple>
#include <utility>

namespace ca {
namespace {

constexpr int kDeepestModule = 200;
constexpr std::size_t kMostTensors = 200'000;
constexpr std::size_t kLongestPath = 1000;

/// Follows the objects of a pickle and names its tensors by their attributes.
class Walk {
public:
    Walk(const TorchArchive &archive, const PickleTree &tree, const ScriptClasses &classes, std::string folder)
        : archive_(archive), tree_(tree), classes_(classes), folder_(std::move(folder))
    {
    }

    Status visit(PickleRef ref, const std::string &path, bool buffer, const std::string &owner, int depth)
    {
        const PickleNode &node = tree_.at(ref);
        if (found_.size() > kMostTensors)
            return fail(ErrorCode::bad_format, "It has more than 200,000 tensors, more than any model. The file is not opened.");
        if (depth > kDeepestModule || path.size() > kLongestPath)
            return fail(ErrorCode::bad_format, "Its modules are nested more deeply than any model's. The file is not opened.");
        if (node.kind == PickleKind::tensor)
            return add(node, path, buffer, owner);
        if (node.items.empty() || !seen_.insert(ref).second)
            return {};
        if (node.kind == PickleKind::object)
            return visit_object(node, path, depth);
        const bool dict = node.kind == PickleKind::dict;
        if (!dict && node.kind != PickleKind::list && node.kind != PickleKind::tuple)
            return {};
        for (std::size_t i = 0; i < node.items.size(); i += dict ? 2 : 1) {
            const std::string name = dict ? key_text(tree_.at(node.items[i])) : std::to_string(i);
            if (auto status = visit(node.items[dict ? i + 1 : i], joined(path, name), buffer, owner, depth + 1); !status)
                return status;
        }
        return {};
    }

    std::vector<ScriptTensor> take() { return std::move(found_); }

private:
    static std::string joined(const std::string &path, const std::string &name)
    {
        return path.empty() ? name : path + '.' + name;
    }

    Status visit_object(const PickleNode &node, const std::string &path, int depth)
    {
        const auto known = classes_.find(node.text);
        const PickleNode &state = tree_.at(node.items[0]);
        if (state.kind != PickleKind::dict) // a class with a `__getstate__` of its own
            return visit(node.items[0], path, /*buffer=*/true, node.text, depth + 1);
        for (std::size_t i = 0; i + 1 < state.items.size(); i += 2) {
            const std::string &name = tree_.at(state.items[i]).text;
            const bool buffer = known != classes_.end() && !known->second.parameters.contains(name);
            if (auto status = visit(state.items[i + 1], joined(path, name), buffer, node.text, depth + 1); !status)
                return status;
        }
        return {};
    }

    Status add(const PickleNode &node, const std::string &path, bool buffer, const std::string &owner)
    {
        auto tensor = archive_.tensor(tree_, node, path, folder_);
        if (!tensor)
            return forward(tensor);
        FoundTensor found;
        found.tensor = {clean_text(path), tensor->shape, tensor->dtype,
                        bytes(tensor->elements * static_cast<std::int64_t>(tensor->element_bytes)), buffer};
        found.owner = owner;
        found.repeated =
            !views_.emplace(tensor->storage, tensor->offset, tensor->shape, tensor->strides).second && tensor->elements > 0;
        found_.push_back({std::move(found), std::move(*tensor), folder_});
        return {};
    }

    using View = std::tuple<std::string, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>;

    const TorchArchive &archive_;
    const PickleTree &tree_;
    const ScriptClasses &classes_;
    std::string folder_;
    std::vector<ScriptTensor> found_;
    std::set<PickleRef> seen_;
    std::set<View> views_;
};

} // namespace

Result<ScriptPickles> read_script_pickles(const TorchArchive &archive)
{
    ScriptPickles pickles;
    auto module = archive.pickle("data.pkl");
    if (!module)
        return forward(module);
    pickles.module = std::move(*module);
    if (pickles.module.at(pickles.module.root).kind != PickleKind::object)
        return fail(ErrorCode::bad_format,
                    "The archive describes no module in data.pkl. Save the model again with torch.jit.save.");
    if (archive.zip.find(archive.prefix + "constants.pkl")) {
        auto constants = archive.pickle("constants.pkl");
        if (!constants)
            return forward(constants);
        pickles.constants = std::move(*constants);
    }
    return pickles;
}

Result<std::vector<ScriptTensor>> script_tensors(const TorchArchive &archive, const ScriptPickles &pickles,
                                                 const ScriptClasses &classes)
{
    Walk walk(archive, pickles.module, classes, "data/");
    if (auto status = walk.visit(pickles.module.root, {}, false, {}, 0); !status)
        return forward(status);
    std::vector<ScriptTensor> tensors = walk.take();
    if (!pickles.constants)
        return tensors;
    Walk beside(archive, *pickles.constants, classes, "constants/");
    const PickleNode &root = pickles.constants->at(pickles.constants->root);
    for (std::size_t i = 0; i < root.items.size(); ++i)
        if (auto status = beside.visit(root.items[i], "CONSTANTS.c" + std::to_string(i), false, {}, 0); !status)
            return forward(status);
    for (ScriptTensor &constant : beside.take()) {
        FileTensor &tensor = constant.found.tensor; // whole numbers and single numbers are no parameters
        tensor.is_buffer = tensor.dtype.find("float") == std::string::npos || tensor.shape.empty();
        tensors.push_back(std::move(constant));
    }
    return tensors;
}

} // namespace ca
