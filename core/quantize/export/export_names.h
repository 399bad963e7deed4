// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ca::export_names {

// Tensors and metadata of a file that `write_export` makes.
inline constexpr const char *kProgram = "compression_agent.program"; ///< U8: the steps, see serialise_torch.h, in a zlib stream
inline constexpr const char *kRecipe = "compression_agent.recipe";   ///< U8: JSON, in a zlib stream
inline constexpr const char *kRanges = "compression_agent.ranges";   ///< F32 [n, 3]: slot, least, greatest
inline constexpr const char *kAbout = "compression_agent";           ///< metadata: JSON with the version and the model
inline constexpr const char *kConfig = "quantization_config";        ///< metadata: JSON, see export_config.h

/// What `kAbout` states. Files of version 1 have the recipe there, and the program plain with the ranges in it.
inline constexpr int kVersion = 2;

// Behind a layer's name; the names of compressed-tensors.
inline constexpr const char *kWeight = ".weight";
inline constexpr const char *kPacked = ".weight_packed";
inline constexpr const char *kShape = ".weight_shape";
inline constexpr const char *kScale = ".weight_scale";
inline constexpr const char *kZero = ".weight_zero_point";
inline constexpr const char *kInputScale = ".input_scale";
inline constexpr const char *kInputZero = ".input_zero_point";

// The names of bitsandbytes.
inline constexpr const char *kAbsmax = ".weight.absmax";
inline constexpr const char *kQuantMap = ".weight.quant_map";
inline constexpr const char *kNestedAbsmax = ".weight.nested_absmax";
inline constexpr const char *kNestedMap = ".weight.nested_quant_map";
inline constexpr const char *kState = ".weight.quant_state.bitsandbytes__"; ///< then `nf4` or `fp4`
inline constexpr const char *kRowScale = ".SCB";
inline constexpr const char *kRowFormat = ".weight_format"; ///< U8 scalar, 0: row after row

} // namespace ca::export_names
