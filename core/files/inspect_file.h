// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

enum class FileFormat { torchscript, state_dict, safetensors, huggingface };
enum class TensorRole { conv2d, linear, embedding, other };

/// One tensor as the file describes it.
struct FileTensor {
    std::string name; ///< attribute path: `layer1.0.conv1.weight`
    std::vector<std::int64_t> shape;
    std::string dtype; ///< `float32`, `float16`, `bfloat16`, `int64` …
    Bytes size;
    bool is_buffer = false; ///< running statistics and counters, where the file tells them apart
    bool operator==(const FileTensor &) const = default;
};

/// A weight that could be quantized, in the file's order.
struct FileLayer {
    std::string name; ///< without `.weight`
    TensorRole kind = TensorRole::other;
    std::vector<std::int64_t> shape; ///< of its weight
    std::string dtype;
    std::int64_t parameters = 0; ///< of its weight and its bias
    Bytes size;
    bool operator==(const FileLayer &) const = default;
};

/// What code in a file does beyond computing, with the place where it stands.
struct CodeFinding {
    std::string member; ///< `code/__torch__/net.py`
    int line = 0;
    std::string what; ///< a sentence
    bool operator==(const CodeFinding &) const = default;
};

enum class CodeVerdict { none, plain, suspicious };

/// What can be known of a model file without executing anything in it.
struct FileInspection {
    FileFormat format = FileFormat::torchscript;
    std::string architecture; ///< of a Hugging Face folder, what its config.json says: `clip`
    Bytes size;
    /// Of the file. Of a folder: of the lines `<sha256>  <name>`, sorted by name, of config.json and the files with weights, as
    /// `sha256sum config.json model.safetensors | sha256sum` gives it; `size` is of these files, too.
    std::string sha256;
    std::int64_t parameters = 0; ///< without buffers
    CodeVerdict verdict = CodeVerdict::none;
    std::vector<CodeFinding> findings;
    std::vector<FileTensor> tensors;
    std::vector<FileLayer> layers;
    std::vector<std::string> warnings;
};

/// Reads headers and code with bounded readers; never a tensor's values, never executes.
/// Errors: `not_found`, `unreadable`, `bad_format` (the sentence says what the file is instead, or where it breaks:
/// empty, a picture, text, truncated, a zip without a model …), `cancelled`.
/// Of a folder with a config.json, all its files with weights are read.
[[nodiscard]] Result<FileInspection> inspect_file(const std::filesystem::path &file, std::stop_token stop = {});

} // namespace ca
