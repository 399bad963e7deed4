// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"

#include <array>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace ca {

/// What a quantized model can be written as: a file that this program and other tools open, one that runs by itself, and what was
/// done alone.
enum class ExportFormat { safetensors, torchscript, recipe };
inline constexpr std::array kExportFormats{ExportFormat::safetensors, ExportFormat::torchscript, ExportFormat::recipe};

[[nodiscard]] std::string to_text(ExportFormat format); ///< the word of `--format`
[[nodiscard]] std::optional<ExportFormat> export_format_from(std::string_view text);
[[nodiscard]] std::string ending_of(ExportFormat format); ///< `.safetensors`, `.pt`, `.json`

/// Returns the file's size. Errors: those of `write_export`, `write_torchscript` and `write_recipe`.
[[nodiscard]] Result<Bytes> write_as(ExportFormat format, const QuantizedModel &model, const std::filesystem::path &file,
                                     std::stop_token stop);

} // namespace ca
