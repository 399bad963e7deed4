// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/image_file.h"

namespace ca {

/// The bytes of a PNG file that holds the picture, 8 bits a channel, without loss. Errors: `bad_data` for a picture whose pixels
/// are more or fewer than its size says; `out_of_memory`.
[[nodiscard]] Result<std::string> encode_png(const RgbImage &image);

} // namespace ca
