// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickle_globals.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ca {
namespace {

constexpr std::array<std::string_view, 5> kTensorBuilders{"torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
                                                          "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_qtensor",
                                                          "torch._utils._rebuild_parameter"};
constexpr std::array<std::string_view, 3> kOthers{"collections.OrderedDict", "torch.Size", "torch.device"};
constexpr std::array<std::string_view, 28> kDtypes{"float32",
                                                   "float64",
                                                   "float16",
                                                   "bfloat16",
                                                   "complex64",
                                                   "complex128",
                                                   "int8",
                                                   "int16",
                                                   "int32",
                                                   "int64",
                                                   "uint8",
                                                   "uint16",
                                                   "uint32",
                                                   "uint64",
                                                   "bool",
                                                   "qint8",
                                                   "quint8",
                                                   "qint32",
                                                   "float",
                                                   "float8_e4m3fn",
                                                   "float8_e5m2",
                                                   "half",
                                                   "double",
                                                   "long",
                                                   "int",
                                                   "short",
                                                   "per_tensor_affine",
                                                   "per_channel_affine"};

constexpr std::size_t kMostArguments = 10; // of a function that builds a tensor

template <std::size_t N>
bool contains(const std::array<std::string_view, N> &list, std::string_view text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_word(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

PickleRef add(PickleTree &tree, PickleNode node)
{
    tree.nodes.push_back(std::move(node));
    return static_cast<PickleRef>(tree.nodes.size() - 1);
}

} // namespace

bool is_known_global(std::string_view name, bool torchscript)
{
    if (contains(kTensorBuilders, name) || contains(kOthers, name))
        return true;
    if (torchscript && (name.starts_with("__torch__.") || name.starts_with("torch.jit._pickle.")))
        return !name.starts_with("__torch__.torch.classes."); // those are C++, and not in the file
    if (name == "torch.storage.UntypedStorage")
        return true;
    if (!name.starts_with("torch."))
        return false;
    const std::string_view rest = name.substr(6);
    return contains(kDtypes, rest) || (is_word(rest) && rest.ends_with("Storage"));
}

PickleRef build_value(PickleTree &tree, PickleRef callee, PickleRef arguments, bool object, bool torchscript)
{
    const std::string name = tree.at(callee).kind == PickleKind::global ? tree.at(callee).text : std::string();
    const auto &all = tree.at(arguments).items;
    // Copies stay short: a pickle may name one long tuple of arguments again and again, at a few bytes each time.
    const std::vector<PickleRef> given(all.begin(),
                                       all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostArguments)));
    const bool known = is_known_global(name, torchscript);
    const PickleKind first = given.empty() ? PickleKind::none : tree.at(given[0]).kind;
    if (name == "collections.OrderedDict" && given.empty()) // its entries follow as instructions
        return add(tree, {PickleKind::dict, 0, 0, {}, {}});
    if (known && object)
        return add(tree, {PickleKind::object, 0, 0, name, {}});
    if (name == "torch._utils._rebuild_parameter" && first == PickleKind::tensor)
        return given[0];
    if (contains(kTensorBuilders, name) && first == PickleKind::storage)
        return add(tree, {PickleKind::tensor, 0, 0, name, given});
    if ((name == "torch.Size" || name.starts_with("torch.jit._pickle.")) && known && !given.empty())
        return given[0]; // a list or a value with a note of its type
    return add(tree, {PickleKind::call, 0, 0, name, {arguments}});
}

} // namespace ca
