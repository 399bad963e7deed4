// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized model's program. A value may exist as float32 and as u8; a layer with static activations reads the u8 form, and
// writes it where everybody who reads its result takes u8 as well. Casts stand only where the two worlds meet.
#include "core/quantize/int8_kernels_torch.h"
#include "core/quantize/ranges_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ca {
namespace {

enum class Arithmetic { fp32, int8, simulated };

/// Operators that only move values, so they do to u8 what they do to floats.
bool moves_values(const Step &step)
{
    static constexpr std::array<std::string_view, 9> kMoves{"aten::flatten",   "aten::view",       "aten::reshape",
                                                            "aten::permute",   "aten::transpose",  "aten::squeeze",
                                                            "aten::unsqueeze", "aten::contiguous", "aten::max_pool2d"};
    return step.out.size() == 1 && std::find(kMoves.begin(), kMoves.end(), step.op) != kMoves.end();
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
          groups_(find_groups(plain, shapes_)),
          to_(plain),
          forms_(static_cast<std::size_t>(plain.slots)),
          takes_u8_(static_cast<std::size_t>(plain.slots), false)
    {
        to_.steps.clear();
        group_of_.assign(plain.steps.size(), nullptr);
        for (FusedGroup &group : groups_) {
            split_activation(group);
            group_of_[group.step] = &group;
            for (const std::size_t step : group.merged)
                group_of_[step] = &group;
        }
        forms_[0].has_float = true;
        find_u8_slots();
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
        return finish(std::move(to_));
    }

    [[nodiscard]] bool uses_int8() const { return uses_int8_; }
    [[nodiscard]] bool real() const { return real_; }

private:
    struct Form {
        bool has_float = false; ///< in the slot of the plain program's number
        int u8 = -1;            ///< slot of the u8 form
        int grid_of = -1;       ///< slot whose range gives the grid, where it is another's
    };

    static std::size_t place(const FusedGroup &group) { return group.merged.empty() ? group.step : group.merged.back(); }
    const Step &layer(const FusedGroup &group) const { return plain_.steps[group.step]; }
    Form &form(int slot) { return forms_[static_cast<std::size_t>(slot)]; }

    const StoredWeight *weight(const FusedGroup &group) const
    {
        const auto found = weights_.find(plain_.layers[static_cast<std::size_t>(layer(group).layer)].name);
        return found == weights_.end() ? nullptr : &found->second;
    }

    Arithmetic arithmetic(const FusedGroup &group) const
    {
        const auto found = recipe_.layers.find(plain_.layers[static_cast<std::size_t>(layer(group).layer)].name);
        const StoredWeight *stored = weight(group);
        if (found == recipe_.layers.end() || found->second.activation != Activation::static_int8 || !stored)
            return Arithmetic::fp32;
        const auto *integers = std::get_if<IntegerWeight>(stored);
        return integers && integers->group == integers->columns && fits_s8(*integers) ? Arithmetic::int8 : Arithmetic::simulated;
    }

    /// Kernels want symmetric s8 weights; a zero point is taken off beforehand where the difference still fits.
    static bool fits_s8(const IntegerWeight &stored) { return stored.symmetric || stored.bits.value <= 7; }

    /// An activation that the int8 kernel cannot take along stays a step of its own.
    void split_activation(FusedGroup &group)
    {
        if (arithmetic(group) != Arithmetic::int8 || !group.post_op || int8_takes(layer(group), *group.post_op))
            return;
        group.post_op.reset();
        group.merged.pop_back();
        group.out = group.merged.empty() ? layer(group).out[0] : plain_.steps[group.merged.back()].out[0];
    }

    bool has_range(int slot) const { return !ranges_.empty() && ranges_.data().slots.contains(slot); }

    U8Grid grid(int slot) const
    {
        const int source = forms_[static_cast<std::size_t>(slot)].grid_of;
        const auto &range = ranges_.data().slots.at(source >= 0 ? source : slot);
        return u8_grid(range.first, range.second, exact_levels());
    }

    /// From the end: a slot is kept in u8 alone where each of its readers takes that.
    void find_u8_slots()
    {
        std::vector<int> readers(static_cast<std::size_t>(plain_.slots), 0), takers(static_cast<std::size_t>(plain_.slots), 0);
        ++readers[static_cast<std::size_t>(plain_.output)];
        for (std::size_t i = plain_.steps.size(); i-- > 0;) {
            const Step &step = plain_.steps[i];
            for (const int slot : step.out)
                if (slot >= 0) {
                    const auto at = static_cast<std::size_t>(slot);
                    takes_u8_[at] = readers[at] > 0 && takers[at] == readers[at];
                }
            const FusedGroup *group = group_of_[i];
            const bool int8 = group && arithmetic(*group) == Arithmetic::int8;
            for (std::size_t k = 0; k < step.in.size(); ++k) {
                const Operand operand = step.in[k];
                if (is_constant(operand))
                    continue;
                ++readers[static_cast<std::size_t>(operand)];
                const bool as_input = int8 && i == group->step && k == 0;
                const bool as_residual =
                    int8 && i != group->step && group->residual == operand && layer(*group).op == "aten::conv2d";
                const bool moved = !group && k == 0 && moves_values(step) && takes_u8_[static_cast<std::size_t>(step.out[0])];
                takers[static_cast<std::size_t>(operand)] += as_input || as_residual || moved ? 1 : 0;
            }
        }
    }

    void add(std::string op, Kernel kernel, std::vector<Operand> in, int out, int layer_index = -1)
    {
        to_.steps.push_back({std::move(op), "", std::move(kernel), std::move(in), {out}, layer_index, {}});
    }

    Operand need_float(Operand operand)
    {
        if (is_constant(operand) || form(operand).has_float)
            return operand;
        add("int8::dequantize", dequantize_kernel(grid(operand)), {form(operand).u8}, operand);
        form(operand).has_float = true;
        return operand;
    }

    Operand need_u8(int slot)
    {
        if (form(slot).u8 < 0) {
            form(slot).u8 = to_.new_slot();
            add("int8::quantize", quantize_kernel(grid(slot)), {slot}, form(slot).u8);
        }
        return form(slot).u8;
    }

    void plain_step(const Step &step)
    {
        if (moves_values(step) && !is_constant(step.in[0]) && form(step.in[0]).u8 >= 0
            && takes_u8_[static_cast<std::size_t>(step.out[0])])
            return move_u8(step);
        Step copy = step;
        for (Operand &operand : copy.in)
            operand = need_float(operand);
        if (step.layer >= 0)
            for (Operand &operand : copy.in)
                operand = dequantized(operand, static_cast<std::size_t>(step.layer));
        for (const int slot : step.out)
            if (slot >= 0)
                form(slot).has_float = true;
        to_.steps.push_back(std::move(copy));
    }

    /// The layer's weight as its integers stand for it, where it is `operand` and is quantized.
    Operand dequantized(Operand operand, std::size_t layer)
    {
        const auto found = weights_.find(plain_.layers[layer].name);
        if (found == weights_.end() || operand != plain_.layer_weights[layer])
            return operand;
        auto &known = dequantized_[operand];
        if (known == 0)
            known = to_.add(as_tensor_of(found->second, plain_.layers[layer]));
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
        form(out).grid_of = form(from).grid_of >= 0 ? form(from).grid_of : from;
        copy.out = {form(out).u8};
        if (step.op == "aten::max_pool2d")
            copy.kernel = max_pool_kernel();
        to_.steps.push_back(std::move(copy));
    }

    static at::Tensor as_tensor_of(const StoredWeight &stored, const Layer &layer)
    {
        return at::tensor(dequantize(stored)).view(layer.shape);
    }

    void group_step(const FusedGroup &group)
    {
        const Arithmetic kind = arithmetic(group);
        if (kind == Arithmetic::int8)
            return int8_step(group);
        const StoredWeight *stored = weight(group);
        Operand input = need_float(layer(group).in[0]);
        if (kind == Arithmetic::simulated) {
            real_ = false;
            const int rounded = to_.new_slot();
            add("simulated::int8", simulate_kernel(grid(input)), {input}, rounded);
            input = rounded;
        }
        if (group.residual)
            need_float(*group.residual);
        Step step = packed_step(plain_, group, shapes_, at::kFloat,
                                stored ? as_tensor_of(*stored, plain_.layers[static_cast<std::size_t>(layer(group).layer)])
                                       : at::Tensor());
        step.in[0] = input;
        to_.steps.push_back(std::move(step));
        form(group.out).has_float = true;
    }

    void int8_step(const FusedGroup &group)
    {
        uses_int8_ = true;
        const Step &step = layer(group);
        const bool convolution = step.op == "aten::conv2d";
        const auto constant = [&](std::size_t i) { return plain_.constants[constant_index(step.in[i])].value; };
        Int8Layer int8{};
        copy_weight(std::get<IntegerWeight>(*weight(group)), int8);
        int8.bias = constant(2);
        std::vector<Operand> in{need_u8(step.in[0])};
        int8.input = grid(step.in[0]);
        int8.post_op = group.post_op;
        const bool to_u8 =
            takes_u8_[static_cast<std::size_t>(group.out)] && has_range(group.out) && (convolution || !group.residual);
        if (to_u8)
            int8.output = grid(group.out);
        if (group.residual) {
            int8.has_residual = true;
            in.push_back(to_u8 ? need_u8(*group.residual) : need_float(*group.residual));
            if (to_u8)
                int8.residual = grid(*group.residual);
        }
        if (convolution) {
            int8.stride = constant(3);
            int8.padding = constant(4);
            int8.dilation = constant(5);
            int8.groups = constant(6);
            int8.input_shape = shapes_[static_cast<std::size_t>(step.in[0])];
        }
        const int out = to_u8 ? to_.new_slot() : group.out;
        if (to_u8)
            form(group.out).u8 = out;
        else
            form(group.out).has_float = true;
        add(convolution ? "int8::conv2d" : "int8::linear", convolution ? int8_convolution(int8) : int8_linear(int8),
            std::move(in), out, step.layer);
    }

    static void copy_weight(const IntegerWeight &stored, Int8Layer &into)
    {
        into.weight = at::empty(stored.shape, at::kChar);
        auto *values = into.weight.data_ptr<std::int8_t>();
        for (std::size_t i = 0; i < stored.values.size(); ++i) {
            const int zero = stored.zeros.empty() ? 0 : stored.zeros[i / static_cast<std::size_t>(stored.columns)];
            values[i] = static_cast<std::int8_t>(stored.values[i] - zero);
        }
        into.scales = at::tensor(stored.scales);
    }

    const Program::Data &plain_;
    const Recipe &recipe_;
    const std::map<std::string, StoredWeight> &weights_;
    const ActivationRanges &ranges_;
    SlotShapes shapes_;
    std::vector<FusedGroup> groups_;
    std::vector<const FusedGroup *> group_of_;
    Program::Data to_;
    std::vector<Form> forms_;
    std::vector<bool> takes_u8_;
    std::map<Operand, Operand> dequantized_; ///< weights of steps without a kernel of ours
    bool uses_int8_ = false;
    bool real_ = true;
};

} // namespace

Program lower_quantized(const Program::Data &plain, const Recipe &recipe, const std::map<std::string, StoredWeight> &weights,
                        const ActivationRanges &ranges, std::string &compute, bool &real)
{
    Lowering lowering(plain, recipe, weights, ranges);
    Program program = lowering.run();
    compute = lowering.uses_int8() ? "int8" : "fp32";
    real = lowering.real();
    return program;
}

} // namespace ca
