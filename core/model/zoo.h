// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/tar_members.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A file that the world publishes.
struct PublishedFile {
    std::string name; ///< in the model's folder: `model.safetensors`
    std::string url;
    std::int64_t bytes = 0; ///< 0 where it is not published
    std::string sha256;     ///< whole, or its first hexadecimal digits where only these are published; never empty for weights
    bool operator==(const PublishedFile &) const = default;
};

/// One of the five models that the program knows by name (CLI.md).
struct ZooEntry {
    std::string key;   ///< `vit_b_16`
    std::string title; ///< for people: "ViT-B/16"
    std::int64_t parameters = 0;
    std::vector<PublishedFile> files; ///< the weights first
    std::string preprocess;           ///< for `parse_preprocess`: `imagenet`, `clip`, `imagenet,size=232`
    /// Bytes of memory that evaluating it takes: weights, and values at a batch of 8.
    std::int64_t memory = 0;

    [[nodiscard]] std::int64_t bytes() const; ///< of all files
    [[nodiscard]] bool is_clip() const { return key.starts_with("clip-"); }
};

/// clip-vit-l, clip-vit-b, vit_b_16, resnet18, mobilenet_v2: in this order.
[[nodiscard]] const std::vector<ZooEntry> &zoo();
/// Null for other names.
[[nodiscard]] const ZooEntry *find_in_zoo(std::string_view key);

/// CIFAR-10's binary archive, and what is in it.
[[nodiscard]] const PublishedFile &cifar10_archive();
[[nodiscard]] const std::vector<TarMember> &cifar10_members();

} // namespace ca
