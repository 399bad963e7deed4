// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/device.h"
#include "core/quantize/quantize.h"

namespace ca {

/// A quantized model as a plain program: weights as their codes stand for them, and quantized inputs rounded to their grids in
/// float (fake quantization). What devices without integer kernels run; accuracies agree with the integer kernels' to rounding,
/// and its times say nothing. Errors: `failed`.
[[nodiscard]] Result<Program> simulated_program(const QuantizedModel &model);

/// A quantized model's program on a device.
struct DeviceProgram {
    Program program;
    std::string compute; ///< `fp32`, `fp16` or `bf16`
    bool real = true;    ///< false where inputs are rounded in float, which integer kernels would do elsewhere
};
/// In fp16 or bf16 where all that the recipe lists is stored so, or where it asks for bf16. Errors: those of `on_device`.
[[nodiscard]] Result<DeviceProgram> on_device(const QuantizedModel &model, Device device);

} // namespace ca
