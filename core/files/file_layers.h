// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/inspect_file.h"

#include <string>
#include <vector>

namespace ca {

/// A tensor with what its file says about it beyond its shape.
struct FoundTensor {
    FileTensor tensor;
    std::string owner;     ///< the class that holds it, where the file names one: `__torch__.torch.nn.modules.linear.Linear`
    bool repeated = false; ///< the same numbers as an earlier one: listed, not counted again
};

/// Whether a tensor of this name or type is no parameter, where the file does not say.
[[nodiscard]] bool looks_like_buffer(const FileTensor &tensor);

/// Elements of a tensor.
[[nodiscard]] std::int64_t element_count(const std::vector<std::int64_t> &shape);

/// Marks buffers by their names, and says so in a warning with both counts where there are any.
void mark_buffers_by_name(std::vector<FoundTensor> &found, FileInspection &inspection);

/// Fills `tensors`, `parameters` and `layers`, in the order given.
void list_tensors(const std::vector<FoundTensor> &found, FileInspection &inspection);

} // namespace ca
