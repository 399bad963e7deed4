// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/files/inspect_file.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace ca {

/// Weights by name, read one by one when asked for; nothing is executed. Opens a state dict (both forms), `.safetensors`, a
/// TorchScript file (its parameters and buffers; its code is not looked at) and a Hugging Face folder (`model.safetensors`,
/// `pytorch_model.bin`, or shards by their index). A value; copies share the open file; reading is safe from several threads.
class WeightFile {
public:
    /// Errors: those of `inspect_file`; `bad_format` where shards are missing or do not hold what the index says.
    [[nodiscard]] static Result<WeightFile> open(const std::filesystem::path &file_or_folder);

    /// In the file's order; names are unique.
    [[nodiscard]] const std::vector<FileTensor> &tensors() const;
    /// Index into `tensors`, or none.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
    /// The elements of one tensor, row after row without gaps, in the file's dtype, little endian. Errors: `unreadable`,
    /// `bad_format`, `out_of_memory`.
    [[nodiscard]] Result<std::vector<std::byte>> read(std::size_t index) const;

private:
    class Source;
    std::shared_ptr<const Source> source_;
};

} // namespace ca
