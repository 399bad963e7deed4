// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalization/program_edit_torch.h"

namespace ca {

ProgramEdit::ProgramEdit(const Program::Data &program)
    : data_(program), readers_(static_cast<std::size_t>(program.slots)), uses_(program.constants.size(), 0)
{
    for (std::size_t i = 0; i < data_.steps.size(); ++i)
        for (const Operand operand : data_.steps[i].in)
            if (is_constant(operand))
                ++uses_[constant_index(operand)];
            else
                readers_[static_cast<std::size_t>(operand)].push_back(i);
}

std::optional<std::size_t> ProgramEdit::only_reader(int slot) const
{
    if (slot < 0 || slot == data_.output || readers(slot).size() != 1)
        return std::nullopt;
    return readers(slot).front();
}

at::Tensor ProgramEdit::constant(std::size_t step, std::size_t input) const
{
    const auto &in = data_.steps[step].in;
    if (input >= in.size() || !is_constant(in[input]))
        return {};
    const c10::IValue &value = data_.constants[constant_index(in[input])].value;
    const bool floats = value.isTensor() && value.toTensor().defined() && value.toTensor().scalar_type() == at::kFloat;
    return floats ? value.toTensor() : at::Tensor();
}

bool ProgramEdit::is_own(std::size_t step, std::size_t input) const
{
    return constant(step, input).defined() && uses_[constant_index(data_.steps[step].in[input])] == 1;
}

void ProgramEdit::replace(std::size_t step, std::size_t input, at::Tensor value)
{
    // One reader and one entry: the tensor itself, which other programs may share, is not written to.
    data_.constants[constant_index(data_.steps[step].in[input])].value = std::move(value);
}

} // namespace ca
