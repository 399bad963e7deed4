// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/recorder_torch.h"

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ca {

namespace jit = torch::jit;

/// One walk over the graph of a frozen module, executing as it goes. What is computed becomes steps of the emitter; control flow
/// and containers exist only here. Throws NotRecordable, c10::Error.
class GraphWalk {
public:
    GraphWalk(const jit::Module &frozen, const at::Tensor &example)
        : module_(frozen), emitter_(example, {example.size(1), example.size(2), example.size(3)})
    {
    }
    Recording run();

private:
    using Kind = GraphValue::Kind;

    void bind(const jit::Value *name, GraphValue value) { values_[name] = std::move(value); }
    void bind(const jit::Value *name, Operand operand) { values_[name] = GraphValue{Kind::operand, operand, nullptr, {}}; }
    const GraphValue &at(const jit::Value *name) const { return values_.at(name); }
    Operand operand(const jit::Value *name) { return materialise(at(name)); }

    /// What a decision of the walk itself is taken by; it must be the same for every batch.
    const c10::IValue &concrete(const jit::Value *name)
    {
        const Operand decision = operand(name);
        emitter_.guard(decision);
        return emitter_.value(decision);
    }

    /// A container as one value: a constant where all its items are, else a step.
    Operand materialise(const GraphValue &value);
    static c10::IValue empty_list(const std::string &element);
    void walk(const jit::Block &block);
    /// Branches, loops, constants and what stops a recording. False: another kind of node.
    bool walk_structure(const jit::Node &node);
    std::string emitter_name(const jit::Node &node) const;
    void bind_constant(const jit::Node &node);
    void walk_if(const jit::Node &node);
    void walk_loop(const jit::Node &node);
    /// Lists, tuples and dictionaries never become steps of their own.
    bool walk_container(const jit::Node &node);
    bool item(const jit::Node &node, const GraphValue &container, std::int64_t index);
    bool unpack(const jit::Node &node);
    bool sizes(const jit::Node &node);
    bool walk_list(const jit::Node &node);
    GraphValue slice(const jit::Node &node, const GraphValue &list);
    /// The fused attention that Python's fast path leaves in a trace, as two linears and the attention between them.
    bool walk_attention(const jit::Node &node);
    void walk_operator(const jit::Node &node);
    /// Answers that cannot change from image to image, whatever they are asked about.
    static bool is_fact(const std::string &op);
    void fold(const jit::Node &node, const std::vector<Operand> &in);
    /// Of several outputs the one named `logits`, else the first table, else the first tensor.
    Operand choose_output(const GraphValue &result);

    jit::Module module_;
    std::shared_ptr<jit::Graph> graph_;
    StepEmitter emitter_;
    std::unordered_map<const jit::Value *, GraphValue> values_;
};

} // namespace ca
