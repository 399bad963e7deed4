// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/zero_shot.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// OpenAI's 18 templates for CIFAR-10 (nine kinds, with "a" and with "the"), in the order of the published notebook.
[[nodiscard]] const std::vector<std::string> &clip_templates();

/// CIFAR-10's ten, for a CLIP model that is opened without data.
[[nodiscard]] const std::vector<std::string> &cifar10_classes();

/// One a line; empty lines and spaces around are left out. Templates need `{}` where the class name goes.
/// Errors: those of reading; `bad_data` where there is none, a name is twice, a template has no `{}` (the line is named).
[[nodiscard]] Result<std::vector<std::string>> read_prompt_classes(const std::filesystem::path &file);
[[nodiscard]] Result<std::vector<std::string>> read_prompt_templates(const std::filesystem::path &file);
/// The same of outputs, of which two may have one name, as ImageNet's cranes do.
[[nodiscard]] Result<std::vector<std::string>> read_output_names(const std::filesystem::path &file);

/// Prompts of these names and templates, with the tokenizer that lies in the model's folder.
[[nodiscard]] PromptMaker prompt_maker(std::vector<std::string> classes, std::vector<std::string> templates);

} // namespace ca
