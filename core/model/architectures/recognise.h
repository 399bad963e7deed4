// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/inspect_file.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ca {

enum class Architecture { resnet, mobilenet_v2, vit, clip };
/// "ResNet", "MobileNetV2", "ViT", "CLIP".
[[nodiscard]] std::string to_text(Architecture architecture);

/// A network that a file's names tell of.
struct Recognised {
    Architecture architecture = Architecture::resnet;
    std::string convention;                    ///< whose names: torchvision, Hugging Face, OpenAI, timm
    std::map<std::string, std::size_t> places; ///< name of the architecture to index in `tensors`
};

/// Nothing where the names are of none of the architectures. Wrappers' prefixes (`module.`, `model.`, `_orig_mod.`) do not
/// matter.
[[nodiscard]] std::optional<Recognised> recognise(const std::vector<FileTensor> &tensors);

} // namespace ca
