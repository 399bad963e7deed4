// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"

#include <filesystem>
#include <optional>

namespace ca {

/// Bytes of the file that `write_export` makes; exact, from shapes alone.
[[nodiscard]] Bytes predicted_bytes(const Model &model, const Recipe &recipe);

/// Bytes of a layer's weight in such a file, with scales, zero points and its shape; without its names in the header.
[[nodiscard]] Bytes stored_bytes(const Layer &layer, const Scheme &scheme, const RecipeOptions &options = {});

/// What of such a file belongs to a CLIP model's image tower, and to its text tower; together all of it.
struct TowerBytes {
    Bytes image, text;
    bool operator==(const TowerBytes &) const = default;
};
/// Nothing for models of one tower.
[[nodiscard]] std::optional<TowerBytes> tower_bytes(const Model &model, const Recipe &recipe);

/// Writes one `.safetensors`: quantized weights under the names of compressed-tensors and bitsandbytes (export_tensors.h), all
/// other tensors as they are, the quantization config as metadata, and the recipe and the model's program without weights as U8
/// tensors (export_names.h), so that the file is complete in itself; weights without a network have no program. Errors:
/// `unwritable`; `cancelled`, which leaves what was there before.
[[nodiscard]] Result<Bytes> write_export(const QuantizedModel &model, const std::filesystem::path &file,
                                         std::stop_token stop = {});

/// Writes a TorchScript file that any LibTorch and Python's `torch.jit.load` run without this program, for batches of any size:
/// weights lie in it as they are stored (integers at their width) and become floats once, when it is loaded; arithmetic in
/// float32, or in bfloat16 where the recipe has it so, with inputs of layers with quantized activations rounded to the grids that
/// the integer kernels have. Returns its size. Errors: `unsupported` where the model has no program; `unwritable`; `cancelled`,
/// likewise, which is heard between steps of the network.
[[nodiscard]] Result<Bytes> write_torchscript(const QuantizedModel &model, const std::filesystem::path &file,
                                              std::stop_token stop = {}, const Progress &progress = {});

/// The recipe alone, as CLI.md has it. Errors: `unwritable`.
[[nodiscard]] Result<Bytes> write_recipe(const Recipe &recipe, const std::filesystem::path &file);

/// True for a file that `write_export` made.
[[nodiscard]] bool is_export(const std::filesystem::path &file);

/// Reads such a file back, of this version or an earlier one: its float program with the weights as stored, and its recipe
/// carried out. Errors: `bad_format`, `unreadable`, `unsafe` where its program names an operator that does more than compute,
/// `out_of_memory`; `cancelled`, which is heard between tensors.
[[nodiscard]] Result<QuantizedModel> read_export(const std::filesystem::path &file, int threads, std::stop_token stop,
                                                 const Progress &progress);

} // namespace ca
