// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program.h"

#include <optional>
#include <string_view>

namespace ca {

/// Where programs run: the processor, NVIDIA's graphics processors, Apple's.
enum class Device { cpu, cuda, mps };
[[nodiscard]] std::string to_text(Device device);
[[nodiscard]] std::optional<Device> device_from(std::string_view text);

/// Errors: `unsupported`, with the reason, where this LibTorch or this machine has no such device.
[[nodiscard]] Status check_device(Device device);

/// The number type of activations and weights.
enum class FloatType { fp32, fp16, bf16 };

/// A plain program with its constants on a device and its arithmetic in `type`: images go there at the beginning of a run, and
/// the output comes back as float32 at the end, which waits for the device. One run has shown that all its operators exist there.
/// Errors: those of `check_device`; `unsupported` for networks that run through the interpreter; `failed` naming an operator that
/// the device lacks; `out_of_memory`.
[[nodiscard]] Result<Program> on_device(const Program &plain, Device device, FloatType type);

} // namespace ca
