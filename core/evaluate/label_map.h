// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ca {

/// Two names are the same where they agree but for ASCII case, spaces, `_` and `-`. An output may have several, between commas,
/// as ImageNet's have: "tench, Tinca tinca".
///
/// Of each class the one output that has its name, -1 where there is none or more than one. Where the whole text of an output is
/// a class's name, those that have it among others do not count.
[[nodiscard]] std::vector<int> find_outputs(const std::vector<std::string> &classes, const std::vector<std::string> &outputs);

/// The same as a map: nothing unless every class has an output of its own.
[[nodiscard]] std::optional<std::vector<int>> label_map(const std::vector<std::string> &classes,
                                                        const std::vector<std::string> &outputs);

/// True where there are as many outputs as classes, and each has the name of the class at its place.
[[nodiscard]] bool is_same_order(const std::vector<std::string> &classes, const std::vector<std::string> &outputs);

} // namespace ca
