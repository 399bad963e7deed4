// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <optional>
#include <vector>

namespace ca {

/// A copy of a program with other constants. Steps, slots, layers and names stay, so that statistics by slot still fit.
class ProgramEdit {
public:
    explicit ProgramEdit(const Program::Data &program);

    [[nodiscard]] const Program::Data &data() const { return data_; }
    [[nodiscard]] const Step &step(std::size_t index) const { return data_.steps[index]; }
    /// The steps that read the slot, in order; a step twice where it reads twice.
    [[nodiscard]] const std::vector<std::size_t> &readers(int slot) const { return readers_[static_cast<std::size_t>(slot)]; }
    /// The only step that reads the slot, which is not the program's output.
    [[nodiscard]] std::optional<std::size_t> only_reader(int slot) const;

    /// The float32 tensor that is this input of a step; undefined where it is none.
    [[nodiscard]] at::Tensor constant(std::size_t step, std::size_t input) const;
    /// It is such a tensor, and nobody else reads it.
    [[nodiscard]] bool is_own(std::size_t step, std::size_t input) const;
    /// The input has to be the step's own.
    void replace(std::size_t step, std::size_t input, at::Tensor value);

    [[nodiscard]] Program take() { return finish(std::move(data_)); }

private:
    Program::Data data_;
    std::vector<std::vector<std::size_t>> readers_; ///< of slots
    std::vector<int> uses_;                         ///< of constants
};

} // namespace ca
