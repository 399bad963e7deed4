// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

enum class PickleKind {
    none,
    boolean, ///< in `integer`
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    dict,    ///< items: key, value, key, value …
    global,  ///< `text`: `torch.FloatStorage`
    storage, ///< items: what the persistent id holds: "storage", type, key, device, number of elements
    tensor,  ///< items: the arguments of the function `text` that builds it; the first is a storage
    object,  ///< `text`: its class; items: its state, where it has one
    call, ///< what a function or class that is not known would make; `text`: its name; items: the tuple of its arguments, and its
          ///< state
};

/// A node's number in its tree. Nodes may be shared and may form cycles.
using PickleRef = std::uint32_t;

struct PickleNode {
    PickleKind kind = PickleKind::none;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    std::vector<PickleRef> items;
};

/// What a pickle describes. Nothing of it has been called.
struct PickleTree {
    std::vector<PickleNode> nodes;
    PickleRef root = 0;
    std::size_t end = 0;                      ///< bytes read, up to and with the instruction that ends the pickle
    std::vector<std::string> unknown_globals; ///< names that a model's weights do not need, `os.system`; once each

    [[nodiscard]] const PickleNode &at(PickleRef ref) const { return nodes[ref]; }
    /// The value of a text key; nullptr where `dict` is no dict or has no such key.
    [[nodiscard]] const PickleNode *find(const PickleNode &dict, std::string_view key) const;
};

/// Follows the instructions of a pickle of protocol 2 or later with a machine that can build values and nothing else. Functions
/// and classes are names to it: those that describe tensors (`torch._utils._rebuild_tensor_v2`, `torch.FloatStorage`,
/// `collections.OrderedDict` …), and with `torchscript` the classes `__torch__.*`, have a meaning; any other ends up in
/// `unknown_globals`. Time and memory are bounded by the length of `bytes` and by a million nodes. Errors: `bad_format`, with a
/// sentence that begins with `what`.
[[nodiscard]] Result<PickleTree> read_pickle(std::string_view bytes, const std::string &what, bool torchscript);

} // namespace ca
