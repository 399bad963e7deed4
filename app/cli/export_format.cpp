// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/export_format.h"

#include "core/quantize/export/export.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::array<const char *, kExportFormats.size()> kWords{"safetensors", "torchscript", "recipe"};
constexpr std::array<const char *, kExportFormats.size()> kEndings{".safetensors", ".pt", ".json"};

} // namespace

std::string to_text(ExportFormat format)
{
    return kWords[static_cast<std::size_t>(format)];
}

std::optional<ExportFormat> export_format_from(std::string_view text)
{
    const auto found = std::find(kWords.begin(), kWords.end(), text);
    return found == kWords.end() ? std::nullopt : std::optional(static_cast<ExportFormat>(found - kWords.begin()));
}

std::string ending_of(ExportFormat format)
{
    return kEndings[static_cast<std::size_t>(format)];
}

Result<Bytes> write_as(ExportFormat format, const QuantizedModel &model, const std::filesystem::path &file, std::stop_token stop)
{
    switch (format) {
    case ExportFormat::torchscript:
        return write_torchscript(model, file, std::move(stop));
    case ExportFormat::recipe:
        return write_recipe(model.recipe, file);
    case ExportFormat::safetensors:
        break;
    }
    return write_export(model, file, std::move(stop));
}

} // namespace ca
