// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized model's program. A value may exist as float32, as u8 on a grid from calibration, and as u8 on a grid found at run
// time; a layer with static activations reads the u8 form, and writes it where everybody who reads its result takes u8 as well.
// Casts stand only where two worlds meet, one for all who read the value.
#include "core/program/float_kernels_torch.h"
#include "core/quantize/kernels/int8_kernels_torch.h"
#include "core/quantize/kernels/layer_arithmetic_torch.h"
#include "core/quantize/kernels/per_channel.h"
#include "core/quantize/kernels/row_product_torch.h"
#include "core/quantize/kernels/u8_plan_torch.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>

#include <array>
#include <optional>

namespace ca {
namespace {

/// Activations that kernels with a scale for each row leave to a step of their own.
bool takes_post_op(Arithmetic arithmetic, const Step &layer, const PostOp &post_op)
{
    if (!is_integer(arithmetic))
        return true;
    return (arithmetic == Arithmetic::static_int8 || arithmetic == Arithmetic::dynamic_int8) && int8_takes(layer, post_op);
}

class Lowering {
public:
    Lowering(const Program::Data &plain, const Recipe &recipe, const std::map<std::string, StoredWeight> &weights,
             const ActivationRanges &ranges)
        : plain_(plain),
          recipe_(recipe),
          weights_(weights),
          ranges_(ranges),
          shapes_(slot_shapes(plain)),
          layouts_(image_layouts(plain, recipe, weights)),
          groups_(find_groups(plain, shapes_)),
          to_(plain),
          forms_(static_cast<std::size_t>(plain.slots))
    {
        to_.steps.clear();
        group_of_.assign(plain.steps.size(), nullptr);
        for (FusedGroup &group : groups_) {
            if (group.post_op && !takes_post_op(arithmetic(group), layer(group), *group.post_op))
                drop_post_op(plain, group);
            group_of_[group.step] = &group;
            for (const std::size_t step : group.merged)
                group_of_[step] = &group;
        }
        form(0).has_float = true;
        plan_ = plan_u8(plain, ranges, [&](std::size_t step, std::size_t input) { return group_takes_u8(step, input); });
    }

    Program run()
    {
        for (std::size_t i = 0; i < plain_.steps.size(); ++i) {
            const FusedGroup *group = group_of_[i];
            if (!group)
                plain_step(plain_.steps[i]);
            else if (i == place(*group))
                group_step(*group);
        }
        need_float(plain_.output);
        if (!grouped_.empty())
            note(note_of_grouped(grouped_));
        return finish(std::move(to_));
    }

    void note(std::string sentence) { to_.notes.push_back(std::move(sentence)); }

    /// The widest arithmetic in use, as QuantizedModel names it.
    [[nodiscard]] std::string compute() const { return uses_int8_ ? "int8" : uses_bf16_ ? "bf16" : "fp32"; }

private:
    struct Form {
        bool has_float = false;         ///< in the slot of the plain program's number
        int u8 = -1;                    ///< slot of the u8 form
        std::array<int, 3> dynamic{-1}; ///< slots of u8, scales and zero points found at run time
    };

    static std::size_t place(const FusedGroup &group) { return group.merged.empty() ? group.step : group.merged.back(); }
    const Step &layer(const FusedGroup &group) const { return plain_.steps[group.step]; }
    Form &form(int slot) { return forms_[static_cast<std::size_t>(slot)]; }
    const c10::IValue &constant(Operand operand) const { return plain_.constants[constant_index(operand)].value; }
    Arithmetic arithmetic(const FusedGroup &group) const { return arithmetic_of(plain_, layer(group), recipe_, weights_); }

    const StoredWeight *weight(const Step &step) const
    {
        const auto found = weights_.find(plain_.layers[static_cast<std::size_t>(step.layer)].name);
        return found == weights_.end() ? nullptr : &found->second;
    }

    U8Grid grid(int slot)
    {
        const auto &range = ranges_.data().slots.at(range_of(slot));
        return u8_grid(range.first, range.second, exact_levels());
    }

    /// Whether the kernel of a group reads u8 as the input `k` of its step at `i`.
    std::optional<bool> group_takes_u8(std::size_t i, std::size_t k) const
    {
        const FusedGroup *group = group_of_[i];
        if (!group)
            return std::nullopt;
        if (arithmetic(*group) != Arithmetic::static_int8)
            return false;
        return i == group->step ? k == 0 : group->residual == plain_.steps[i].in[k] && layer(*group).op == "aten::conv2d";
    }

    bool only_u8(int slot) const { return plan_.only_u8[static_cast<std::size_t>(slot)]; }
    int &range_of(int slot) { return plan_.range_of[static_cast<std::size_t>(slot)]; }

    void add(std::string op, Kernel kernel, std::vector<Operand> in, std::vector<int> out, int layer_index = -1)
    {
        to_.steps.push_back({std::move(op), "", std::move(kernel), std::move(in), std::move(out), layer_index, {}});
    }

    Operand need_float(Operand operand)
    {
        if (is_constant(operand) || form(operand).has_float)
            return operand;
        add("int8::dequantize", dequantize_kernel(grid(operand)), {form(operand).u8}, {operand});
        form(operand).has_float = true;
        return operand;
    }

    Operand need_u8(int slot)
    {
        if (form(slot).u8 < 0) {
            form(slot).u8 = to_.new_slot();
            add("int8::quantize", quantize_kernel(grid(slot)), {slot}, {form(slot).u8});
        }
        return form(slot).u8;
    }

    const std::array<int, 3> &need_dynamic(int slot)
    {
        auto &made = form(slot).dynamic;
        if (made[0] < 0) {
            need_float(slot);
            made = {to_.new_slot(), to_.new_slot(), to_.new_slot()};
            add("int8::dynamic_quantize", dynamic_quantize_kernel(layouts_[slot]), {slot}, {made[0], made[1], made[2]});
        }
        return made;
    }

    void plain_step(const Step &step)
    {
        if (moves_values(step) && !is_constant(step.in[0]) && form(step.in[0]).u8 >= 0 && only_u8(step.out[0]))
            return move_u8(step);
        Step copy = step;
        const bool sizes_of_u8 = reads_sizes(step) && !is_constant(step.in[0]) && !form(step.in[0]).has_float;
        for (Operand &operand : copy.in)
            operand = sizes_of_u8 && operand == step.in[0] ? form(operand).u8 : need_float(operand);
        if (step.layer >= 0)
            for (Operand &operand : copy.in)
                operand = dequantized(operand, static_cast<std::size_t>(step.layer));
        if (writes_u8(copy))
            return;
        for (const int slot : step.out)
            if (slot >= 0)
                form(slot).has_float = true;
        if (auto faster = fast_kernel(plain_, step))
            copy.kernel = std::move(*faster);
        to_.steps.push_back(std::move(copy));
    }

    /// Adds the step with u8 as its result, where it can give that and all want it.
    bool writes_u8(Step step)
    {
        if (step.out.size() != 1 || step.out[0] < 0 || !only_u8(step.out[0]) || range_of(step.out[0]) < 0)
            return false;
        auto kernel = u8_writer(plain_, step, grid(step.out[0]));
        if (!kernel)
            return false;
        form(step.out[0]).u8 = to_.new_slot();
        step.out = {form(step.out[0]).u8};
        step.op = "int8::" + step.op.substr(step.op.find("::") + 2);
        step.kernel = std::move(*kernel);
        to_.steps.push_back(std::move(step));
        return true;
    }

    /// The layer's weight as its codes stand for it, where it is `operand` and is quantized.
    Operand dequantized(Operand operand, std::size_t layer)
    {
        const auto found = weights_.find(plain_.layers[layer].name);
        if (found == weights_.end() || operand != plain_.layer_weights[layer])
            return operand;
        auto &known = dequantized_[operand];
        if (known == 0)
            known = to_.add(as_tensor(found->second, plain_.layers[layer]));
        return known;
    }

    void move_u8(const Step &step)
    {
        Step copy = step;
        const int from = step.in[0], out = step.out[0];
        copy.in[0] = form(from).u8;
        for (std::size_t i = 1; i < copy.in.size(); ++i)
            copy.in[i] = need_float(copy.in[i]);
        form(out).u8 = to_.new_slot();
        range_of(out) = range_of(from);
        copy.out = {form(out).u8};
        if (step.op == "aten::max_pool2d")
            copy.kernel = max_pool_kernel();
        to_.steps.push_back(std::move(copy));
    }

    void group_step(const FusedGroup &group)
    {
        switch (arithmetic(group)) {
        case Arithmetic::fp32:
        case Arithmetic::bf16:
            return float_step(group, arithmetic(group) == Arithmetic::bf16);
        case Arithmetic::static_int8:
        case Arithmetic::dynamic_int8:
            return int8_step(group);
        case Arithmetic::token_int8:
            return token_step(group);
        case Arithmetic::llm_int8:
            return llm_step(group);
        }
    }

    void float_step(const FusedGroup &group, bool in_bf16)
    {
        const Step &from = layer(group);
        const StoredWeight *stored = weight(from);
        Step step = packed_step(plain_, group, shapes_, in_bf16 ? at::kBFloat16 : at::kFloat,
                                stored ? as_tensor(*stored, plain_.layers[static_cast<std::size_t>(from.layer)]) : at::Tensor());
        for (const Operand operand : step.in)
            need_float(operand);
        if (in_bf16)
            step.kernel = between_casts_to_bf16(std::move(step.kernel));
        uses_bf16_ |= in_bf16;
        if (stored && std::holds_alternative<RowInt8Weight>(*stored))
            grouped_.push_back(plain_.layers[static_cast<std::size_t>(from.layer)].name);
        to_.steps.push_back(std::move(step));
        form(group.out).has_float = true;
    }

    /// The layer's weight in 8 bits, with a scale for each row, in its shape.
    Int8Layer int8_layer(const Step &step) const
    {
        const Layer &info = plain_.layers[static_cast<std::size_t>(step.layer)];
        ChannelInt8 weight = per_channel_int8(*this->weight(step), info.channels());
        Int8Layer int8{};
        int8.weight = at::from_blob(weight.values.data(), info.shape, at::kChar).clone();
        int8.scales = at::tensor(weight.scales);
        int8.bias = constant(step.in[2]);
        int8.input_shape = shapes_[static_cast<std::size_t>(step.in[0])];
        if (step.op == "aten::conv2d") {
            int8.stride = constant(step.in[3]);
            int8.padding = constant(step.in[4]);
            int8.dilation = constant(step.in[5]);
            int8.groups = constant(step.in[6]);
        }
        return int8;
    }

    void int8_step(const FusedGroup &group)
    {
        uses_int8_ = true;
        const Step &step = layer(group);
        const bool convolution = step.op == "aten::conv2d", fixed = arithmetic(group) == Arithmetic::static_int8;
        Int8Layer int8 = int8_layer(step);
        int8.post_op = group.post_op;
        std::vector<Operand> in;
        if (fixed) {
            in.push_back(need_u8(step.in[0]));
            int8.input = grid(step.in[0]);
        } else {
            int8.images = layouts_[step.in[0]];
            const auto &made = need_dynamic(step.in[0]);
            in.assign(made.begin(), made.end());
        }
        const bool to_u8 = fixed && only_u8(group.out) && range_of(group.out) == group.out && (convolution || !group.residual);
        if (to_u8)
            int8.output = grid(group.out);
        if (group.residual) {
            int8.has_residual = true;
            in.push_back(to_u8 ? need_u8(*group.residual) : need_float(*group.residual));
            if (to_u8)
                int8.residual = grid(*group.residual);
        }
        int out = group.out;
        if (to_u8)
            out = form(group.out).u8 = to_.new_slot();
        else
            form(group.out).has_float = true;
        add(convolution ? "int8::conv2d" : "int8::linear", convolution ? int8_convolution(int8) : int8_linear(int8),
            std::move(in), {out}, step.layer);
    }

    std::vector<Operand> float_inputs(const FusedGroup &group)
    {
        std::vector<Operand> in{need_float(layer(group).in[0])};
        if (group.residual)
            in.push_back(need_float(*group.residual));
        return in;
    }

    void token_step(const FusedGroup &group)
    {
        uses_int8_ = true;
        const Int8Layer int8 = int8_layer(layer(group));
        add("int8::token_linear", token_linear({int8.weight, int8.scales, int8.bias}), float_inputs(group), {group.out},
            layer(group).layer);
        form(group.out).has_float = true;
    }

    void llm_step(const FusedGroup &group)
    {
        uses_int8_ = true;
        const Step &step = layer(group);
        auto stored = std::get<RowInt8Weight>(*weight(step));
        const auto &shape = plain_.layers[static_cast<std::size_t>(step.layer)].shape;
        LlmLayer llm{at::from_blob(stored.values.data(), shape, at::kChar).clone(),
                     at::tensor(stored.scales),
                     constant(step.in[2]),
                     recipe_.options.threshold,
                     {},
                     {},
                     {}};
        const auto pair = [&](std::size_t i) {
            const auto values = constant(step.in[i]).toIntVector();
            return values.size() == 1 ? std::vector<std::int64_t>(2, values[0]) : values;
        };
        const bool convolution = step.op == "aten::conv2d";
        if (convolution) {
            llm.stride = pair(3);
            llm.padding = pair(4);
            llm.dilation = pair(5);
        }
        add(convolution ? "int8::llm_conv2d" : "int8::llm_linear", llm_layer(llm), float_inputs(group), {group.out}, step.layer);
        form(group.out).has_float = true;
    }

    const Program::Data &plain_;
    const Recipe &recipe_;
    const std::map<std::string, StoredWeight> &weights_;
    const ActivationRanges &ranges_;
    SlotShapes shapes_;
    std::map<int, ImageLayout> layouts_; ///< by slot
    std::vector<FusedGroup> groups_;
    std::vector<const FusedGroup *> group_of_;
    Program::Data to_;
    std::vector<Form> forms_;
    U8Plan plan_;
    std::map<Operand, Operand> dequantized_; ///< weights of steps without a kernel of ours
    bool uses_int8_ = false, uses_bf16_ = false;
    std::vector<std::string> grouped_; ///< convolutions in groups with weights of LLM.int8()
};

} // namespace

Program lower_quantized(const Program::Data &plain, const Recipe &recipe, const std::map<std::string, StoredWeight> &weights,
                        const ActivationRanges &ranges, std::string &compute, bool &real)
{
    real = true; // every scheme has a kernel on the CPU
    auto whole = whole_in_bf16(plain, recipe, weights);
    if (whole && !whole->empty()) {
        compute = "bf16";
        return std::move(*whole);
    }
    Lowering lowering(plain, recipe, weights, ranges);
    if (!whole)
        lowering.note("The network does not run in bf16 as a whole; its layers compute in bf16 one by one. "
                      + whole.error().text());
    Program program = lowering.run();
    compute = lowering.compute();
    return program;
}

} // namespace ca
