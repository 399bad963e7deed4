// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/file_layers.h"
#include "core/files/torch_archive.h"
#include "core/files/torchscript_code.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca {

/// What a TorchScript archive describes its objects by.
struct ScriptPickles {
    PickleTree module;                   ///< `data.pkl`
    std::optional<PickleTree> constants; ///< `constants.pkl`: tensors that tracing or freezing put into the code
};

/// Errors: `bad_format`, also where the first describes no module.
[[nodiscard]] Result<ScriptPickles> read_script_pickles(const TorchArchive &archive);

struct ScriptTensor {
    FoundTensor found; ///< named by its attributes, constants `CONSTANTS.c0` …
    PickledTensor view;
    std::string folder; ///< of the archive, in which its storage lies: `data/`
};

/// By the name of the class.
using ScriptClasses = std::map<std::string, ScriptClass, std::less<>>;

/// In the order of the pickles. Attributes that `classes` do not declare as parameters are buffers; where a class is not known,
/// all are parameters. Errors: `bad_format`.
[[nodiscard]] Result<std::vector<ScriptTensor>> script_tensors(const TorchArchive &archive, const ScriptPickles &pickles,
                                                               const ScriptClasses &classes);

} // namespace ca
