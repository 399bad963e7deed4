// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

/// A file of the models and data that lie beside a checkout (`../shared`, or the folder in CA_SHARED); absent where it is not
/// there.
[[nodiscard]] std::optional<std::filesystem::path> shared_file(std::string_view relative);

/// The root of the sources, for tests that read them and for `resources/`.
[[nodiscard]] std::filesystem::path source_folder();
