// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a portable TorchScript file: modules that hold weights as stored, and graphs made from a program's steps.
#pragma once

#include "core/program/program_torch.h"
#include "core/quantize/stored_weight.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ca {

/// Makes modules that hold weights as they are stored and fill their buffer `weight` when a file is loaded
/// (`__setstate__`), by operators of ATen alone. Modules of one kind share a class.
class WeightModules {
public:
    explicit WeightModules(std::shared_ptr<torch::jit::CompilationUnit> unit) : unit_(std::move(unit)) { }

    /// `weight` is empty until `__setstate__` has run. Tensors look at `stored`, which outlives the module.
    /// `type`: of `weight`, float32 or bfloat16; rows of LLM.int8() are float32 always.
    [[nodiscard]] torch::jit::Module make(const StoredWeight &stored, const std::vector<std::int64_t> &shape,
                                          at::ScalarType type);

private:
    using Attributes = std::vector<std::pair<std::string, c10::IValue>>;
    torch::jit::Module make(const std::string &kind, const char *source, const Attributes &attributes);

    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    std::map<std::string, c10::ClassTypePtr> classes_;
};

/// Methods of a module that round inputs of layers with quantized activations, in TorchScript.
[[nodiscard]] const char *rounding_methods();

/// Writes steps of a plain program into a graph, one after the other.
class GraphWriter {
public:
    using Value = torch::jit::Value;
    /// The value of a constant that is a tensor.
    using TensorValue = std::function<Value *(Operand)>;

    GraphWriter(const Program::Data &program, torch::jit::Graph &graph, TensorValue tensors)
        : program_(program), graph_(graph), tensors_(std::move(tensors)), slots_(static_cast<std::size_t>(program.slots))
    {
    }

    void set(int slot, Value *value) { slots_[static_cast<std::size_t>(slot)] = value; }
    [[nodiscard]] Value *slot(int slot) const { return slots_.at(static_cast<std::size_t>(slot)); }
    [[nodiscard]] Value *operand(Operand operand);

    /// `inputs` as the step asks for them. Throws where the operator does not take them.
    void write(const Step &step, std::vector<Value *> inputs);

    /// The same in bfloat16, between casts of what goes in and to float32 of what comes out.
    void write_in_bf16(const Step &step, std::vector<Value *> inputs);

    [[nodiscard]] Value *cast(Value *value, at::ScalarType type);
    /// Inputs of a cast to float32 that the model itself asks for become those of one to bfloat16, as in `fuse_bf16`.
    void retarget_to_bf16(std::vector<Value *> &inputs);

private:
    Value *constant(const c10::IValue &value, Operand operand);
    Value *insert(const Step &step, const std::vector<Value *> &inputs);
    Value *attention(const std::vector<Value *> &inputs);
    Value *list(const std::string &element, const std::vector<Value *> &items);

    const Program::Data &program_;
    torch::jit::Graph &graph_;
    TensorValue tensors_;
    std::vector<Value *> slots_;
};

} // namespace ca
