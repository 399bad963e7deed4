// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalize.h"

namespace ca {

Result<Model> equalize(const Model &model, const ActivationHistograms &)
{
    return model;
}

} // namespace ca
