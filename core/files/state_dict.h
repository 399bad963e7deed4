// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/files/pickled_tensor.h"
#include "core/files/torch_archive.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A named tensor of a state dict, and where its storage lies.
struct StateDictTensor {
    std::string name;
    PickledTensor view;
    // Of the older form only, which is no zip: where in the file its storage lies.
    std::uint64_t storage_begin = 0;
    std::uint64_t storage_bytes = 0;
};

/// A file that `torch.save` wrote from a state dict: the zip form, or the form before PyTorch 1.6. A dictionary of dictionaries
/// (a checkpoint) is searched for the one with the weights. Nothing in it is executed.
class StateDictFile {
public:
    /// Errors: those of the zip reader; `bad_format`; `unsafe` where the file is a Python object that only running code rebuilds.
    [[nodiscard]] static Result<StateDictFile> open(const std::filesystem::path &file);

    /// In the file's order.
    [[nodiscard]] const std::vector<StateDictTensor> &tensors() const { return tensors_; }
    /// Names of functions and classes in it that weights do not need; its tensors are read without them.
    [[nodiscard]] const std::vector<std::string> &unknown_globals() const { return unknown_globals_; }

    /// The elements of one tensor, row after row without gaps; not from several threads at once. Errors: `unreadable`,
    /// `bad_format`.
    [[nodiscard]] Result<std::vector<std::byte>> read(const StateDictTensor &tensor) const;

private:
    [[nodiscard]] Status open_zip();
    [[nodiscard]] Status open_legacy();
    [[nodiscard]] Status list(const PickleTree &tree);
    /// Finds the storages, which follow each other from `begin`. False where one of them ends after the file does or is not
    /// known.
    [[nodiscard]] bool place_storages(const PickleTree &keys, std::uint64_t begin, std::uint64_t file_size);

    std::filesystem::path file_;
    std::optional<TorchArchive> archive_; ///< absent for the older form
    std::vector<StateDictTensor> tensors_;
    std::vector<std::string> unknown_globals_;
    mutable LastStorage last_;
};

} // namespace ca
