// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/file_layers.h"
#include "core/files/model_folder.h"
#include "core/files/torch_archive.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ca {

/// An open file or folder of named tensors.
class WeightSource {
public:
    WeightSource(const WeightSource &) = delete;
    WeightSource &operator=(const WeightSource &) = delete;
    virtual ~WeightSource() = default;

    /// The elements of `found[index]`, row after row without gaps. Safe from several threads. Errors: `unreadable`, `bad_format`.
    [[nodiscard]] virtual Result<std::vector<std::byte>> read(std::size_t index) const = 0;

    FileFormat format = FileFormat::safetensors;
    std::vector<FoundTensor> found;           ///< in the file's order
    std::vector<std::string> unknown_globals; ///< of pickles: functions and classes that weights do not need

protected:
    WeightSource() = default;
};
using OpenWeights = Result<std::shared_ptr<const WeightSource>>;

/// Errors: those of `read_safetensors_header` and `StateDictFile::open`.
[[nodiscard]] OpenWeights open_safetensors_source(const std::filesystem::path &file);
[[nodiscard]] OpenWeights open_state_dict_source(const std::filesystem::path &file);
/// Parameters, buffers and constants of a TorchScript file; its code is not looked at. Errors: `bad_format`.
[[nodiscard]] OpenWeights open_torchscript_source(TorchArchive archive);
/// Errors: `bad_format` also where the shards do not hold what the index says, or two hold a tensor of one name.
[[nodiscard]] OpenWeights open_folder_source(const ModelFolder &folder);

} // namespace ca
