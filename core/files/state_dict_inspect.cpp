// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/files/file_layers.h"
#include "core/files/state_dict.h"

#include <set>
#include <tuple>

namespace ca {

Status inspect_state_dict(const std::filesystem::path &file, FileInspection &inspection)
{
    const auto opened = StateDictFile::open(file);
    if (!opened)
        return forward(opened);
    inspection.format = FileFormat::state_dict;
    for (const std::string &name : opened->unknown_globals())
        inspection.findings.push_back({"data.pkl", 0, "It names `" + name + "`, which no model's weights need."});
    inspection.verdict = inspection.findings.empty() ? CodeVerdict::none : CodeVerdict::suspicious;

    std::vector<FoundTensor> found;
    std::set<std::tuple<std::string, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>> views;
    for (const StateDictTensor &tensor : opened->tensors()) {
        const PickledTensor &view = tensor.view;
        FoundTensor one;
        one.tensor = {clean_text(tensor.name), view.shape, view.dtype,
                      bytes(view.elements * static_cast<std::int64_t>(view.element_bytes)), false};
        one.repeated = !views.emplace(view.storage, view.offset, view.shape, view.strides).second && view.elements > 0;
        found.push_back(std::move(one));
    }
    mark_buffers_by_name(found, inspection);
    list_tensors(found, inspection);
    return {};
}

} // namespace ca
