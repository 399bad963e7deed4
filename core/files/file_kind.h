// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ca {

enum class FileKind { zip, safetensors, legacy_torch, pickle, other };

struct FileGuess {
    FileKind kind = FileKind::other;
    std::string words; ///< for a person: "a PNG picture", "text"
};

/// What a file is, from its first 4 KiB, its size and its name's ending (which only decides what the bytes leave open).
/// Errors: `not_found`; `unreadable` for what is no file; `bad_format` for a folder or an empty file.
[[nodiscard]] Result<FileGuess> guess_file(const std::filesystem::path &file);

/// `error` with the file's name before its sentence, where that does not name it.
[[nodiscard]] Error about_file(const std::filesystem::path &file, Error error);

} // namespace ca
