// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace ca {

/// The list of the files that a report wrote into its folder, with their checksums, as `sha256sum --check` reads it.
inline constexpr const char *kChecksumFile = "checksums.sha256";

/// SHA-256 by file name, as far as lines are such. Of files that may have changed since.
[[nodiscard]] std::map<std::string, std::string> read_checksums(std::string_view text);
/// The list that `read_checksums` reads.
[[nodiscard]] std::string to_text(const std::map<std::string, std::string> &checksums);

} // namespace ca
