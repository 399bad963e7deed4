// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/inspect_file.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// What the source of a TorchScript class declares.
struct ScriptClass {
    std::string name; ///< whole: `__torch__.torch.nn.modules.linear.Linear`
    std::set<std::string, std::less<>> parameters;
    std::set<std::string, std::less<>> buffers;
};

/// The classes in one member `code/__torch__/….py`; `module` is its dotted name, `__torch__.torch.nn.modules.linear`.
[[nodiscard]] std::vector<ScriptClass> script_classes(std::string_view source, const std::string &module);

/// What the source does beyond computing: reads and writes files, prints, starts tasks, calls operators or classes that do not
/// come with PyTorch's arithmetic, does more while loading (`__setstate__`) than assign and pack weights for oneDNN, has a loop
/// without an end, or is nested so deeply that reading it would exhaust a parser. Only names and brackets are looked at; what
/// stands in strings and comments does not count.
[[nodiscard]] std::vector<CodeFinding> script_findings(std::string_view source, const std::string &member);

} // namespace ca
