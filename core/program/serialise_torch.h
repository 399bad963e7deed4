// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ca {

/// A name for each constant that is a tensor, unique and stable: `layer1.0.conv1.weight`, `….bias`, the attribute's path, else
/// `constant_7`. Empty for other constants. Constants that are one tensor share a name.
[[nodiscard]] std::vector<std::string> tensor_names(const Program::Data &program);

/// The steps of a plain program without its tensors, as CBOR. `ranges`: smallest and largest value by slot, kept for static
/// scales.
[[nodiscard]] std::vector<std::uint8_t> serialise(const Program::Data &program, const std::vector<std::string> &names,
                                                  const std::map<int, std::pair<float, float>> &ranges);

struct ReadProgram {
    Program program;
    std::map<int, std::pair<float, float>> ranges;
};

/// Gives the tensor of a name, shaped; an error where the file has none.
using TensorSource = std::function<Result<at::Tensor>(const std::string &name)>;

/// Reads back what `serialise` wrote. Every index, count and operator is checked before anything runs.
/// Errors: `bad_format`; `unsafe` where an operator does more than compute; those of `tensors`.
[[nodiscard]] Result<ReadProgram> read_program(const std::vector<std::byte> &bytes, const TensorSource &tensors);

} // namespace ca
