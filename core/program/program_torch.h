// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <c10/util/Exception.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ca {

using Stack = torch::jit::Stack;
/// Takes a step's inputs off the end of the stack and leaves its outputs there. May throw. Called from several threads at once.
using Kernel = std::function<void(Stack &)>;

/// Where a step finds an input: a slot (>= 0), or the constant with index ~operand.
using Operand = int;
[[nodiscard]] constexpr bool is_constant(Operand operand)
{
    return operand < 0;
}
[[nodiscard]] constexpr std::size_t constant_index(Operand operand)
{
    return static_cast<std::size_t>(~operand);
}

struct Constant {
    c10::IValue value;
    std::string name; ///< of the weight that it is; empty for others
};

struct Step {
    std::string op;       ///< `aten::conv2d`; ours are in `ca::`
    std::string overload; ///< `Tensor`, often empty
    Kernel kernel;
    std::vector<Operand> in;
    std::vector<int> out;   ///< slots; -1 where nobody reads
    int layer = -1;         ///< index into layers
    std::vector<bool> last; ///< of each input: nobody reads the slot after this
};

/// What steps that do not depend on the images gave when they ran, kept for all later runs: CLIP's text tower runs once.
struct FixedValues {
    std::mutex mutex;
    bool known = false;
    std::vector<std::pair<int, c10::IValue>> values;               ///< slot and value, of those that later steps read
    std::vector<std::pair<int, std::vector<std::int64_t>>> shapes; ///< of every tensor on the way
};

/// Every slot is written once; slot 0 is the images, float32 [batch, channels, height, width].
struct Program::Data {
    std::vector<Step> steps;
    std::vector<Constant> constants;
    int slots = 1;
    int output = 0;
    std::array<std::int64_t, 3> input{}; ///< channels, height, width that it was recorded with
    std::vector<Layer> layers;
    std::vector<Operand> layer_weights; ///< a constant for each layer
    std::vector<std::string> notes;
    bool recorded = true;
    std::size_t fixed_steps = 0; ///< the first so many read constants alone; set by `finish`
    std::shared_ptr<FixedValues> fixed = std::make_shared<FixedValues>();

    [[nodiscard]] const at::Tensor tensor(Operand operand) const { return constants[constant_index(operand)].value.toTensor(); }
    Operand add(c10::IValue value, std::string name = {});
    int new_slot() { return slots++; }
};

/// Going through the steps from the last to the first: sets `step.last` from what is read later, and marks what this step reads.
void mark_last_reads(Step &step, std::vector<bool> &read);

/// Removes steps that nothing reads, puts those before the others that read constants alone, fills `Step::last`, and freezes.
[[nodiscard]] Program finish(Program::Data data);

/// Called after each step with its index and all slots; what the step put out is in its slots.
using Observer = std::function<void(std::size_t step, const std::vector<c10::IValue> &slots)>;

/// Which steps an observer sees. Without one, fixed steps run once in a program's life.
enum class Observed { all, changing };

/// `images` is not changed. Throws what kernels throw; returns an undefined tensor when stopped. Sets no thread count and no
/// inference mode.
[[nodiscard]] at::Tensor execute(const Program::Data &program, const at::Tensor &images, std::stop_token stop,
                                 const Observer &observer = {}, Observed observed = Observed::all);

/// Runs one step on the values in `slots`, and moves those out that nobody reads later. `stack` is scratch.
void run_step(const Program::Data &program, const Step &step, std::vector<c10::IValue> &slots, Stack &stack);

/// Puts the values of the steps that run once into `slots`; runs these steps where that has not been done. False when stopped.
[[nodiscard]] bool take_fixed_values(const Program::Data &program, std::vector<c10::IValue> &slots, const std::stop_token &stop);

/// The batch as a tensor that shares its memory.
[[nodiscard]] at::Tensor as_tensor(const ImageBatch &batch);
[[nodiscard]] Matrix as_matrix(const at::Tensor &table);

/// Runs `work` under inference mode with so many threads inside operators (0: one per core); turns what is thrown into an error
/// with a clean sentence.
[[nodiscard]] Status guarded(std::string_view doing, int threads, const std::function<void()> &work);

/// The kernel of an operator in the dispatcher, or of one of ours. Throws std::runtime_error where there is none.
[[nodiscard]] Kernel find_kernel(const std::string &op, const std::string &overload, std::size_t outputs);

/// True where the operator takes and gives so many values.
[[nodiscard]] bool takes_and_gives(const std::string &op, const std::string &overload, std::size_t inputs, std::size_t outputs);

/// True for operators that compute from their arguments alone: no file, no network, nothing written in place.
[[nodiscard]] bool is_pure_operator(const std::string &op, const std::string &overload);

} // namespace ca
