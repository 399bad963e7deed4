// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/model/model.h"

#include <string>
#include <vector>

namespace ca {

/// There are images, and each has a label.
[[nodiscard]] bool is_labelled(const Split &split);

/// Where the data's classes are among a model's outputs.
struct ClassPlaces {
    bool known = false;
    std::vector<int> outputs{}; ///< as in Scoring
    std::string why;            ///< they are known or not
};

/// By their names, and by their order where names say nothing against it.
[[nodiscard]] ClassPlaces find_classes(const Model &model, const std::vector<std::string> &classes);

} // namespace ca
