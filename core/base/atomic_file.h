// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/units.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

namespace ca {

/// Takes the next bytes of a file that is being written. Errors: `unwritable`.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

/// Writes a file whole or not at all: into a temporary file beside it, synced, then renamed over `file`, and the folder
/// synced. When `produce` or any step fails, the temporary file is gone and what was at `file` stays untouched. A process that
/// is killed leaves nothing either, save on file systems that only have files with names: there `.<name>.<process>.part` stays.
/// Returns the bytes written. Errors: `unwritable` with the system's reason; whatever `produce` returns.
[[nodiscard]] Result<Bytes> write_file(const std::filesystem::path &file, const std::function<Status(const ByteSink &)> &produce);
[[nodiscard]] Result<Bytes> write_file(const std::filesystem::path &file, std::string_view content);

/// Makes `folder` with its parents where they are missing and proves that a file can be written in it.
/// Errors: `unwritable`.
[[nodiscard]] Status make_writable_folder(const std::filesystem::path &folder);

/// The whole file as text, at most `limit` bytes. Errors: `not_found`, `unreadable` (larger than the limit, too).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path &file, std::size_t limit);

} // namespace ca
