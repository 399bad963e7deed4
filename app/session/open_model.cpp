// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/open_model.h"

#include "app/session/describe.h"
#include "core/files/inspect_file.h"
#include "core/quantize/export/export.h"

#include <QCoreApplication>

namespace ca {
namespace {

/// There is no file behind random weights: what would be in one.
FileInspection random_inspection(const Model &model)
{
    FileInspection inspection;
    inspection.format = FileFormat::safetensors;
    inspection.size = bytes(model.parameters * 4);
    return inspection;
}

} // namespace

ModelOpening open_model(const ModelRequest &request, const LoadOptions &options, std::stop_token stop, const Progress &progress)
{
    const auto refuse = [](const Error &error) { return tl::unexpected(RefusedModel{error, {}}); };
    const ModelSource &source = request.source;
    std::optional<FileInspection> inspection;
    if (!source.random) {
        auto inspected = inspect_file(source.file, stop);
        if (!inspected)
            return refuse(inspected.error());
        if (is_export(source.file))
            return refuse({ErrorCode::unsupported,
                           "The file " + source.file.string()
                               + " is quantized already. The command line measures it: compression-agent evaluate --model. Open "
                                 "the float model that it came from here.",
                           nullptr});
        inspection = std::move(*inspected);
    }
    auto model = load_source(source, options, stop, progress);
    if (!model) {
        RefusedModel refused{model.error(), {}};
        if (refused.error.code == ErrorCode::unsafe && inspection && inspection->verdict == CodeVerdict::suspicious)
            refused.findings = describe_findings(*inspection);
        return tl::unexpected(refused);
    }
    auto facts = describe_model(inspection ? *inspection : random_inspection(*model), *model, stop, progress);
    if (!facts)
        return refuse(facts.error());
    if (source.zoo)
        facts->name = QString::fromStdString(source.zoo->title);
    if (source.random)
        facts->format = QCoreApplication::translate("Session", "random weights");
    return OpenedModel{std::move(*model), std::move(*facts)};
}

} // namespace ca
