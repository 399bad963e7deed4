// SPDX-License-Identifier: GPL-3.0-or-later
// In-place operators as pure ones. The written input gets a new slot; where it is a view, the change is carried back to the
// tensor that it looks into, and every other view of that tensor is taken anew from the changed one.
#include "core/program/recorder_torch.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ca {
namespace {

/// `aten::add_` -> `aten::add`.
std::string pure_name(const std::string &op)
{
    if (op.size() < 7 || op.back() != '_' || op.ends_with("__"))
        throw NotRecordable("writes into a tensor by " + op);
    return op.substr(0, op.size() - 1);
}

bool keeps_all_elements(const std::string &op)
{
    static constexpr std::array<std::string_view, 14> kReshapes{
        "aten::view",    "aten::reshape",    "aten::flatten", "aten::unflatten",   "aten::unsqueeze",
        "aten::squeeze", "aten::contiguous", "aten::view_as", "aten::alias",       "aten::reshape_as",
        "aten::dropout", "aten::to",         "aten::detach",  "aten::_unsafe_view"};
    return std::find(kReshapes.begin(), kReshapes.end(), op) != kReshapes.end();
}

c10::IValue inverse_permutation(const c10::IValue &dims)
{
    const auto order = dims.toIntVector();
    c10::List<std::int64_t> inverse;
    inverse.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto at = order[i] < 0 ? order[i] + static_cast<std::int64_t>(order.size()) : order[i];
        inverse.set(static_cast<std::size_t>(at), static_cast<std::int64_t>(i));
    }
    return inverse;
}

} // namespace

std::vector<int> StepEmitter::aliases_of(int slot) const
{
    const auto storage = [&](int of) -> const void * {
        const c10::IValue &held = values_[static_cast<std::size_t>(of)];
        return held.isTensor() && held.toTensor().defined() && held.toTensor().has_storage()
            ? held.toTensor().storage().unsafeGetStorageImpl()
            : nullptr;
    };
    std::vector<int> aliases;
    for (int other = 0; other < recording_.data.slots; ++other)
        if (redirect_[static_cast<std::size_t>(other)] == -1 && storage(other) != nullptr && storage(other) == storage(slot))
            aliases.push_back(other);
    return aliases;
}

/// What the tensor under `view` holds once the view holds `changed`.
Operand StepEmitter::write_back(const View &view, Operand changed)
{
    const Step step = recording_.data.steps[view.step]; // a copy: emitting grows the list
    const Operand base = view.base;
    if (step.op == "aten::slice")
        return emit_one("aten::slice_scatter", "", {base, changed, step.in[1], step.in[2], step.in[3], step.in[4]});
    if (step.op == "aten::select")
        return emit_one("aten::select_scatter", "", {base, changed, step.in[1], step.in[2]});
    if (step.op == "aten::transpose")
        return emit_one("aten::transpose", step.overload, {changed, step.in[1], step.in[2]});
    if (step.op == "aten::t")
        return emit_one("aten::t", "", {changed});
    if (step.op == "aten::permute" && is_constant(step.in[1]))
        return emit_one("aten::permute", "", {changed, constant(inverse_permutation(value(step.in[1])))});
    if (keeps_all_elements(step.op))
        return emit_one("aten::reshape_as", "", {changed, base});
    throw NotRecordable("writes into a view made by " + step.op);
}

/// The written view too is taken anew: a later write to it must reach the tensor beneath once more.
void StepEmitter::redirect_aliases(int root, const std::vector<int> &aliases)
{
    for (const int alias : aliases) { // in the order they were made, so a view's base comes first
        if (alias == root)
            continue;
        const auto at = static_cast<std::size_t>(alias);
        const Step step = recording_.data.steps[views_[at].step];
        if (step.out.size() != 1)
            throw NotRecordable("writes into a tensor of which parts were taken by " + step.op);
        redirect_[at] = emit(step.op, step.overload, step.kernel, step.in, 1)[0];
    }
}

Operand StepEmitter::emit_written(const std::string &op, const std::string &overload, std::vector<Operand> in,
                                  std::size_t written)
{
    for (Operand &operand : in)
        operand = now(operand);
    const Operand target = in[written];
    if (is_constant(target))
        throw NotRecordable("changes one of its own weights by " + op);
    const Operand result = emit_one(pure_name(op), overload, in);
    const at::Tensor before = value(target).toTensor();
    const at::Tensor after = value(result).toTensor();
    if (before.sizes() != after.sizes() || before.scalar_type() != after.scalar_type())
        throw NotRecordable("changes the shape or type of a tensor in place by " + op);

    const std::vector<int> aliases = aliases_of(target);
    int root = target;
    Operand changed = result;
    for (View view = views_[static_cast<std::size_t>(root)]; view.base != -1; view = views_[static_cast<std::size_t>(root)]) {
        changed = write_back(view, changed);
        root = view.base;
    }
    redirect_[static_cast<std::size_t>(root)] = changed;
    redirect_aliases(root, aliases);
    return now(target);
}

} // namespace ca
