// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/shared_files.h"

#include <cstdlib>

std::filesystem::path source_folder()
{
    const char *told = std::getenv("CA_SOURCE_DIR");
    return told ? std::filesystem::path(told) : std::filesystem::current_path();
}

std::optional<std::filesystem::path> shared_file(std::string_view relative)
{
    const char *told = std::getenv("CA_SHARED");
    const std::filesystem::path root = told ? std::filesystem::path(told) : source_folder() / ".." / "shared";
    std::error_code ignored;
    const auto file = root / relative;
    return std::filesystem::exists(file, ignored) ? std::optional(file) : std::nullopt;
}
