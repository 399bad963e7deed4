// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/recorder_torch.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ca {

namespace jit = torch::jit;

/// One walk over the graph of a frozen module, executing as it goes. What is computed becomes steps of the emitter; control flow
/// and containers exist only here. Throws NotRecordable, c10::Error.
class GraphWalk {
public:
    GraphWalk(const jit::Module &frozen, const at::Tensor &example, const WeightNames &names)
        : module_(frozen), names_(names), emitter_(example, {example.size(1), example.size(2), example.size(3)})
    {
    }
    Recording run();

private:
    using Kind = GraphValue::Kind;

    void bind(const jit::Value *name, GraphValue value) { values_[name] = std::move(value); }
    void bind(const jit::Value *name, Operand operand) { values_[name] = opened(operand); }
    /// A constant tuple as one that exists only here; others as they are.
    GraphValue opened(Operand operand);
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
    bool is_instance(const jit::Node &node);
    /// By where it lies; of what freezing computed, by what it called the value.
    std::string weight_name(const c10::IValue &value, const jit::Node &node) const;
    void bind_constant(const jit::Node &node);
    void walk_if(const jit::Node &node);
    void walk_loop(const jit::Node &node);
    /// Lists, tuples and dictionaries never become steps of their own.
    bool walk_container(const jit::Node &node);
    bool item(const jit::Node &node, const GraphValue &container, std::int64_t index);
    bool unpack(const jit::Node &node);
    bool sizes(const jit::Node &node);
    bool walk_list(const jit::Node &node);
    bool walk_dict(const jit::Node &node);
    GraphValue slice(const jit::Node &node, const GraphValue &list);
    /// Operators that Python's fast paths leave in a file (graph_attention.cpp).
    bool walk_fused(const jit::Node &node, const std::vector<Operand> &in);
    bool walk_nested(const jit::Node &node, const std::vector<Operand> &in);
    void walk_attention(const jit::Node &node, const std::vector<Operand> &in);
    Operand projected(const std::vector<Operand> &in);
    Operand encoder_layer(const std::vector<Operand> &in, Operand may_see);
    Operand attention(Operand packed, Operand head_count, Operand may_see);
    std::pair<Operand, Operand> attention_with_weights(Operand packed, Operand head_count, Operand may_see);
    Operand visible(Operand hidden, Operand type);
    /// Products and convolutions with a constant weight in their one form (graph_products.cpp).
    bool walk_product(const jit::Node &node);
    bool walk_einsum(const jit::Node &node);
    std::optional<Operand> product(Operand a, Operand b);
    std::optional<Operand> sum_of_product(const std::vector<Operand> &in);
    std::optional<Operand> named_padding(std::vector<Operand> in);
    Operand linear_of(const std::string &x, const std::string &weight, const std::string &out, Operand images, Operand table);
    Operand weight_table(Operand weight, const std::string &key, const std::vector<std::int64_t> &order, std::int64_t rows);
    Operand arranged(Operand tensor, const std::string &from, const std::string &to);
    bool is_weight(Operand operand) const;
    void walk_operator(const jit::Node &node);
    /// Answers that cannot change from image to image, whatever they are asked about.
    static bool is_fact(const std::string &op);
    void fold(const jit::Node &node, const std::vector<Operand> &in);
    /// Of several outputs the one named `logits`, else the first table, else the first tensor.
    Operand choose_output(const GraphValue &result);

    jit::Module module_;
    const WeightNames &names_;
    std::shared_ptr<jit::Graph> graph_;
    std::unique_ptr<jit::AliasDb> aliases_; ///< of the graph: which values are written after they were made
    StepEmitter emitter_;
    std::unordered_map<const jit::Value *, GraphValue> values_;
    std::map<Operand, Operand> nested_; ///< sequences of different lengths: the padded form, and which tokens it has
    std::map<std::pair<const c10::TensorImpl *, std::string>, Operand> tables_; ///< weights that were turned around
    std::vector<at::Tensor> tensors_;                                           ///< which they were before
};

} // namespace ca
