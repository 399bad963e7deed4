// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/exported_tensors.h"

#include "core/base/json.h"

#include <algorithm>
#include <cmath>

namespace ca {

tl::unexpected<Error> ExportedTensors::damaged(const std::string &what) const
{
    return fail(ErrorCode::bad_format, "The file " + file_.string() + " is damaged: " + what + ". Export the model once more.");
}

Result<std::vector<std::byte>> ExportedTensors::bytes_of_tensor(const std::string &name, SafeDtype dtype,
                                                                const std::vector<std::int64_t> &shape) const
{
    const SafeTensor *tensor = header_.find(name);
    if (!tensor || tensor->dtype != dtype || tensor->shape != shape)
        return damaged("the tensor " + clean_text(name) + " is missing or has another shape");
    return read_tensor(file_, header_, *tensor);
}

Result<std::vector<float>> ExportedTensors::floats(const std::string &name, const std::vector<std::int64_t> &shape) const
{
    auto values = this->values<float>(name, SafeDtype::f32, shape);
    if (values && !std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); }))
        return damaged("the tensor " + clean_text(name) + " holds what is no number");
    return values;
}

} // namespace ca
