// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/files/inspect_file.h"
#include "core/files/pickle.h"
#include "core/files/pickled_tensor.h"
#include "core/files/zip_reader.h"

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// A zip archive that PyTorch wrote: everything in it lies in one folder, whose name is free.
struct TorchArchive {
    ZipReader zip;
    std::string prefix; ///< `resnet18/`, or nothing
    bool has_code = false;

    /// A pickle in it. Errors: `bad_format`.
    [[nodiscard]] Result<PickleTree> pickle(const std::string &member) const;
    /// A tensor of such a pickle; its bytes are looked up under `folder` (`data/`). Errors: `bad_format`.
    [[nodiscard]] Result<PickledTensor> tensor(const PickleTree &tree, const PickleNode &node, const std::string &name,
                                               const std::string &folder) const;
    /// The elements of such a tensor, row after row without gaps; not from several threads at once. `last` is of this archive
    /// only. Errors: `bad_format`.
    [[nodiscard]] Result<std::vector<std::byte>> read(const PickledTensor &tensor, const std::string &folder,
                                                      LastStorage &last) const;
};

/// Errors: those of the zip reader; `bad_format` where the archive holds no model.
[[nodiscard]] Result<TorchArchive> open_torch_archive(const std::filesystem::path &file);

/// Adds what is found in a TorchScript archive to `inspection`, whose `size` and `sha256` are set by the caller.
/// Errors: `bad_format`, `unreadable`, `cancelled`.
[[nodiscard]] Status inspect_torchscript(const TorchArchive &archive, std::stop_token stop, FileInspection &inspection);

} // namespace ca
