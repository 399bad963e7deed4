// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ca {

/// Why a model has no straight line; the text ends the sentence "It cannot be recorded: it …".
class NotRecordable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A decision that control flow took while recording.
struct Guard {
    int slot;
    c10::IValue expected;
};

/// A recording before it is specialised: still with shape arithmetic and guards.
struct Recording {
    Program::Data data;
    std::vector<bool> shape_only; ///< of each slot: computed from sizes alone
    std::vector<Guard> guards;
};

/// Names of a module's weights by where they lie in memory, which freezing keeps; of parts of them, too.
class WeightNames {
public:
    void add(const at::Tensor &tensor, std::string name);
    /// Empty for what was computed from weights.
    [[nodiscard]] std::string find(const at::Tensor &tensor) const;

private:
    struct Region {
        const std::byte *end;
        std::string name;
    };
    std::map<const std::byte *, Region> regions_; ///< by their first byte
};

/// Walks the graph of a frozen module once with `example` (float32, batch 2), executing node by node: takes the branches it
/// takes, unrolls loops, writes in-place operators as their pure forms, keeps lists, tuples and dictionaries out of the steps.
/// Throws NotRecordable, c10::Error.
[[nodiscard]] Recording record_graph(const torch::jit::Module &frozen, const at::Tensor &example, const WeightNames &names);

/// Runs the recording at batch 1, 2, 3 and 7: what depends on sizes and never changes becomes constant, guards on it go. Then
/// removes common and dead steps. Throws NotRecordable where a guard is left: the model decides by what images show or by how
/// many there are.
[[nodiscard]] Program::Data specialise(Recording recording);

/// Writes convolutions and products with a constant side in their one form (`aten::conv2d`, `aten::linear`) and fills the layer
/// table.
void name_layers(Program::Data &data);

/// Removes constants that no step reads.
void drop_unread_constants(Program::Data &data);

/// Of several outputs the one named `logits`, else the first table, else the first tensor; undefined where there is none.
[[nodiscard]] at::Tensor choose_output(const c10::IValue &result);

/// A frozen module through its own interpreter, as one step without layers. Never writes to its input.
[[nodiscard]] Program interpreted(const torch::jit::Module &frozen, const std::array<std::int64_t, 3> &input);

// What follows is shared by the parts of the recorder.

/// A value of the graph while it is walked: in a slot, constant, or a container that exists only here.
struct GraphValue {
    enum class Kind { operand, list, tuple, dict };
    Kind kind = Kind::operand;
    Operand operand = 0;
    std::shared_ptr<std::vector<GraphValue>>
        items;           ///< shared: TorchScript lists are references. A dict has keys and values in turn
    std::string element; ///< type of a list's elements, as `ca::list` takes it
};

/// When a step that reads constants alone becomes constants: at once, or while specialising, where what it makes is written
/// later.
enum class Folding { at_once, later };

/// Steps that read a layer's weight even where all that they read is constant: they stay steps, so that the weight stays a layer.
[[nodiscard]] bool keeps_weight(const std::string &op);

/// A cast, turned or scaled weight is still that weight: the name of the largest tensor among constant inputs that has one.
[[nodiscard]] std::string weight_name(const Program::Data &data, const std::vector<Operand> &in);

/// Emits steps and executes them on the example at once, so that sizes, storages and decisions are known.
class StepEmitter {
public:
    explicit StepEmitter(const at::Tensor &example, const std::array<std::int64_t, 3> &input);

    /// The current slot of an operand: in-place operators send readers of the old value to the new one.
    [[nodiscard]] Operand now(Operand operand) const;
    [[nodiscard]] const c10::IValue &value(Operand operand) const;
    [[nodiscard]] bool is_shape_only(Operand operand) const;
    Operand constant(c10::IValue value, std::string name = {}) { return recording_.data.add(std::move(value), std::move(name)); }

    /// One step, or constants where all inputs are constant. Outputs in order.
    std::vector<Operand> emit(const std::string &op, const std::string &overload, std::vector<Operand> in, std::size_t outputs);
    std::vector<Operand> emit(const std::string &op, const std::string &overload, const Kernel &kernel, std::vector<Operand> in,
                              std::size_t outputs, Folding folding = Folding::at_once);
    Operand emit_one(const std::string &op, const std::string &overload, std::vector<Operand> in)
    {
        return emit(op, overload, std::move(in), 1)[0];
    }

    /// An operator that writes into its input `written`, as its pure form; later readers of any alias see the new values. Returns
    /// that input's new slot.
    Operand emit_written(const std::string &op, const std::string &overload, std::vector<Operand> in, std::size_t written);

    void guard(Operand decision);
    [[nodiscard]] Recording take(Operand output);

private:
    struct View {
        int base = -1;        ///< slot that it looks into
        std::size_t step = 0; ///< step that made it
    };
    bool folds(const std::string &op, const std::vector<Operand> &in, const Stack &results, Folding folding) const;
    void note_view(int slot, const std::vector<Operand> &in, std::size_t step);
    Operand write_back(const View &view, Operand changed);
    void redirect_aliases(int root, const std::vector<int> &aliases);
    [[nodiscard]] bool has_dynamic_shape(const std::vector<Operand> &in) const;
    std::vector<int> aliases_of(int slot) const;

    Recording recording_;
    std::vector<c10::IValue> values_;
    std::vector<int> redirect_;
    std::vector<View> views_;
    std::vector<bool> dynamic_; ///< of each slot: its shape depends on what images show
};

} // namespace ca
