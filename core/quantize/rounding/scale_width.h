// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// The scale that a file keeps. Scales of whole rows stay as they are; those of groups, of which there are many, are numbers of
/// bf16, so that they take 16 bits. Codes are chosen for the scale that this gives.
[[nodiscard]] float stored_scale(float scale, bool of_group);
/// Each is a number of bf16.
[[nodiscard]] bool fit_bf16(std::span<const float> values);
[[nodiscard]] std::vector<std::uint16_t> to_bf16(std::span<const float> values);
[[nodiscard]] std::vector<float> from_bf16(std::span<const std::uint16_t> values);

} // namespace ca
