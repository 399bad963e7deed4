// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/files/file_layers.h"
#include "core/files/torch_archive.h"
#include "core/files/torchscript_code.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace ca {
namespace {

constexpr std::size_t kLargestSource = 4 << 20; // one member; the largest seen is 0.1 MB
constexpr std::uint64_t kAllSource = 64 << 20;
constexpr int kDeepestModule = 200;
constexpr std::size_t kMostTensors = 200'000;
constexpr std::size_t kLongestPath = 1000;

using Classes = std::map<std::string, ScriptClass, std::less<>>;

std::string dotted(std::string_view path)
{
    std::string name(path);
    std::replace(name.begin(), name.end(), '/', '.');
    return name;
}

/// Looks through `code/`: what it does, and what its classes declare.
Status read_code(const TorchArchive &archive, std::stop_token stop, FileInspection &inspection, Classes &classes)
{
    const std::string folder = archive.prefix + "code/";
    std::uint64_t total = 0;
    for (const ZipMember &member : archive.zip.members()) {
        if (!member.name.starts_with(folder) || !member.name.ends_with(".py"))
            continue;
        if (stop.stop_requested())
            return cancelled();
        const std::string shown = clean_text(member.name.substr(archive.prefix.size()));
        total += member.size;
        if (member.size > kLargestSource || total > kAllSource) {
            inspection.findings.push_back({shown, 0, "It is more source than any model's (over 4 MiB), and was not read."});
            continue;
        }
        const auto source = archive.zip.read(member, kLargestSource);
        if (!source)
            return forward(source);
        const auto found = script_findings(*source, shown);
        inspection.findings.insert(inspection.findings.end(), found.begin(), found.end());
        const std::string_view path = std::string_view(member.name).substr(folder.size());
        for (ScriptClass &one : script_classes(*source, dotted(path.substr(0, path.size() - 3))))
            classes.insert_or_assign(one.name, std::move(one));
    }
    return {};
}

/// Follows the objects of a pickle and names its tensors by their attributes.
class Walk {
public:
    Walk(const TorchArchive &archive, const PickleTree &tree, const Classes &classes, std::string folder)
        : archive_(archive), tree_(tree), classes_(classes), folder_(std::move(folder))
    {
    }

    Status visit(PickleRef ref, const std::string &path, bool buffer, const std::string &owner, int depth)
    {
        const PickleNode &node = tree_.at(ref);
        if (depth > kDeepestModule || path.size() > kLongestPath || found_.size() > kMostTensors)
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
            const std::string name = dict ? tree_.at(node.items[i]).text : std::to_string(i);
            if (auto status = visit(node.items[dict ? i + 1 : i], joined(path, name), buffer, owner, depth + 1); !status)
                return status;
        }
        return {};
    }

    std::vector<FoundTensor> take() { return std::move(found_); }

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
        const auto tensor = archive_.tensor(tree_, node, path, folder_);
        if (!tensor)
            return forward(tensor);
        FoundTensor found;
        found.tensor = {clean_text(path), tensor->shape, tensor->dtype,
                        bytes(tensor->elements * static_cast<std::int64_t>(tensor->element_bytes)), buffer};
        found.owner = owner;
        found.repeated =
            !views_.emplace(tensor->storage, tensor->offset, tensor->shape, tensor->strides).second && tensor->elements > 0;
        found_.push_back(std::move(found));
        return {};
    }

    using View = std::tuple<std::string, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>;

    const TorchArchive &archive_;
    const PickleTree &tree_;
    const Classes &classes_;
    std::string folder_;
    std::vector<FoundTensor> found_;
    std::set<PickleRef> seen_;
    std::set<View> views_;
};

/// Tensors that tracing or freezing put beside the modules. Whole numbers and single numbers are no parameters.
Status add_constants(const TorchArchive &archive, FileInspection &inspection, std::vector<FoundTensor> &found)
{
    if (!archive.zip.find(archive.prefix + "constants.pkl"))
        return {};
    const auto tree = archive.pickle("constants.pkl");
    if (!tree)
        return forward(tree);
    const Classes none;
    Walk walk(archive, *tree, none, "constants/");
    const PickleNode &root = tree->at(tree->root);
    for (std::size_t i = 0; i < root.items.size(); ++i)
        if (auto status = walk.visit(root.items[i], "CONSTANTS.c" + std::to_string(i), false, {}, 0); !status)
            return status;
    std::int64_t counted = 0;
    for (FoundTensor &one : walk.take()) {
        const bool real = one.tensor.dtype.find("float") != std::string::npos;
        one.tensor.is_buffer = !real || one.tensor.shape.empty();
        counted += one.tensor.is_buffer ? 0 : 1;
        found.push_back(std::move(one));
    }
    if (counted > 0)
        inspection.warnings.push_back(std::to_string(counted)
                                      + " tensors were frozen into the code as constants; they are counted as parameters, "
                                        "and their names are lost.");
    return {};
}

} // namespace

Status inspect_torchscript(const TorchArchive &archive, std::stop_token stop, FileInspection &inspection)
{
    inspection.format = FileFormat::torchscript;
    Classes classes;
    if (auto status = read_code(archive, stop, inspection, classes); !status)
        return status;
    const auto tree = archive.pickle("data.pkl");
    if (!tree)
        return forward(tree);
    for (const std::string &name : tree->unknown_globals)
        inspection.findings.push_back({"data.pkl", 0, "It names `" + name + "`, which no model's weights need."});
    if (tree->at(tree->root).kind != PickleKind::object)
        return fail(ErrorCode::bad_format,
                    "The archive describes no module in data.pkl. Save the model again with torch.jit.save.");
    Walk walk(archive, *tree, classes, "data/");
    if (auto status = walk.visit(tree->root, {}, false, {}, 0); !status)
        return status;
    std::vector<FoundTensor> found = walk.take();
    if (auto status = add_constants(archive, inspection, found); !status)
        return status;
    if (classes.empty())
        mark_buffers_by_name(found, inspection);
    inspection.verdict = inspection.findings.empty() ? CodeVerdict::plain : CodeVerdict::suspicious;
    list_tensors(found, inspection);
    return {};
}

} // namespace ca
